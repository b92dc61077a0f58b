"""Parts that several kinds of messages share: where a file comes from, headers, sections of products."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from inbox.outgoing.checks import (
    BadMessage,
    all_different,
    at_most_in_all,
    between,
    how_many,
    text,
    titles_of_sections,
    value_of_template,
    web_address,
)
from meta_integration.models import MediaAsset

CAPTION = 1024


@dataclass(frozen=True)
class Source:
    """Where a file comes from: exactly one of ours, an id at Meta, or an https address that Meta fetches itself."""

    asset: int | None = None
    id: str = ""
    link: str = ""

    def as_json(self, field: str) -> dict:
        if (self.asset is not None) + bool(self.id) + bool(self.link) != 1:
            raise BadMessage(field, _("Choose one file: an uploaded one, or a web address."))
        if self.link:
            return {"link": web_address(f"{field}.link", self.link, schemes=("https",))}
        if self.id:
            return {"id": text(f"{field}.id", _("Meta's id of the file"), self.id)}
        return {"asset": int(self.asset)}


def source_of(value: "Source | MediaAsset") -> Source:
    """A file of ours may be named by its row."""
    return Source(asset=value.pk) if isinstance(value, MediaAsset) else value


@dataclass(frozen=True)
class TextHeader:
    """`name` is the gap's name in a template whose gaps have names."""

    text: str
    name: str = ""
    type = "text"

    def as_json(self, field: str = "header") -> dict:
        named = {"parameter_name": self.name} if self.name else {}
        return {"type": "text", **named, "text": value_of_template(f"{field}.text", _("The header"), self.text, 60)}


@dataclass(frozen=True)
class MediaHeader:
    type: str
    source: Source | MediaAsset
    filename: str = ""

    def as_json(self, field: str = "header") -> dict:
        if self.type not in ("image", "video", "document"):
            raise BadMessage(f"{field}.type", _("A header can hold a picture, a video or a document."))
        content = source_of(self.source).as_json(f"{field}.{self.type}")
        if self.filename and self.type == "document":
            content["filename"] = text(f"{field}.filename", _("The file name"), self.filename)
        return {"type": self.type, self.type: content}


@dataclass(frozen=True)
class LocationHeader:
    """Templates only. Meta wants all four."""

    latitude: float
    longitude: float
    name: str
    address: str
    type = "location"

    def as_json(self, field: str = "header") -> dict:
        place = {
            "latitude": str(between(f"{field}.latitude", _("The latitude"), self.latitude, -90, 90)),
            "longitude": str(between(f"{field}.longitude", _("The longitude"), self.longitude, -180, 180)),
            "name": text(f"{field}.name", _("The name of the place"), self.name),
            "address": text(f"{field}.address", _("The address of the place"), self.address),
        }
        return {"type": "location", "location": place}


@dataclass(frozen=True)
class ProductHeader:
    """Templates only."""

    catalog_id: str
    retailer_id: str
    type = "product"

    def as_json(self, field: str = "header") -> dict:
        product = {
            "product_retailer_id": text(f"{field}.retailer_id", _("The product"), self.retailer_id),
            "catalog_id": text(f"{field}.catalog_id", _("The catalog"), self.catalog_id),
        }
        return {"type": "product", "product": product}


@dataclass(frozen=True)
class Products:
    """A section of products, each named by its `retailer_id`."""

    title: str
    retailer_ids: Sequence[str]


def product_sections(sections: Sequence[Products]) -> list[dict]:
    """1 to 10 sections with 1 to 30 products in all, none of them twice in its section."""
    how_many("sections", _("sections"), sections, 1, 10)
    titles = titles_of_sections([section.title for section in sections])
    at_most_in_all("sections", sum(len(section.retailer_ids) for section in sections), 30, _("products"))
    built = []
    for place, (title, section) in enumerate(zip(titles, sections, strict=True)):
        field = f"sections[{place}].retailer_ids"
        how_many(field, _("products in this section"), section.retailer_ids, 1, 30)
        items = [text(f"{field}[{n}]", _("The product"), each) for n, each in enumerate(section.retailer_ids)]
        all_different(f"{field}[{{}}]", _("products"), items)
        named = {"title": title} if title else {}
        built.append({**named, "product_items": [{"product_retailer_id": each} for each in items]})
    return built
