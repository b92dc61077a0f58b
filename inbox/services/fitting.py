"""A message that waited goes out as its template is by now, filled with the same values, or not at all.

While a template is stopped people mend it, and Meta approves another text than the one that the message was made of.
"""

import json
from collections.abc import Mapping
from dataclasses import replace

from django.core.serializers.json import DjangoJSONEncoder
from django.utils.translation import gettext_noop

from inbox.models import Message
from inbox.services.moves import move_messages
from meta_integration.services import media
from templates_app import design
from templates_app.models import MessageTemplate
from templates_app.services import render as rendering
from workspaces import live

CHANGED = gettext_noop(
    "The template was changed while this message waited, and needs other values now, so it was not sent. Send it anew."
)


def filling_of(template: MessageTemplate, values: Mapping) -> dict:
    """What is kept to fill the template once more: its version, and the values. None for values that are no JSON."""
    try:
        plain = json.loads(json.dumps(dict(values), cls=DjangoJSONEncoder))
    except TypeError:
        plain = None
    return {"of": design.mark(template.components), "values": plain}


def fitted(rows: list) -> list:
    """Claimed rows as their templates are now. Those that cannot be filled any more fail, and are left out."""
    wanted = {row.template_id for row in rows if row.filling}
    if not wanted:
        return rows
    templates = MessageTemplate.objects.in_bulk(wanted)
    marks = {pk: design.mark(template.components) for pk, template in templates.items()}
    fit = []
    for row in rows:
        is_as_it_was = not row.filling or row.filling["of"] == marks[row.template_id]
        fit.append(row if is_as_it_was else _anew(row, templates[row.template_id]))
    return [row for row in fit if row]


def _anew(row, template: MessageTemplate):
    values = row.filling["values"]
    try:
        rendered = rendering.render(template, values) if values is not None else None
    except (rendering.MissingValues, rendering.WrongValue):
        rendered = None
    if rendered is None:
        move_messages([row.pk], Message.Status.FAILED, error=CHANGED, lease_until=None)
        live.touch(template.workspace_id, row.thread_id, in_list=False)
        return None
    files = media.assets_in(rendered.content)
    Message.objects.filter(pk=row.pk).update(
        content=rendered.content,
        parts=rendered.parts,
        body=rendered.shown,
        asset=files.pop() if len(files) == 1 else None,
        filling=filling_of(template, values),
    )
    return replace(row, content=rendered.content)
