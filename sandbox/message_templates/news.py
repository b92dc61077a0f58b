"""The webhooks about a template, as Meta builds them, and the odd ways in which they may come."""

import time
from dataclasses import dataclass

from .. import webhooks
from ..state import MessageTemplate
from . import parts


@dataclass(frozen=True)
class Telling:
    """How an event is told. The weather may do the rest to it, as to every webhook."""

    is_told: bool = True
    times: int = 1
    delay: float = 0.0  # seconds before it goes out
    ago: float = 0.0  # seconds that its time lies back
    with_dash: bool = False  # en-US instead of en_US
    without_category: bool = False  # as in older payloads
    as_status: bool = False  # news of quality under the field of the status, as in a sample of Meta's


PLAIN = Telling()


def status(meta, template: MessageTemplate, event: str, telling: Telling = PLAIN, *, reason=None, **more) -> bool:
    value = {"event": event, **_names(meta, template, telling), "reason": reason}
    if not telling.without_category and not meta.weather.strikes("news_without_category"):
        value["message_template_category"] = template.category
    return _tell(meta, template, "message_template_status_update", value | more, telling)


def quality(meta, template: MessageTemplate, before: str, telling: Telling = PLAIN) -> bool:
    value = {"previous_quality_score": before, "new_quality_score": template.quality}
    is_misfiled = telling.as_status or meta.weather.strikes("quality_as_status")
    field = "message_template_status_update" if is_misfiled else "message_template_quality_update"
    return _tell(meta, template, field, value | _names(meta, template, telling), telling)


def category_announced(meta, template: MessageTemplate, telling: Telling = PLAIN) -> bool:
    """`new_category` is the one it still has: so Meta writes it."""
    value = _names(meta, template, telling) | {
        "new_category": template.category,
        "correct_category": template.correct_category,
        "category_update_timestamp": int(template.recategorised_at),
    }
    return _tell(meta, template, "template_category_update", value, telling)


def category_changed(meta, template: MessageTemplate, telling: Telling = PLAIN) -> bool:
    value = {"previous_category": template.previous_category, "new_category": template.category}
    return _tell(meta, template, "template_category_update", _names(meta, template, telling) | value, telling)


def components(meta, template: MessageTemplate, telling: Telling = PLAIN) -> bool:
    value = _names(meta, template, telling)
    for kind, name in (("HEADER", "title"), ("BODY", "element"), ("FOOTER", "footer")):
        text = parts.component(template.components, kind).get("text")
        if text:
            value[f"message_template_{name}"] = text
    buttons = [_button(button) for button in parts.buttons(template.components)]
    if buttons:
        value["message_template_buttons"] = buttons
    return _tell(meta, template, "message_template_components_update", value, telling)


def _button(button: dict) -> dict:
    told = {"message_template_button_type": button["type"], "message_template_button_text": button.get("text", "")}
    for name in ("url", "phone_number"):
        if button.get(name):
            told[f"message_template_button_{name}"] = button[name]
    return told


def _names(meta, template: MessageTemplate, telling: Telling) -> dict:
    is_dashed = telling.with_dash or meta.weather.strikes("news_with_dash")
    return {
        "message_template_id": int(template.template_id),
        "message_template_name": template.name,
        "message_template_language": template.language.replace("_", "-") if is_dashed else template.language,
    }


def _tell(meta, template: MessageTemplate, field: str, value: dict, telling: Telling) -> bool:
    """Does anybody listen?"""
    if not telling.is_told:
        return False
    waba, at = meta.world.wabas[template.waba_id], time.time() - telling.ago
    queued = [webhooks.queue(meta, waba, field, value, at=at, delay=telling.delay) for _ in range(telling.times)]
    return any(queued)
