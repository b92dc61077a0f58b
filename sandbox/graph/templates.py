"""Message templates: list them, read one. Making them comes later."""

from .. import message_templates
from ..errors import no_such_object
from . import access
from .access import MANAGEMENT
from .calls import Call
from .reading import page, project

DEFAULT_FIELDS = ["name", "parameter_format", "components", "language", "status", "category", "sub_category", "id"]
FILTERS = ("name", "status", "category", "language")


def list_of_waba(meta, call: Call) -> dict:
    waba = access.waba_of(meta, call, MANAGEMENT)
    rows = [message_templates.fields(template) for template in message_templates.of_waba(meta.world, waba.waba_id)]
    for name in FILTERS:
        wanted = call.text(name).lower()
        rows = [row for row in rows if not wanted or row[name].lower() == wanted]
    return page(call, [project(call, row, DEFAULT_FIELDS) for row in rows])


def read(meta, call: Call) -> dict:
    token = access.token_of(meta, call)
    template = meta.world.templates[call.object_id]
    if not access.reaches(meta, token, template.waba_id):
        raise no_such_object(call.object_id, call.method)
    access.require_scope(token, MANAGEMENT)
    return project(call, message_templates.fields(template), DEFAULT_FIELDS)
