"""Choosing what fills the gaps of a template whenever nobody types it."""

from django.db import transaction

from templates_app.models import MessageTemplate
from templates_app.services import gaps as kinds
from templates_app.services import render
from templates_app.services.gaps import Gap
from templates_app.services.values import MappingProblem, check_mapping
from workspaces import live
from workspaces import services as workspaces
from workspaces.models import User

# Those that are filled with words or with something of the shop's data; the others are given when it is sent.
CHOSEN = (kinds.TEXT, kinds.SUFFIX, kinds.COUPON, kinds.IMAGE, kinds.PRODUCT, kinds.THUMBNAIL)
WRITTEN = (kinds.TEXT, kinds.SUFFIX, kinds.COUPON, kinds.THUMBNAIL)


class CannotMap(Exception):
    """Nothing was kept. `problems` say of which gap why."""

    def __init__(self, problems: list[MappingProblem]):
        super().__init__(problems)
        self.problems = problems


def gaps_to_choose(template: MessageTemplate) -> list[Gap]:
    """The gaps for which a source can be chosen here. Of cards beyond the approved ones only those in use."""
    found = [gap for gap in render.gaps(template) if gap.kind in CHOSEN]
    return [gap for gap in found if gap.is_required or gap.default or gap.key in template.mapping]


def choose(template: MessageTemplate, chosen: dict, user: User | None) -> None:
    """Keep these for the gaps of `gaps_to_choose`: `{key: {"source", "fallback" or "value"}}`. Raises CannotMap.

    A gap that is left out is given when it is sent. What is kept for other gaps stays.
    """
    gaps = gaps_to_choose(template)
    known = {gap.key for gap in gaps}
    chosen = {key: entry for key, entry in chosen.items() if key in known}
    problems = [each for each in check_mapping(chosen, gaps) if not each.is_empty]
    if problems:
        raise CannotMap(problems)
    with transaction.atomic():
        row = MessageTemplate.objects.select_for_update().get(pk=template.pk)
        row.mapping = {key: entry for key, entry in row.mapping.items() if key not in known} | chosen
        row.save(update_fields=["mapping"])
        workspaces.note(row.workspace, user, "chose what fills a template", str(row), gaps=sorted(chosen))
        live.touch(row.workspace_id)
