"""Which column of a file is which fact of a product: by our names, by what `fields` says others call it, and these."""

import re
from collections.abc import Iterable
from functools import cache

from django.utils import translation
from django.utils.translation import gettext as _

from catalog.fields import ATTRIBUTES, FIELDS
from catalog.files import Unreadable

# Further names, as shops' programs and people in other languages write them. The earlier one of two counts.
ALSO = {
    "retailer_id": (
        "product number",
        "article number",
        "item number",
        "artikelnummer",
        "produktnummer",
        "référence",
        "referencia",
        "رقم المنتج",
        "رمز المنتج",
    ),
    "title": (
        "item name",
        "titel",
        "produktname",
        "artikelname",
        "titre",
        "nom",
        "título",
        "nombre",
        "العنوان",
        "الاسم",
    ),
    "description": ("product description", "beschreibung", "descripción", "الوصف"),
    "price": ("unit price", "preis", "verkaufspreis", "prix", "precio", "السعر"),
    "sale_price": (
        "sale",
        "angebotspreis",
        "sonderpreis",
        "prix promo",
        "prix promotionnel",
        "precio de oferta",
        "سعر العرض",
    ),
    "currency": ("währung", "devise", "moneda", "divisa", "العملة"),
    "availability": ("available", "verfügbarkeit", "disponibilité", "disponibilidad", "التوفر"),
    "condition": ("google shopping / condition", "zustand", "état", "condición", "estado", "الحالة"),
    "link": ("page", "product page", "produktlink", "produktseite", "lien", "enlace", "الرابط"),
    "image_link": (
        "picture url",
        "photo",
        "bild",
        "bildlink",
        "bild url",
        "image produit",
        "imagen",
        "foto",
        "صورة",
        "الصورة",
    ),
    "additional_image_links": ("additional images", "more pictures", "weitere bilder"),
    "brand": ("marke", "hersteller", "marque", "marca", "العلامة التجارية", "الماركة"),
    "category": ("google shopping / google product category", "type", "kategorie", "catégorie", "categoría", "الفئة"),
    "item_group_id": ("variant group", "group id"),
    "inventory": (
        "quantity to sell on facebook",
        "stock quantity",
        "in stock",
        "bestand",
        "menge",
        "quantité",
        "cantidad",
        "الكمية",
    ),
    "color": ("google shopping / color", "farbe", "couleur", "اللون"),
    "size": ("größe", "taille", "talla", "المقاس"),
    "gender": ("google shopping / gender", "geschlecht"),
    "age_group": ("google shopping / age group", "altersgruppe"),
    "mpn": ("google shopping / mpn",),
}
# Said of a file, no more of its headings than this.
MOST_SHOWN = 20


def known_as(heading: str) -> tuple[str, int] | None:
    """The fact that a column of this name holds, and how surely: the smaller, the surer. None for a strange one."""
    return _names().get(_plain(heading))


def columns_of(headings: list[str]) -> list[list[str]]:
    """[[heading, fact or ""], ...]. Raises Unreadable for a name that stands there twice, or without product numbers.

    Where two columns may be one fact the surer name counts, and the other is not read.
    """
    surest: dict[str, tuple[int, int]] = {}
    for place, heading in enumerate(headings):
        if known := known_as(heading):
            name, rank = known
            if name in surest and surest[name][0] == rank:
                _refuse_twice(heading)
            surest[name] = min(surest.get(name, (rank, place)), (rank, place))
    if "retailer_id" not in surest:
        _refuse_without_number(headings)
    of_place = {place: name for name, (_rank, place) in surest.items()}
    return [[_shown(heading), of_place.get(place, "")] for place, heading in enumerate(headings)]


def count_known(headings: Iterable[str]) -> int:
    return len({known[0] for known in map(known_as, headings) if known})


def _refuse_twice(heading: str) -> None:
    message = _("Two columns are called “%(heading)s”. Rename or remove the one that does not count.")
    raise Unreadable(message % {"heading": _shown(heading)})


def _refuse_without_number(headings: list[str]) -> None:
    shown = [f"“{_shown(each)}”" for each in headings if each.strip()][:MOST_SHOWN]
    message = _(
        "There is no column with the product number. Call it “id”, “sku” or “retailer_id”. The first line of the file "
        "must name its columns; it says: %(headings)s"
    )
    raise Unreadable(message % {"headings": ", ".join(shown) or "–"})


def _shown(heading: str) -> str:
    return heading.strip().strip("\ufeff").strip()[:60]


def _plain(heading: str) -> str:
    return " ".join(re.sub(r"[_\-\s\ufeff]+", " ", heading).casefold().split())


@cache
def _names() -> dict[str, tuple[str, int]]:
    known: dict[str, tuple[str, int]] = {}
    with translation.override("en"):
        for name, field in {**FIELDS, **ATTRIBUTES}.items():
            for rank, each in enumerate((name, str(field.label), *field.also, *ALSO.get(name, ()))):
                known.setdefault(_plain(each), (name, rank))
    return known
