"""Message templates by hand: many of them, what Meta does to one, the review, the bytes of an upload."""

import hashlib

from .control_values import fraction, one_of, waba_of, whole
from .errors import BadRequest
from .message_templates import clock, moderation, parts, samples, store
from .message_templates.news import Telling
from .state import MessageTemplate

LANGUAGES = ("en", "es")
MOST_TIMES = 20

DEEDS = {  # what may be done to a template, and what else the request then says
    "approve": (moderation.approve, ()),
    "reject": (moderation.reject, ("reason", "why", "recommendation")),
    "pend": (moderation.pend, ()),
    "pause": (moderation.pause, ("which", "seconds")),
    "unpause": (moderation.unpause, ()),
    "disable": (moderation.disable, ()),
    "flag": (moderation.flag, ()),
    "reinstate": (moderation.reinstate, ()),
    "announce_category": (moderation.announce_category, ("category", "seconds")),
    "change_category": (moderation.change_category, ("category",)),
    "rate": (moderation.rate, ("quality",)),
    "change": (moderation.change, ("components", "parameter_format")),
    "archive": (moderation.archive, ()),
    "unarchive": (moderation.unarchive, ()),
    "delete": (moderation.delete, ()),
    "set_status": (moderation.set_status, ("status",)),
}


def do(meta, data: dict) -> dict:
    """One of the deeds, told as the request wants it; or `error_when_sent`, of which nobody is told."""
    template = template_of(meta, data)
    if "error_when_sent" in data:
        template.error_when_sent = whole(data, "error_when_sent", 0)
        meta.note_change()
    is_told = False
    if "do" in data or "error_when_sent" not in data:
        deed, names = DEEDS[one_of(data, "do", DEEDS, None) or _none_of("do", DEEDS)]
        values = {name: data[name] for name in names if data.get(name) not in (None, "")}
        if "seconds" in values:
            values["seconds"] = fraction(data, "seconds")
        is_told = deed(meta, template, telling_of(data), **values)
    return {"is_told": is_told, **state_of(template)}


def _none_of(name: str, allowed) -> str:
    raise BadRequest(f"{name} must be one of {', '.join(allowed)}.")


def telling_of(data: dict) -> Telling:
    return Telling(
        is_told=bool(data.get("tell", True)),
        times=min(whole(data, "times", 1), MOST_TIMES),
        delay=fraction(data, "delay"),
        ago=fraction(data, "ago"),
        with_dash=bool(data.get("with_dash")),
        without_category=bool(data.get("without_category")),
        as_status=bool(data.get("as_status")),
    )


def template_of(meta, data: dict) -> MessageTemplate:
    """By `template_id`, or `waba_id`, `name` and `language`."""
    template = meta.world.templates.get(str(data.get("template_id", "")))
    if template is None and "waba_id" in data:
        name, language = str(data.get("name", "")), str(data.get("language") or "en_US")
        template = meta.world.find_template(waba_of(meta, data).waba_id, name, language)
    if template is None:
        raise BadRequest("There is no such template: template_id, or waba_id, name and language (en_US without one).")
    return template


def state_of(template: MessageTemplate) -> dict:
    told = {name: value for name, value in store.fields(template).items() if value is not None}
    more = {"waba_id": template.waba_id, "pauses": template.pauses, "error_when_sent": template.error_when_sent}
    return told | more | {"rejection_info": template.rejection_info}


def listed(meta, data: dict) -> list[dict]:
    waba = waba_of(meta, data)
    return [state_of(template) for template in store.of_waba(meta.world, waba.waba_id)]


def add(meta, data: dict) -> dict:
    waba, count = waba_of(meta, data), whole(data, "count", 1)
    if count > store.MOST:
        raise BadRequest(f"count must be at most {store.MOST}.")
    status = one_of(data, "status", parts.STATUSES, "APPROVED")
    category = one_of(data, "category", parts.CATEGORIES, "UTILITY")
    added = store.add_many(meta.world, waba.waba_id, count, status, category)
    meta.note_change()
    return {"names": [template.name for template in added]}


def review(meta, data: dict) -> dict:
    """`automatic` true or false; `locale` of refusals; `template_limit` of `waba_id`. Without any it only tells."""
    world = meta.world
    if "locale" in data:
        if str(data["locale"])[:2] not in LANGUAGES:
            raise BadRequest(f"locale must begin with {' or '.join(LANGUAGES)}.")
        world.user_locale = str(data["locale"])
    if "template_limit" in data:
        waba_of(meta, data).template_limit = whole(data, "template_limit", store.MOST)
    if "automatic" in data:
        clock.set_review(meta, not data["automatic"])
    meta.note_change()
    is_automatic = not world.is_review_by_hand and meta.settings.review_delay >= 0
    waiting = sum(template.status == "PENDING" for template in world.templates.values())
    return {
        "automatic": is_automatic,
        "delay": meta.settings.review_delay,
        "waiting": waiting,
        "locale": world.user_locale,
    }


def upload(meta, data: dict) -> dict:
    """What came of a resumable upload: found by its `handle`, or by its `id`."""
    found = samples.upload_of(meta, data.get("handle")) or meta.world.uploads.get(str(data.get("id", "")))
    if found is None:
        raise BadRequest("There is no upload with this handle or id.")
    content = meta.files.read(found.file) or b""
    return {
        "id": found.upload_id,
        "handle": found.handle,
        "file_name": found.file_name,
        "file_type": found.file_type,
        "file_length": found.length,
        "file_offset": found.offset,
        "requests": found.parts,
        "sha256": hashlib.sha256(content).hexdigest(),
    }
