"""Messages that can be tapped: buttons, lists, links, products."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from inbox.outgoing.checks import (
    BadMessage,
    all_different,
    at_most_in_all,
    how_many,
    text,
    titles_of_sections,
    web_address,
)
from inbox.outgoing.message import Outgoing
from inbox.outgoing.parts import MediaHeader, Products, TextHeader, product_sections

BODY, LIST_BODY = 1024, 4096


@dataclass(frozen=True)
class Button:
    """`id` comes back when the customer taps it; `title` is what they see."""

    id: str
    title: str


@dataclass(frozen=True)
class Row:
    id: str
    title: str
    description: str = ""


@dataclass(frozen=True)
class Section:
    title: str
    rows: Sequence[Row]


def buttons(
    body: str, buttons: Sequence[Button], *, header: TextHeader | MediaHeader | None = None, footer: str = ""
) -> Outgoing:
    """1 to 3 buttons that answer."""
    how_many("buttons", _("buttons"), buttons, 1, 3)
    replies = [
        {
            "id": text(f"buttons[{place}].id", _("The id of a button"), each.id, 256),
            "title": text(f"buttons[{place}].title", _("The text of a button"), each.title, 20),
        }
        for place, each in enumerate(buttons)
    ]
    all_different("buttons[{}].id", _("button ids"), [each["id"] for each in replies])
    all_different("buttons[{}].title", _("button texts"), [each["title"].strip() for each in replies])
    action = {"buttons": [{"type": "reply", "reply": each} for each in replies]}
    return _interactive("button", body, action, header=header, footer=footer)


def choices(
    body: str, button: str, sections: Sequence[Section], *, header: TextHeader | None = None, footer: str = ""
) -> Outgoing:
    """Meta's `list`: a button that opens 1 to 10 rows, in sections."""
    how_many("sections", _("sections"), sections, 1, 10)
    titles = titles_of_sections([section.title for section in sections])
    at_most_in_all("sections", sum(len(section.rows) for section in sections), 10, _("rows"))
    built = []
    for place, (title, section) in enumerate(zip(titles, sections, strict=True)):
        how_many(f"sections[{place}].rows", _("rows in this section"), section.rows, 1, 10)
        rows = [_row(f"sections[{place}].rows[{n}]", row) for n, row in enumerate(section.rows)]
        built.append({**({"title": title} if title else {}), "rows": rows})
    all_different("sections", _("row ids"), [row["id"] for section in built for row in section["rows"]])
    action = {"button": text("button", _("The text of the list's button"), button, 20), "sections": built}
    return _interactive("list", body, action, header=header, footer=footer, only=("text",), most=LIST_BODY)


def link(
    body: str, label: str, url: str, *, header: TextHeader | MediaHeader | None = None, footer: str = ""
) -> Outgoing:
    """Meta's `cta_url`: one button that opens a web address."""
    parameters = {"display_text": text("label", _("The text of the button"), label, 20), "url": web_address("url", url)}
    return _interactive("cta_url", body, {"name": "cta_url", "parameters": parameters}, header=header, footer=footer)


def location_request(body: str) -> Outgoing:
    """Asks the customer to share where they are."""
    return _interactive("location_request_message", body, {"name": "send_location"})


def product(catalog_id: str, retailer_id: str, *, body: str = "", footer: str = "") -> Outgoing:
    action = {
        "catalog_id": text("catalog_id", _("The catalog"), catalog_id),
        "product_retailer_id": text("retailer_id", _("The product"), retailer_id),
    }
    return _interactive("product", body, action, footer=footer, optional=True)


def product_list(
    catalog_id: str, sections: Sequence[Products], *, header: TextHeader, body: str, footer: str = ""
) -> Outgoing:
    """1 to 30 products of the catalog. Meta wants a text header."""
    if header is None:
        raise BadMessage("header", _("A list of products needs a header."))
    action = {"catalog_id": text("catalog_id", _("The catalog"), catalog_id), "sections": product_sections(sections)}
    return _interactive("product_list", body, action, header=header, footer=footer, only=("text",))


def catalog_message(body: str, *, thumbnail: str = "", footer: str = "") -> Outgoing:
    """Opens the whole catalog. `thumbnail` is the `retailer_id` of the product whose picture is shown."""
    thumbnail = text("thumbnail", _("The product"), thumbnail, optional=True)
    shown = {"parameters": {"thumbnail_product_retailer_id": thumbnail}} if thumbnail else {}
    return _interactive("catalog_message", body, {"name": "catalog_message", **shown}, footer=footer)


def _row(field: str, row: Row) -> dict:
    built = {
        "id": text(f"{field}.id", _("The id of a row"), row.id, 200),
        "title": text(f"{field}.title", _("The title of a row"), row.title, 24),
    }
    described = text(f"{field}.description", _("The description of a row"), row.description, 72, optional=True)
    return {**built, **({"description": described} if described else {})}


def _interactive(
    kind: str,
    body: str,
    action: dict,
    *,
    header: TextHeader | MediaHeader | None = None,
    footer: str = "",
    only: tuple[str, ...] = ("text", "image", "video", "document"),
    most: int = BODY,
    optional: bool = False,
) -> Outgoing:
    content = {"type": kind}
    if header is not None:
        if header.type not in only:
            raise BadMessage("header.type", _("Here WhatsApp takes a header of text only."))
        content["header"] = header.as_json()
    body = text("body", _("The text"), body, most, optional=optional)
    footer = text("footer", _("The small text at the end"), footer, 60, optional=True)
    content |= {"body": {"text": body}} if body else {}
    content |= {"footer": {"text": footer}} if footer else {}
    return Outgoing("interactive", {"interactive": {**content, "action": action}}, body)
