"""What happened to a product, as pages tell it: a sentence, what was before and after, and who it was."""

from collections.abc import Iterable, Mapping

from django.utils.translation import gettext as _

from catalog.fields import label_of
from catalog.models import ProductEvent, ProductItem

SHOWN = 300
WANTED, REVIEW = "wanted", "review_status"


def of(item: ProductItem):
    """Newest first."""
    events = ProductEvent.objects.for_workspace(item.workspace).filter(item=item)
    return events.select_related("actor").order_by("-pk")


def told(events: Iterable[ProductEvent]) -> list[ProductEvent]:
    """Each with its changes: [(field, before, after), ...]."""
    events = list(events)
    for event in events:
        event.changes = _changes(event.detail)
    return events


def _changes(detail) -> list[tuple[str, str, str]]:
    if not isinstance(detail, Mapping):
        return []
    pairs = ((name, pair) for name, pair in detail.items() if isinstance(pair, list) and len(pair) == 2)
    return [(_label(name), _text(name, pair[0]), _text(name, pair[1])) for name, pair in pairs]


def _label(name: str) -> str:
    return str({WANTED: _("Wanted"), REVIEW: _("Review")}.get(name) or label_of(name))


def _text(name: str, value) -> str:
    if name == WANTED:
        return str(dict(ProductItem.Wanted.choices).get(value, value))
    return ("" if value is None else str(value))[:SHOWN] or "–"
