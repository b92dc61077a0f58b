"""Message templates: list, read, create, edit, delete, unpause."""

from ..errors import GraphError, no_such_object
from ..message_templates import lifecycle, parts, store
from ..state import MessageTemplate
from . import access
from .access import MANAGEMENT
from .calls import Call, opened
from .reading import Limits, page, page_number, project

DEFAULT_FIELDS = ["name", "parameter_format", "components", "language", "status", "category", "sub_category", "id"]
FILTERS = {
    "name": lambda template, wanted: template.name == wanted,
    "status": lambda template, wanted: template.status.lower() == wanted,
    "category": lambda template, wanted: template.category.lower() == wanted,
    "language": lambda template, wanted: template.language.lower() == wanted,
    "quality_score": lambda template, wanted: template.quality.lower() == wanted,
    "content": lambda template, wanted: wanted in parts.words_of(template.components).lower(),
    "name_or_content": lambda template, wanted: (
        wanted in template.name or wanted in parts.words_of(template.components).lower()
    ),
}


def list_of_waba(meta, call: Call) -> dict:
    waba = access.waba_of(meta, call, MANAGEMENT)
    templates = store.of_waba(meta.world, waba.waba_id)
    for name, fits in FILTERS.items():
        wanted = call.text(name).lower()
        templates = [template for template in templates if not wanted or fits(template, wanted)]
    limits = _weather(meta, call)
    return page(call, templates, limits, lambda template: project(call, store.fields(template), DEFAULT_FIELDS))


def _weather(meta, call: Call) -> Limits:
    weather = meta.weather
    failing = int(weather.number("list_fails")) if _is_late_enough(meta, call) else 0
    if failing:
        raise GraphError(2, details="Made by the weather of the sandbox.")
    if call.text("after") and weather.strikes("cursors_expired"):
        raise GraphError(100, "(#100) Invalid cursor")
    if weather.strikes("list_empty"):
        return Limits(rows=0)
    rows = int(weather.number("list_short"))
    return Limits(rows=rows or None, page=int(weather.number("list_thin")) or None)


def _is_late_enough(meta, call: Call) -> bool:
    """Asked first, so that the pages before do not use the switch up."""
    setting = meta.weather.settings.get("list_fails")
    return setting is not None and page_number(call) >= setting.number


def create(meta, call: Call) -> dict:
    waba = access.waba_of(meta, call, MANAGEMENT)
    template = lifecycle.create(meta, waba, call.params)
    return {"id": template.template_id, "status": template.status, "category": template.category}


def delete(meta, call: Call) -> dict:
    waba = access.waba_of(meta, call, MANAGEMENT)
    lifecycle.delete(meta, waba, {**call.params, "hsm_ids": opened(call.text("hsm_ids"))})
    return {"success": True}


def read(meta, call: Call) -> dict:
    return project(call, store.fields(_template_of(meta, call)), DEFAULT_FIELDS)


def edit(meta, call: Call) -> dict:
    lifecycle.edit(meta, _template_of(meta, call), call.params)
    return {"success": True}


def unpause(meta, call: Call) -> dict:
    lifecycle.unpause(meta, _template_of(meta, call))
    return {"success": True}


def _template_of(meta, call: Call) -> MessageTemplate:
    token = access.token_of(meta, call)
    template = meta.world.templates[call.object_id]
    if not access.reaches(meta, token, template.waba_id):
        raise no_such_object(call.object_id, call.method)
    access.require_scope(token, MANAGEMENT)
    return template
