"""What our builders let through, the sandbox takes too: two readings of Meta's page, made apart, that agree."""

from datetime import timedelta

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from inbox import outgoing
from inbox.outgoing import BadMessage, Button, MediaHeader, Products, Row, Section, Source, TextHeader
from meta_integration.services import media
from sandbox import state
from sandbox.errors import GraphError
from sandbox.message_templates import authentication, sending
from sandbox.validation import check
from templates_app.models import MessageTemplate
from templates_app.services import render
from templates_app.services.parameters import MissingValues, WrongValue
from templates_app.tests.good_designs import GOOD_DESIGNS

FILE = Source(asset=7)
BUTTONS = [Button("y", "Yes"), Button("n", "No")]
BUILT = [
    outgoing.text("Hello", preview_url=True),
    outgoing.text("Hello").quoting("wamid.1"),
    outgoing.image(FILE, "Blue"),
    outgoing.video(Source(link="https://example.com/a.mp4")),
    outgoing.document(FILE, filename="a.pdf"),
    outgoing.audio(FILE, voice=True),
    outgoing.sticker(FILE),
    outgoing.location(37.4, -122.1, name="Shop", address="Street 1"),
    outgoing.contacts([outgoing.ContactCard("A B", "A", phones=[outgoing.Phone("+15550100101", "WORK")])]),
    outgoing.reaction("wamid.1", "👍"),
    outgoing.reaction_removed("wamid.1"),
    outgoing.buttons("Which?", BUTTONS, header=MediaHeader("document", FILE, "a.pdf"), footer="small"),
    outgoing.buttons("Which?", BUTTONS, header=TextHeader("Top")),
    outgoing.choices("Choose", "Open", [Section("A", [Row("1", "One")]), Section("B", [Row("2", "Two", "second")])]),
    outgoing.link("Body", "Open", "https://example.com/", header=MediaHeader("image", FILE)),
    outgoing.location_request("Where?"),
    outgoing.product("9", "1", body="Look"),
    outgoing.product_list("9", [Products("A", ["1", "2"])], header=TextHeader("Shoes"), body="Look"),
    outgoing.catalog_message("All", thumbnail="1"),
]


def meets(built: outgoing.Outgoing) -> None:
    content = media.with_ids(built.content, {7: "4490709327384033"})
    check({"messaging_product": "whatsapp", "to": "+15550100101", "type": built.type, **content})


@pytest.mark.parametrize("built", BUILT, ids=[f"{place}-{built.type}" for place, built in enumerate(BUILT)])
def test_every_kind_is_taken(built):
    meets(built)


WORDS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=30)


@given(WORDS, st.lists(st.builds(Button, WORDS, WORDS), max_size=4), WORDS)
def test_any_buttons_are_taken_or_refused_by_us(body, buttons, footer):
    try:
        built = outgoing.buttons(body, buttons, footer=footer)
    except BadMessage:
        return
    meets(built)


# Templates ------------------------------------------------------------------------------------------------------------
VALUE_OF_KIND = {
    "text": "value",
    "code": "123456",
    "suffix": "a1",
    "coupon": "SAVE25",
    "payload": "p",
    "image": {"asset": 7},
    "video": {"link": "https://example.com/a.mp4"},
    "document": {"asset": 7, "filename": "a.pdf"},
    "location": {"latitude": 37.4, "longitude": -122.1, "name": "Shop", "address": "Street 1"},
    "product": {"retailer_id": "sku-1", "catalog_id": "9"},
    "thumbnail": "sku-1",
    "sections": [{"title": "", "retailer_ids": ["sku-1"]}],
    "flow": {"token": "t", "data": {"k": "v"}},
    "moment": timezone.now() + timedelta(days=365),
}


def stored(design: dict) -> MessageTemplate:
    """As Meta lists it."""
    names, components = ("name", "language", "category"), design["components"]
    if design["category"] == "AUTHENTICATION":
        components = authentication.expanded(components)
    more = {"parameter_format": design.get("parameter_format", "POSITIONAL"), "status": "APPROVED"}
    return MessageTemplate(**{name: design[name] for name in names}, components=components, **more)


def meets_as_template(template: MessageTemplate, values: dict) -> None:
    """As a message, and against the same template at Meta."""
    content = media.with_ids(render.render(template, values).content, {7: "4490709327384033"})
    check({"messaging_product": "whatsapp", "to": "+15550100101", "type": "template", **content})
    world = state.World()
    theirs = state.MessageTemplate("1", "2", template.name, template.language, template.category, template.components)
    theirs.parameter_format = template.parameter_format
    world.add_template(theirs)
    sending.check(world, "2", content["template"])


@pytest.mark.parametrize("kind", GOOD_DESIGNS)
@pytest.mark.parametrize("is_whole", [True, False], ids=["all gaps", "those that must be filled"])
def test_every_template_is_taken_filled(kind, is_whole):
    template = stored(GOOD_DESIGNS[kind])
    gaps = [gap for gap in render.gaps(template) if gap.is_required or is_whole]
    meets_as_template(template, {gap.key: VALUE_OF_KIND[gap.kind] for gap in gaps})


@given(WORDS, WORDS, WORDS)
def test_any_values_are_taken_or_refused_by_us(header, first, second):
    template = stored(GOOD_DESIGNS["positional"])
    try:
        meets_as_template(template, {"header.1": header, "body.1": first, "body.2": second})
    except (MissingValues, WrongValue):
        return


def test_the_sandbox_does_refuse_values_that_do_not_fit():
    template = stored(GOOD_DESIGNS["positional"])
    with pytest.raises(GraphError):
        sending.check(state.World(), "2", {"name": template.name, "language": {"code": "en_US"}})


def test_the_sandbox_does_refuse():
    """Or the tests above would prove nothing."""
    with pytest.raises(GraphError):
        meets(outgoing.Outgoing("text", {"text": {"body": "x" * 4097}}))
