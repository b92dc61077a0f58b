"""What an app may do: create, edit, delete, unpause. Raises GraphError, in the words of Meta."""

import re
import time

from ..errors import GraphError
from ..state import MessageTemplate, Waba
from . import authentication, clock, designs, moderation, news, problems, store
from .designs import Design
from .problems import Refused

HOUR, DAY = 3600, 24 * 3600
CREATIONS_IN_AN_HOUR = 100
EDITS_IN_A_DAY, EDITS_IN_A_MONTH = 1, 10
MONTH = 30 * DAY
NAME = re.compile(r"[a-z0-9_]{1,512}")
LANGUAGE = re.compile(r"[a-z]{2,3}(_[A-Z]{2})?")
EDITABLE = ("APPROVED", "REJECTED", "PAUSED")


def create(meta, waba: Waba, params: dict) -> MessageTemplate:
    _check_rate(meta, waba)
    _check_weather(meta)
    try:
        name, language = _name_of(params), _language_of(params)
        _check_place(meta, waba, name, language)
        design = designs.read(params)
        designs.check(meta, design)
    except Refused as refused:
        raise refused.as_error(meta.world.user_locale) from None
    template = MessageTemplate(
        store.new_id(meta.world), waba.waba_id, name, language, design.category, [], "PENDING", created_at=time.time()
    )
    template.was_approved = False
    _put(template, design)
    if template.category == "UTILITY" and meta.weather.strikes("recategorised"):
        template.previous_category, template.category = template.category, "MARKETING"
    meta.world.add_template(template)
    waba.template_creations.append(time.time())
    _begin_review(meta, template)
    meta.note_change()
    return template


def _begin_review(meta, template: MessageTemplate) -> None:
    """Meta may also decide at once; then the answer says so already."""
    if meta.weather.strikes("approved_at_once"):
        return moderation.approve(meta, template)
    if meta.weather.strikes("rejected_at_once"):
        return moderation.reject(meta, template, why=clock.OF_THE_WEATHER)
    return clock.submit(meta, template)


def _put(template: MessageTemplate, design: Design) -> None:
    is_fixed = design.category == "AUTHENTICATION"
    template.category, template.parameter_format = design.category, design.parameter_format
    template.components = authentication.expanded(design.components) if is_fixed else design.components
    template.ttl_seconds, template.updated_at = design.ttl_seconds, time.time()


# --- is there room for it?


def _check_rate(meta, waba: Waba) -> None:
    """Meta does not say how it refuses these; the limit of an account is its way elsewhere."""
    now = time.time()
    waba.template_creations = [at for at in waba.template_creations if now - at < HOUR]
    if len(waba.template_creations) >= CREATIONS_IN_AN_HOUR and not meta.weather.strikes("no_template_limits"):
        raise GraphError(80007, details=f"{CREATIONS_IN_AN_HOUR} message templates were created in an hour.")


def _check_weather(meta) -> None:
    subcode = int(meta.weather.number("template_refused"))
    if subcode:
        raise problems.of_subcode(subcode, meta.world.user_locale, clock.OF_THE_WEATHER)


def _name_of(params: dict) -> str:
    name = params.get("name")
    if not isinstance(name, str) or not NAME.fullmatch(name):
        raise Refused(why="name must have 1 to 512 lower-case letters, digits and underscores.")
    return name


def _language_of(params: dict) -> str:
    language = params.get("language")
    if not isinstance(language, str) or not LANGUAGE.fullmatch(language):
        raise Refused(why="language must be a code such as en or en_US.")
    return language


def _check_place(meta, waba: Waba, name: str, language: str) -> None:
    are_limits_off = meta.weather.strikes("no_template_limits")
    if store.is_blocked(meta.world, waba.waba_id, name, language) and not are_limits_off:
        raise Refused(problems.BLOCKED, language=language)
    if meta.world.find_template(waba.waba_id, name, language):
        raise Refused(problems.EXISTS, language=language)
    count = len(store.of_waba(meta.world, waba.waba_id))
    if count >= waba.template_limit and not are_limits_off:
        raise Refused(problems.TOO_MANY, limit=waba.template_limit)


# --- edit


