"""A design as the form in which people write it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from meta_integration.models import MediaAsset
from meta_integration.walk import text_in
from templates_app import design as designs
from templates_app import examples
from templates_app.builder import kinds
from templates_app.builder.buttons import ButtonRow, button_rows, one_time_fields
from templates_app.builder.fields import AREA, CHECK, FILE, PLACE, SELECT, Examples, Field, place_findings
from templates_app.builder.reading import FIXED, FREE
from templates_app.languages import direction_of, label_of
from templates_app.lint import Finding


@dataclass
class Part:
    """The message itself, or a card with its `number` and `place`."""

    at: str
    place: str
    here: Field | None
    number: int
    is_first: bool
    is_last: bool
    header: Field
    header_text: Field | None
    header_examples: Examples
    file: Field | None
    asset: MediaAsset | None
    body: Field
    body_examples: Examples
    buttons: list[ButtonRow]
    adding: Field
    unknown: str
    unknown_names: list[str]

    @property
    def fields(self) -> list[Field]:
        fields = [self.here, self.header, self.header_text, self.file, *self.header_examples.fields]
        fields += [self.body, *self.body_examples.fields]
        return [each for each in fields if each] + [each for row in self.buttons for each in row.fields] + [self.adding]


@dataclass
class Form:
    """All of it. `open` are the texts whose examples come and go as one types."""

    shape: str
    dir: str
    lang: str
    name: Field
    language: Field
    category: Field
    format: Field
    lives: Field
    aside: str
    is_category_fixed: bool = False
    message: Part | None = None
    footer: Field | None = None
    offer: list[Field] = field(default_factory=list)
    cards: list[Part] = field(default_factory=list)
    fixed: list[Field] = field(default_factory=list)
    all_cards: Field = field(default_factory=lambda: Field("cards", "", kind=PLACE))
    placed: list[tuple[Finding, Field | None]] = field(default_factory=list)

    @property
    def fields(self) -> list[Field]:
        found = [self.name, self.language, self.category, self.format, self.lives, *self.fixed]
        for part in self.parts:
            found += part.fields
        return [*found, *([self.footer] if self.footer else []), *self.offer, *([self.all_cards] if self.parts else [])]

    @property
    def parts(self) -> list[Part]:
        return [self.message, *self.cards] if self.message else []

    @property
    def open(self) -> list[Examples]:
        texts = [text for part in self.parts for text in (part.header_examples, part.body_examples)]
        return texts + [row.examples for part in self.parts for row in part.buttons if row.examples]

    @property
    def errors(self) -> list[tuple[Finding, Field | None]]:
        return [each for each in self.placed if each[0].is_error]

    @property
    def advice(self) -> list[tuple[Finding, Field | None]]:
        return [each for each in self.placed if not each[0].is_error]


def form_of(
    design: dict, assets: Mapping[str, MediaAsset], findings: Sequence[Finding] = (), aside: dict | None = None
) -> Form:
    """`assets` are the example files by place. `aside` is what waits while Meta writes the text itself."""
    category, language = text_in(design, "category").upper(), text_in(design, "language")
    form = Form(
        shape=FIXED if category == designs.AUTHENTICATION else FREE,
        dir=direction_of(language),
        lang=language.replace("_", "-"),
        aside=json.dumps(aside) if aside else "",
        **_about(design, category, language),
    )
    if form.shape == FIXED:
        form.fixed = one_time_fields(design.get("components"))
    else:
        _write_parts(form, design, assets)
    form.placed = place_findings(form.fields, findings)
    return form


# About it -------------------------------------------------------------------------------------------------------------
def _about(design: dict, category: str, language: str) -> dict[str, Field]:
    named = text_in(design, "parameter_format").upper() or designs.POSITIONAL
    return {
        "name": Field(
            "name",
            _("Name"),
            text_in(design, "name"),
            help=_("Only you and Meta see it. Small letters a to z, digits and _, as in order_is_on_its_way."),
            limit=kinds.LIMITS["name"],
        ),
        "language": Field(
            "language", _("Language"), label_of(language), help=_("Type the first letters and choose."), mode="list"
        ),
        "category": Field("category", _("Category"), category, is_turning=True),
        "format": Field("parameter_format", _("Variables have"), named, is_turning=True),
        "lives": _lives(design, category),
    }


def _lives(design: dict, category: str) -> Field:
    now = text_in(design, "message_send_ttl_seconds")
    known = [str(each) for each in kinds.LIVES.get(category, ())]
    values = [*known, *([now] if now and now not in known else [])]
    usual = _("As usual: 10 minutes") if category == designs.AUTHENTICATION else _("As usual: 30 days")
    return Field(
        "message_send_ttl_seconds",
        _("If it cannot be delivered, give up after"),
        now,
        SELECT,
        help=_("A phone may be off for days. What comes too late to be of use should not come at all."),
        options=[("", usual), *((each, _time(each)) for each in values)],
    )


def _time(seconds: str) -> str:
    count = int(seconds) if seconds.lstrip("-").isdecimal() else 0
    if count == -1:
        return _("30 days")
    for size, words in ((kinds.DAY, _("%(count)s days")), (kinds.HOUR, _("%(count)s hours"))):
        if count >= 2 * size and count % size == 0:
            return words % {"count": count // size}
    if count >= 2 * kinds.MINUTE and count % kinds.MINUTE == 0:
        return _("%(count)s minutes") % {"count": count // kinds.MINUTE}
    return _("%(count)s seconds") % {"count": seconds}


# The message and its cards --------------------------------------------------------------------------------------------
def _write_parts(form: Form, design: dict, assets: Mapping[str, MediaAsset]) -> None:
    components = design.get("components")
    is_named = form.format.value == designs.NAMED
    (_at, message), *cards = designs.parts(components)
    has_offer = designs.component(message, "LIMITED_TIME_OFFER")
    most = kinds.LIMITS["body_with_offer" if has_offer else "body"]
    form.message = _part("", 0, False, message, is_named, assets, most)
    form.cards = [
        _part(at, number, number == len(cards), card, is_named, assets, kinds.LIMITS["body_of_card"])
        for number, (at, card) in enumerate(cards, 1)
    ]
    footer = text_in(designs.component(message, "FOOTER"), "text")
    form.footer = Field(
        "footer",
        _("Footer"),
        footer,
        help=_("Optional. A short line in small letters, such as how to end your messages."),
        limit=kinds.LIMITS["footer"],
        is_foreign=True,
    )
    if has_offer:
        about = has_offer.get("limited_time_offer")
        form.offer = [
            Field(
                "offer.text",
                _("Words of the offer"),
                text_in(about, "text"),
                limit=kinds.LIMITS["offer"],
                is_foreign=True,
            ),
            Field(
                "offer.has_expiration",
                _("Show when it ends"),
                bool(isinstance(about, dict) and about.get("has_expiration")),
                CHECK,
                help=_("You set the moment when you send it."),
            ),
        ]


def _part(
    at: str, number: int, is_last: bool, part: list, is_named: bool, assets: Mapping[str, MediaAsset], most: int
) -> Part:
    kind, header, body = designs.header_format(part), *(designs.component(part, each) for each in ("HEADER", "BODY"))
    file, asset = _file(at, kind, assets)
    has_text = kind == "TEXT"
    unknown = [each for each in part if text_in(each, "type").upper() not in kinds.KNOWN_PARTS]
    return Part(
        at=at,
        place=at.removesuffix("."),
        here=Field(at.removesuffix("."), "", kind=PLACE) if at else None,
        number=number,
        is_first=number == 1,
        is_last=is_last,
        header=_header(at, kind),
        header_text=_header_text(at, header) if has_text else None,
        header_examples=_examples(at, "header", header if has_text else None, is_named),
        file=file,
        asset=asset,
        body=_body(at, body, most),
        body_examples=_examples(at, "body", body, is_named),
        buttons=button_rows(at, designs.buttons(part)),
        adding=_adding(at),
        unknown=json.dumps(unknown) if unknown else "",
        unknown_names=[text_in(each, "type") or "?" for each in unknown],
    )


def _adding(at: str) -> Field:
    known = kinds.BUTTONS_OF_CARDS if at else kinds.BUTTONS
    options = [(each, kinds.BUTTONS[each].words) for each in known]
    return Field(f"{at}add", _("Kind of button"), "QUICK_REPLY", SELECT, f"{at}buttons", options=options)


def _header(at: str, kind: str) -> Field:
    known = kinds.CARD_HEADERS if at else kinds.HEADERS
    options = [*known.items(), *([(kind, kind or kinds.HEADERS[""])] if kind not in known else [])]
    return Field(f"{at}header.format", _("Header"), kind, SELECT, options=options, is_turning=True)


def _header_text(at: str, header: dict | None) -> Field:
    return Field(
        f"{at}header.text",
        _("Text of the header"),
        text_in(header, "text"),
        place=f"{at}header",
        help=_("One line, in bold. It may have one variable."),
        limit=kinds.LIMITS["header"],
        is_foreign=True,
    )


def _file(at: str, kind: str, assets: Mapping[str, MediaAsset]) -> tuple[Field | None, MediaAsset | None]:
    if kind not in kinds.FILES:
        return None, None
    types, limits = kinds.FILES[kind]
    words = _("Meta looks at it when it reviews the template. You can send another one later.")
    file = Field(f"{at}header.upload", _("Example"), ",".join(types), FILE, f"{at}header", f"{limits} {words}")
    return file, assets.get(f"{at}header")


def _body(at: str, body: dict | None, most: int) -> Field:
    return Field(f"{at}body", _("Text"), text_in(body, "text"), AREA, limit=most, is_foreign=True)


def _examples(at: str, part: str, component: dict | None, is_named: bool) -> Examples:
    known = examples.of_text(component, part)
    gaps = designs.variables(text_in(component, "text"))
    fields = [
        Field(
            f"{at}{part}.example.{gap}",
            _("Example for %(gap)s") % {"gap": f"{{{{{gap}}}}}"},
            known.get(gap, ""),
            place=f"{at}{part}.{gap}",
            is_foreign=True,
        )
        for gap in gaps[:100]
    ]
    return Examples(Field(f"{at}{part}.examples", "").id, fields)
