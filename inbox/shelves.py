"""What a form of the composer picks its products from: the shop's catalog, where customers see it."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.http import QueryDict
from django.utils.translation import gettext as _

from catalog.models import Catalog
from inbox import picker, specials
from inbox.models import Thread
from inbox.picker import Picker


@dataclass(frozen=True, slots=True)
class Shelf:
    catalog: Catalog
    field: specials.Field

    @property
    def mode(self) -> str:
        return picker.MANY if self.field.draws == specials.PRODUCTS else picker.ONE

    def begin(self) -> Picker:
        return picker.begin(self.field.name, self.mode)

    def received(self, data: QueryDict) -> Picker:
        return picker.received(self.field.name, self.mode, data)

    def values(self, picked: Picker) -> Mapping:
        """What `specials.build` takes. Raises WrongField for products that Meta would not show."""
        if self.mode == picker.MANY and not picked.numbers:
            raise specials.WrongField(self.field.name, _("Choose at least one product."))
        for words in picker.refusal([picked], self.catalog.workspace).values():
            raise specials.WrongField(self.field.name, words)
        return {"catalog_id": self.catalog.catalog_id, "retailer_id": picked.number, "sections": picked.filled}


def of_form(thread: Thread, kind: specials.Kind) -> Shelf | None:
    """None for a message without products, and where nothing can be picked: then numbers are typed."""
    field = specials.picks(kind)
    catalog = picker.offered(thread) if field else None
    return Shelf(catalog, field) if catalog else None
