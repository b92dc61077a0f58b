"""What happens to a template by itself, later: the review, the end of a pause, an announced change of category."""

import asyncio
import time

from ..state import MessageTemplate
from . import moderation, parts, store

SAME_TEXT = "The body and footer are the same as those of the template {}."
WRITE_ANEW = "Change the text, or use the template that is there already."
OF_THE_WEATHER = "Made by the weather of the sandbox."
LOOKING = 0.2  # seconds between two looks at messages that are still on their way


def wind(meta, template: MessageTemplate) -> None:
    """Call it when a moment of the template was set."""
    for name, ring in RINGS.items():
        moment = getattr(template, name)
        if moment:
            meta.spawn(_wait(meta, template, name, moment, ring))


def wind_all(meta) -> None:
    """After a restart."""
    for template in meta.world.templates.values():
        wind(meta, template)
        if template.status == "PENDING_DELETION":
            meta.spawn(_until_delivered(meta, template))


def submit(meta, template: MessageTemplate) -> None:
    """Into review: by itself after a while, unless the moderator does it by hand."""
    delay = meta.settings.review_delay
    template.review_at = 0.0 if meta.world.is_review_by_hand or delay < 0 else time.time() + delay
    wind(meta, template)


def set_review(meta, is_by_hand: bool) -> int:
    """By hand or by itself; what an app made and waits is then reviewed as if it had come now. How many those are."""
    meta.world.is_review_by_hand = is_by_hand
    waiting = [each for each in meta.world.templates.values() if each.status == "PENDING" and each.created_at]
    for template in waiting:
        submit(meta, template)
    meta.note_change()
    return len(waiting)


def review(meta, template: MessageTemplate) -> None:
    twin = twin_of(meta, template)
    if twin:
        moderation.reject(meta, template, why=SAME_TEXT.format(twin.name), recommendation=WRITE_ANEW)
    elif meta.weather.strikes("review_rejects"):
        moderation.reject(meta, template, why=OF_THE_WEATHER, recommendation="Try again in fair weather.")
    else:
        moderation.approve(meta, template)


def twin_of(meta, template: MessageTemplate) -> MessageTemplate | None:
    """Another one with the same body and footer. Authentication templates all have the same."""
    if template.category == "AUTHENTICATION":
        return None
    mine = _texts(template)
    for other in store.of_waba(meta.world, template.waba_id):
        if other is not template and other.status != "REJECTED" and _texts(other) == mine:
            return other
    return None


def _texts(template: MessageTemplate) -> tuple:
    return tuple(parts.component(template.components, kind).get("text") for kind in ("BODY", "FOOTER"))


def wait_for_messages(meta, template: MessageTemplate) -> None:
    """It goes when what was sent with it has arrived or failed."""
    meta.spawn(_until_delivered(meta, template))


def undelivered(meta, template: MessageTemplate) -> bool:
    numbers = {each.phone_number_id for each in meta.world.numbers.values() if each.waba_id == template.waba_id}
    return any(
        message.type == "template"
        and message.status in ("accepted", "sent")
        and message.phone_number_id in numbers
        and message.body["template"]["name"] == template.name
        and message.body["template"]["language"]["code"] == template.language
        for message in meta.world.messages.values()
        if not message.is_from_customer
    )


async def _until_delivered(meta, template: MessageTemplate) -> None:
    while undelivered(meta, template):
        await asyncio.sleep(LOOKING)
    if template.status == "PENDING_DELETION" and meta.world.templates.get(template.template_id) is template:
        moderation.delete(meta, template)


async def _wait(meta, template: MessageTemplate, name: str, moment: float, ring) -> None:
    await asyncio.sleep(max(0, moment - time.time()))
    if getattr(template, name) != moment or meta.world.templates.get(template.template_id) is not template:
        return  # it was put off, or is over
    setattr(template, name, 0.0)
    ring(meta, template)


RINGS = {
    "review_at": review,
    "paused_until": lambda meta, template: moderation.unpause(meta, template),
    "recategorised_at": lambda meta, template: moderation.change_category(meta, template),
}
