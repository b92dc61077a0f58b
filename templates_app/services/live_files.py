"""The files that a template is sent with while another one for it is chosen in a draft: those that Meta has seen.

They stand beside the draft's as samples of a place of their own, until the draft is handed in or thrown away.
"""

from templates_app import design as designs
from templates_app.models import MessageTemplate, TemplateSample

LIVE = "live:"


def keep(row: MessageTemplate, sample: TemplateSample) -> None:
    """Before the draft's file takes the place of this one, or it is left out there."""
    if sample.place in designs.sample_places(row.components):
        mine = {"workspace_id": row.workspace_id, "template": row, "place": LIVE + sample.place}
        TemplateSample.objects.get_or_create(**mine, defaults={"asset_id": sample.asset_id})


def forget(row: MessageTemplate) -> None:
    """The draft's are what Meta has now."""
    row.samples.filter(place__startswith=LIVE).delete()


def put_back(row: MessageTemplate) -> None:
    """The draft is thrown away."""
    for live in row.samples.filter(place__startswith=LIVE):
        place = live.place.removeprefix(LIVE)
        row.samples.filter(place=place).delete()
        TemplateSample.objects.filter(pk=live.pk).update(place=place)


def of(samples: list[TemplateSample]) -> dict[str, TemplateSample]:
    """By the places of the headers, of all samples of a template: what is sent, not what is being written."""
    found = {each.place: each for each in samples}
    return found | {place.removeprefix(LIVE): each for place, each in found.items() if place.startswith(LIVE)}
