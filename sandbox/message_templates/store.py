"""The templates there are: the example ones, finding them, and what Graph tells of one."""

import secrets
import time

from ..state import MessageTemplate, World

MOST = 6000  # of a verified business
NAME_BLOCKED_SECONDS = 30 * 24 * 3600

EXAMPLES = (
    ("hello_world", "UTILITY", [
        {"type": "HEADER", "format": "TEXT", "text": "Hello World"},
        {"type": "BODY", "text": "Welcome and congratulations! This message shows that you can send templates."},
        {"type": "FOOTER", "text": "WhatsApp Business Platform sample message"},
    ]),
    ("order_ready", "UTILITY", [
        {
            "type": "BODY",
            "text": "Hello {{1}}, your order {{2}} is ready to be picked up.",
            "example": {"body_text": [["Customer", "A-1001"]]},
        },
        {"type": "BUTTONS", "buttons": [
            {"type": "URL", "text": "See the order", "url": "https://example.com/orders/{{1}}", "example": ["A-1001"]},
            {"type": "QUICK_REPLY", "text": "Thank you"},
        ]},
    ]),
    ("new_collection", "MARKETING", [
        {"type": "HEADER", "format": "IMAGE", "example": {"header_handle": ["https://example.com/collection.png"]}},
        {
            "type": "BODY",
            "text": "Dear {{1}}, our new collection is here. Look!",
            "example": {"body_text": [["Customer"]]},
        },
        {"type": "FOOTER", "text": "Reply STOP to hear no more of this"},
    ]),
)  # fmt: skip


def add_examples(world: World) -> None:
    for account, waba_id in enumerate(world.wabas, 1):
        for place, (name, category, components) in enumerate(EXAMPLES, 1):
            template_id = f"3000000000{account:03}{place:03}"
            world.add_template(MessageTemplate(template_id, waba_id, name, "en_US", category, components))


def add_many(world: World, waba_id: str, count: int, status: str, category: str) -> list[MessageTemplate]:
    """More than the examples, for runs with many: named so that they sort. Those there are already stay."""
    added = []
    for number in range(1, count + 1):
        template_id, body = f"31{waba_id[-6:]}{number:07}", {"type": "BODY", "text": f"Example text number {number}."}
        template = MessageTemplate(template_id, waba_id, f"example_{number:05}", "en_US", category, [body], status)
        template.was_approved = status not in ("PENDING", "REJECTED")
        template.rejected_reason = "INVALID_FORMAT" if status == "REJECTED" else "NONE"
        if template_id not in world.templates:
            world.add_template(template)
        added.append(world.templates[template_id])
    return added


def new_id(world: World) -> str:
    """Sixteen digits that a JSON number still holds exactly: webhooks carry them as numbers."""
    while (template_id := str(10**15 + secrets.randbelow(8 * 10**15))) in world.templates:
        pass
    return template_id


def of_waba(world: World, waba_id: str) -> list[MessageTemplate]:
    return [template for template in world.templates.values() if template.waba_id == waba_id]


def named(world: World, waba_id: str, name: str) -> list[MessageTemplate]:
    return [template for template in of_waba(world, waba_id) if template.name == name]


def block_name(world: World, template: MessageTemplate) -> None:
    """Of one that was approved, from its deletion on: in its language, and in every one when it was the last."""
    if not template.was_approved:
        return
    key, until = f"{template.waba_id}/{template.name}", time.time() + NAME_BLOCKED_SECONDS
    world.blocked_names[f"{key}/{template.language}"] = until
    others = [each for each in named(world, template.waba_id, template.name) if each is not template]
    if all(each.status == "PENDING_DELETION" for each in others):
        world.blocked_names[key] = until


def is_blocked(world: World, waba_id: str, name: str, language: str) -> bool:
    keys = (f"{waba_id}/{name}", f"{waba_id}/{name}/{language}")
    return any(world.blocked_names.get(key, 0) > time.time() for key in keys)


def find(world: World, waba_id: str, content: dict) -> MessageTemplate | None:
    """The template a message names."""
    return world.find_template(waba_id, content["name"], content["language"]["code"])


def fields(template: MessageTemplate) -> dict:
    """Everything that may be asked for; None is never told."""
    return {
        "id": template.template_id,
        "name": template.name,
        "language": template.language,
        "status": template.status,
        "category": template.category,
        "sub_category": "CUSTOM",
        "parameter_format": template.parameter_format,
        "components": template.components,
        "quality_score": {"score": template.quality, "date": int(template.quality_at)},
        "rejected_reason": template.rejected_reason,
        "previous_category": template.previous_category or None,
        "correct_category": template.correct_category or None,
        "message_send_ttl_seconds": template.ttl_seconds,
        "cta_url_link_tracking_opted_out": False,
        "library_template_name": None,
        "last_updated_time": time.strftime("%Y-%m-%dT%H:%M:%S+0000", time.gmtime(template.updated_at)),
    }
