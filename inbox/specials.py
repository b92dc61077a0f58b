"""Messages with a form of their own: buttons, lists, links, places, contact cards, products."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from inbox import outgoing
from inbox.outgoing import BadMessage, Outgoing

BODY, LIST_BODY = 1024, 4096
ROWS = range(1, 11)
ROWS_SHOWN = 3
CATALOG, PRODUCT, PRODUCTS = "catalog", "product", "products"


@dataclass(frozen=True)
class Field:
    """An input. `draws` says how: line, text, catalog, or product and products: numbers where none can be picked.

    `picks` is what a picker is called in its place.
    """

    name: str
    label: str
    most: int | None = None
    draws: str = "line"
    hint: str = ""
    type: str = "text"
    # Needed only now and then: shown once somebody asks for more.
    is_extra: bool = False
    picks: str = ""


@dataclass(frozen=True)
class Kind:
    """`names` leads from a field of BadMessage to ours; a list where it counts what was filled in."""

    label: str
    about: str
    fields: tuple[Field, ...]
    build: Callable[[Mapping[str, str]], Outgoing]
    names: Mapping[str, str | tuple[str, ...]]
    of_catalog: bool = False


class WrongField(ValueError):
    """What Meta would refuse, at the input that is to be mended."""

    def __init__(self, name: str, words: str):
        super().__init__(words)
        self.name = name


def build(kind: Kind, values: Mapping[str, str]) -> Outgoing:
    """The message of a filled form. Raises WrongField."""
    try:
        return kind.build(values)
    except BadMessage as exc:
        raise WrongField(_place(kind, values, exc.field), str(exc)) from None


def _place(kind: Kind, values: Mapping[str, str], field: str) -> str:
    """`buttons[1].title` is the second of those that were filled in."""
    places = [int(place) for place in re.findall(r"\[(\d+)\]", field)] or [0]
    for part in reversed(re.findall(r"[a-z_]+", field)):
        name = kind.names.get(part)
        if isinstance(name, str):
            return name
        if name:
            filled = [each for each in name if _is_filled(values, each)] or [name[0]]
            return filled[min(places[-1], len(filled) - 1)]
    return kind.fields[0].name


def _is_filled(values: Mapping[str, str], name: str) -> bool:
    """A choice of a list is two inputs."""
    return any(values.get(name.replace(*pair)) for pair in (("", ""), ("row", "about"), ("about", "row")))


def _buttons(values: Mapping[str, str]) -> Outgoing:
    titles = _filled(values, BUTTONS)
    made = [outgoing.Button(f"{place}-{title}"[:256], title) for place, title in enumerate(titles, 1)]
    return outgoing.buttons(values["body"], made, header=_header(values), footer=values["footer"])


def _choices(values: Mapping[str, str]) -> Outgoing:
    rows = [
        outgoing.Row(f"{n}-{values[f'row{n}']}"[:200], values[f"row{n}"], values[f"about{n}"])
        for n in ROWS
        if values[f"row{n}"] or values[f"about{n}"]
    ]
    section = outgoing.Section(values["section"], rows)
    return outgoing.choices(
        values["body"], values["button"], [section], header=_header(values), footer=values["footer"]
    )


def _link(values: Mapping[str, str]) -> Outgoing:
    return outgoing.link(
        values["body"], values["label"], values["url"], header=_header(values), footer=values["footer"]
    )


def _location(values: Mapping[str, str]) -> Outgoing:
    latitude, longitude = (values[each].replace(",", ".") for each in ("latitude", "longitude"))
    return outgoing.location(latitude, longitude, name=values["name"], address=values["address"])


def _contact(values: Mapping[str, str]) -> Outgoing:
    whole = " ".join(filter(None, (values["first_name"], values["last_name"])))
    number, digits = values["number"], re.sub(r"\D", "", values["number"])
    card = outgoing.ContactCard(
        whole,
        first_name=values["first_name"],
        last_name=values["last_name"],
        phones=[outgoing.Phone(number, "WORK", digits if number.startswith("+") else "")] if number else [],
        emails=_filled(values, ("email",)),
        urls=_filled(values, ("url",)),
        company=values["company"],
    )
    return outgoing.contacts([card])


def _product(values: Mapping[str, str]) -> Outgoing:
    return outgoing.product(values["catalog_id"], values["retailer_id"], body=values["body"], footer=values["footer"])


def _products(values: Mapping[str, str]) -> Outgoing:
    wanted = [each.strip() for each in values["retailer_ids"].splitlines() if each.strip()]
    return outgoing.product_list(
        values["catalog_id"],
        values.get("sections") or [outgoing.Products(values["section"], wanted)],
        header=outgoing.TextHeader(values["header"]),
        body=values["body"],
        footer=values["footer"],
    )


def _catalog(values: Mapping[str, str]) -> Outgoing:
    return outgoing.catalog_message(values["body"], thumbnail=values["retailer_id"], footer=values["footer"])


def _header(values: Mapping[str, str]) -> outgoing.TextHeader | None:
    return outgoing.TextHeader(values["header"]) if values["header"] else None


def _filled(values: Mapping[str, str], names: Iterable[str]) -> list[str]:
    return [values[name] for name in names if values[name]]


BUTTONS = ("button1", "button2", "button3")
_BODY = Field("body", gettext_lazy("Text"), BODY, "text")
_HEADER = Field("header", gettext_lazy("Heading (may be empty)"), 60, is_extra=True)
_FOOTER = Field("footer", gettext_lazy("Small text at the end (may be empty)"), 60, is_extra=True)
_CATALOG = Field("catalog_id", gettext_lazy("Catalog"), draws=CATALOG)
_SECTION = Field("section", gettext_lazy("Title above the list (may be empty)"), 24, is_extra=True)
_NUMBER_HINT = gettext_lazy("As it stands in your catalog.")
_SAME = {each: each for each in ("body", "header", "footer", "catalog_id", "retailer_id")}

KINDS = {
    "buttons": Kind(
        gettext_lazy("Buttons"),
        gettext_lazy("A text with up to three buttons. The customer taps one, and you see which."),
        (
            _BODY,
            Field("button1", gettext_lazy("First button"), 20),
            Field("button2", gettext_lazy("Second button (may be empty)"), 20),
            Field("button3", gettext_lazy("Third button (may be empty)"), 20),
            _HEADER,
            _FOOTER,
        ),
        _buttons,
        {**_SAME, "buttons": BUTTONS},
    ),
    "list": Kind(
        gettext_lazy("List"),
        gettext_lazy("A text with a button that opens up to ten choices. The customer takes one, and you see which."),
        (
            Field("body", gettext_lazy("Text"), LIST_BODY, "text"),
            Field("button", gettext_lazy("Text of the button that opens the list"), 20),
            *(
                each
                for n in ROWS
                for each in (
                    Field(f"row{n}", gettext_lazy("Choice"), 24, "choice", is_extra=n > ROWS_SHOWN),
                    Field(f"about{n}", gettext_lazy("About it (may be empty)"), 72, "about", is_extra=n > ROWS_SHOWN),
                )
            ),
            _SECTION,
            _HEADER,
            _FOOTER,
        ),
        _choices,
        {
            **_SAME,
            "button": "button",
            "rows": tuple(f"row{n}" for n in ROWS),
            "description": tuple(f"about{n}" for n in ROWS),
            "sections": ("row1",),
        },
    ),
    "link": Kind(
        gettext_lazy("Link button"),
        gettext_lazy("A text with one button that opens a web address."),
        (
            _BODY,
            Field("label", gettext_lazy("Text of the button"), 20),
            Field("url", gettext_lazy("Web address"), 2000, hint="https://", type="url"),
            _HEADER,
            _FOOTER,
        ),
        _link,
        {**_SAME, "label": "label", "url": "url"},
    ),
    "location-request": Kind(
        gettext_lazy("Ask for the location"),
        gettext_lazy("A text with a button by which the customer shares where they are."),
        (_BODY,),
        lambda values: outgoing.location_request(values["body"]),
        _SAME,
    ),
    "location": Kind(
        gettext_lazy("A place"),
        gettext_lazy("A place on the map. A map's page or app shows latitude and longitude of a spot you tap."),
        (
            Field("name", gettext_lazy("Name of the place (may be empty)"), 1000),
            Field("address", gettext_lazy("Address (may be empty)"), 1000),
            Field("latitude", gettext_lazy("Latitude"), 20, hint="52.5200"),
            Field("longitude", gettext_lazy("Longitude"), 20, hint="13.4050"),
        ),
        _location,
        {each: each for each in ("name", "address", "latitude", "longitude")},
    ),
    "contact": Kind(
        gettext_lazy("Contact card"),
        gettext_lazy("Somebody the customer can keep in their address book."),
        (
            Field("first_name", gettext_lazy("First name"), 100),
            Field("last_name", gettext_lazy("Last name (may be empty)"), 100),
            Field("number", gettext_lazy("Phone number"), 40, hint="+15550100100", type="tel"),
            Field("company", gettext_lazy("Company (may be empty)"), 100, is_extra=True),
            Field("email", gettext_lazy("E-mail address (may be empty)"), 200, type="email", is_extra=True),
            Field("url", gettext_lazy("Web address (may be empty)"), 2000, type="url", is_extra=True),
        ),
        _contact,
        {
            "formatted_name": "first_name",
            "first_name": "first_name",
            "last_name": "last_name",
            "phones": "number",
            "emails": "email",
            "urls": "url",
        },
    ),
    "product": Kind(
        gettext_lazy("Product"),
        gettext_lazy("One product of your catalog, with its picture and price."),
        (
            _CATALOG,
            Field(
                "retailer_id", gettext_lazy("Product number"), 100, PRODUCT, _NUMBER_HINT, picks=gettext_lazy("Product")
            ),
            Field("body", gettext_lazy("Text (may be empty)"), BODY, "text"),
            _FOOTER,
        ),
        _product,
        _SAME,
        of_catalog=True,
    ),
    "products": Kind(
        gettext_lazy("Several products"),
        gettext_lazy("Up to thirty products of your catalog, which the customer can put into the cart."),
        (
            _CATALOG,
            Field("header", gettext_lazy("Heading"), 60),
            _BODY,
            Field(
                "retailer_ids",
                gettext_lazy("Product numbers, one in each line"),
                None,
                PRODUCTS,
                _NUMBER_HINT,
                picks=gettext_lazy("Products"),
            ),
            _SECTION,
            _FOOTER,
        ),
        _products,
        {**_SAME, "retailer_ids": "retailer_ids", "sections": "retailer_ids"},
        of_catalog=True,
    ),
    "catalog": Kind(
        gettext_lazy("Your whole catalog"),
        gettext_lazy("A text with a button that opens your catalog."),
        (
            _BODY,
            Field(
                "retailer_id",
                gettext_lazy("Number of the product that is shown (may be empty)"),
                100,
                PRODUCT,
                picks=gettext_lazy("Product whose picture is shown (may be empty)"),
            ),
            _FOOTER,
        ),
        _catalog,
        {**_SAME, "thumbnail": "retailer_id"},
        of_catalog=True,
    ),
}


def picks(kind: Kind) -> Field | None:
    """The field in whose place products are picked."""
    return next((each for each in kind.fields if each.draws in (PRODUCT, PRODUCTS)), None)


def fields_beside_a_picker(kind: Kind) -> list[Field]:
    """The catalog is known then, and sections have their titles in the picker."""
    return [each for each in kind.fields if each.draws != CATALOG and each.name != "section"]


def received(kind: Kind, data: Mapping[str, str]) -> dict[str, str]:
    return {field.name: data.get(field.name, "").strip() for field in kind.fields}


def missing(kind: Kind, values: Mapping[str, str]) -> WrongField | None:
    """What no builder asks for, and a card is useless without."""
    if kind is KINDS["contact"] and not values["number"] and not values["email"]:
        return WrongField("number", _("A phone number or an e-mail address is missing."))
    return None