def edit(meta, template: MessageTemplate, params: dict) -> None:
    _check_weather(meta)
    was_approved = template.status == "APPROVED"
    try:
        _check_editable(meta, template)
        before = Design(template.category, template.parameter_format, [], template.ttl_seconds)
        design = designs.read(params, before=before)
        _check_same(template, params, design)
        if "components" in params:
            designs.check(meta, design)
            _put(template, design)
        else:
            designs.check_category(design.category, template.components)
    except Refused as refused:
        raise refused.as_error(meta.world.user_locale) from None
    template.category, template.ttl_seconds = design.category, design.ttl_seconds
    if was_approved:
        template.edits.append(time.time())
    template.status, template.rejected_reason, template.rejection_info = "PENDING", "NONE", {}
    template.paused_until, template.updated_at = 0.0, time.time()
    _begin_review(meta, template)
    meta.note_change()


def _check_editable(meta, template: MessageTemplate) -> None:
    if template.status not in EDITABLE:
        raise Refused(problems.NOT_EDITABLE, why=f"A message template that is {template.status} can't be edited.")
    if template.status != "APPROVED" or meta.weather.strikes("no_template_limits"):
        return
    now = time.time()
    template.edits = [at for at in template.edits if now - at < MONTH]
    if sum(now - at < DAY for at in template.edits) >= EDITS_IN_A_DAY:
        raise Refused(problems.NOT_EDITABLE, why="An approved message template can be edited once in 24 hours.")
    if len(template.edits) >= EDITS_IN_A_MONTH:
        raise Refused(problems.NOT_EDITABLE, why="An approved message template can be edited ten times in 30 days.")


def _check_same(template: MessageTemplate, params: dict, design: Design) -> None:
    if not set(params) & {"category", "components", "message_send_ttl_seconds", "parameter_format"}:
        raise Refused(why="An edit needs category, components or message_send_ttl_seconds.")
    for name in ("name", "language"):
        if params.get(name) not in (None, "", getattr(template, name)):
            raise Refused(why=f"The {name} of a message template can't change.")
    if template.status == "APPROVED" and design.category != template.category:
        raise Refused(problems.NOT_EDITABLE, why="The category of an approved message template can't change.")
    if design.parameter_format != template.parameter_format and "components" not in params:
        raise Refused(why="With another parameter_format components must come too.")


# --- delete and unpause


def delete(meta, waba: Waba, params: dict) -> None:
    """By name in all languages, or by id, or many ids: all or none."""
    try:
        chosen = _chosen(meta, waba, params)
        for template in chosen:
            if template.status == "DISABLED":
                raise Refused(why=f"The message template {template.name} is disabled and can't be deleted.")
    except Refused as refused:
        raise refused.as_error(meta.world.user_locale) from None
    for template in chosen:
        _remove(meta, template)
    meta.note_change()


def _chosen(meta, waba: Waba, params: dict) -> list[MessageTemplate]:
    name, ids = params.get("name"), params.get("hsm_ids") or params.get("hsm_id")
    ids = ids if isinstance(ids, list) else [ids] if ids else []
    if len(ids) > 100:
        raise Refused(why="hsm_ids may have 100 ids at most.")
    if not ids:
        found = store.named(meta.world, waba.waba_id, name) if name else []
    else:
        known = {each.template_id: each for each in store.of_waba(meta.world, waba.waba_id)}
        found = [known.get(str(template_id)) for template_id in ids]
        if name:
            found = [template if template and template.name == name else None for template in found]
    if not found or None in found:
        raise Refused(why="There is no message template of this name or id.")
    return found


def _remove(meta, template: MessageTemplate) -> None:
    if not clock.undelivered(meta, template):
        return moderation.delete(meta, template)
    store.block_name(meta.world, template)
    template.status, template.review_at, template.paused_until = "PENDING_DELETION", 0.0, 0.0
    news.status(meta, template, "PENDING_DELETION")
    return clock.wait_for_messages(meta, template)


def unpause(meta, template: MessageTemplate) -> None:
    if template.status != "PAUSED":
        why = f"Only a paused message template can be unpaused; this one is {template.status}."
        raise Refused(why=why).as_error(meta.world.user_locale)
    moderation.unpause(meta, template)
