"""What our builders let through, the sandbox takes too: two readings of Meta's page, made apart, that agree."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox import outgoing
from inbox.outgoing import BadMessage, Button, MediaHeader, Products, Row, Section, Source, TextHeader
from meta_integration.services import media
from sandbox.errors import GraphError
from sandbox.validation import check

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


def test_the_sandbox_does_refuse():
    """Or the tests above would prove nothing."""
    with pytest.raises(GraphError):
        meets(outgoing.Outgoing("text", {"text": {"body": "x" * 4097}}))
