"""Parts that several kinds of messages share: where a file comes from, headers, sections of products."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from inbox.outgoing.checks import (
    BadMessage,
    all_different,
    at_most_in_all,
    how_many,
    one_line,
    text,
    titles_of_sections,
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
    text: str
    type = "text"

    def as_json(self, field: str = "header") -> dict:
        return {"type": "text", "text": one_line(f"{field}.text", _("The header"), self.text, 60)}


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
