"""Outgoing messages: whatever a builder lets through keeps every documented limit, and what it refuses it names."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox import outgoing
from inbox.outgoing import BadMessage, Button, MediaHeader, Products, Row, Section, Source, TextHeader

FILE = Source(asset=7)
LINK = Source(link="https://example.com/a.jpg")


def rows(count: int, start: int = 0) -> list[Row]:
    return [Row(f"id-{n}", f"Row {n}") for n in range(start, start + count)]


# Shapes --------------------------------------------------------------------------------------------------------------
def test_text_as_meta_wants_it():
    built = outgoing.text("See https://example.com", preview_url=True)
    assert (built.type, built.body) == ("text", "See https://example.com")
    assert built.content == {"text": {"body": "See https://example.com", "preview_url": True}}


@pytest.mark.parametrize(
    ("built", "content"),
    [
        (outgoing.image(FILE, "Blue"), {"image": {"asset": 7, "caption": "Blue"}}),
        (outgoing.video(LINK), {"video": {"link": "https://example.com/a.jpg"}}),
        (outgoing.document(FILE, filename="a.pdf"), {"document": {"asset": 7, "filename": "a.pdf"}}),
        (outgoing.audio(Source(id="123"), voice=True), {"audio": {"id": "123", "voice": True}}),
        (outgoing.sticker(FILE), {"sticker": {"asset": 7}}),
        (
            outgoing.location(37.4, -122.1, name="Shop"),
            {"location": {"latitude": 37.4, "longitude": -122.1, "name": "Shop"}},
        ),
        (outgoing.reaction("wamid.1", "👍"), {"reaction": {"message_id": "wamid.1", "emoji": "👍"}}),
        (outgoing.reaction_removed("wamid.1"), {"reaction": {"message_id": "wamid.1", "emoji": ""}}),
        (
            outgoing.contacts([outgoing.ContactCard("A B", first_name="A", phones=[outgoing.Phone("+15550100101")])]),
            {
                "contacts": [
                    {"name": {"formatted_name": "A B", "first_name": "A"}, "phones": [{"phone": "+15550100101"}]}
                ]
            },
        ),
    ],
)
def test_plain_kinds_as_meta_wants_them(built, content):
    assert built.content == content
    assert built.type in content


def interactive(built) -> dict:
    return built.content["interactive"]


def test_buttons_with_a_picture_above():
    built = outgoing.buttons("Which?", [Button("y", "Yes"), Button("n", "No")], header=MediaHeader("image", FILE))
    assert interactive(built) == {
        "type": "button",
        "header": {"type": "image", "image": {"asset": 7}},
        "body": {"text": "Which?"},
        "action": {
            "buttons": [
                {"type": "reply", "reply": {"id": "y", "title": "Yes"}},
                {"type": "reply", "reply": {"id": "n", "title": "No"}},
            ]
        },
    }
    assert built.body == "Which?"


def test_a_list_of_one_section_needs_no_title():
    built = interactive(outgoing.choices("Choose", "Open", [Section("", [Row("1", "One", "first")])], footer="f"))
    assert built["type"] == "list"
    assert built["action"] == {
        "button": "Open",
        "sections": [{"rows": [{"id": "1", "title": "One", "description": "first"}]}],
    }
    assert built["footer"] == {"text": "f"}


def test_products_catalog_link_and_location_request():
    listed = outgoing.product_list("9", [Products("A", ["1", "2"])], header=TextHeader("Shoes"), body="Look")
    items = [{"product_retailer_id": "1"}, {"product_retailer_id": "2"}]
    assert interactive(listed)["action"] == {"catalog_id": "9", "sections": [{"title": "A", "product_items": items}]}
    assert interactive(outgoing.product("9", "1")) == {
        "type": "product",
        "action": {"catalog_id": "9", "product_retailer_id": "1"},
    }
    assert interactive(outgoing.catalog_message("All", thumbnail="1"))["action"] == {
        "name": "catalog_message",
        "parameters": {"thumbnail_product_retailer_id": "1"},
    }
    assert interactive(outgoing.link("Body", "Open", "https://example.com/?a=1"))["action"] == {
        "name": "cta_url",
        "parameters": {"display_text": "Open", "url": "https://example.com/?a=1"},
    }
    assert interactive(outgoing.location_request("Where?"))["action"] == {"name": "send_location"}


def test_an_answer_quotes_its_message_and_a_reaction_cannot():
    assert outgoing.text("Yes").quoting("wamid.1").content["context"] == {"message_id": "wamid.1"}
    with pytest.raises(BadMessage) as caught:
        outgoing.reaction("wamid.1", "👍").quoting("wamid.1")
    assert caught.value.field == "context"


# What is refused -----------------------------------------------------------------------------------------------------
YES = Button("y", "Yes")
REFUSED = [
    ("body", lambda: outgoing.text("   ")),
    ("body", lambda: outgoing.text("x" * 4097)),
    ("caption", lambda: outgoing.image(FILE, "x" * 1025)),
    ("image", lambda: outgoing.image(Source())),
    ("image", lambda: outgoing.image(Source(asset=1, id="2"))),
    ("image.link", lambda: outgoing.image(Source(link="http://example.com/a.jpg"))),
    ("latitude", lambda: outgoing.location(91, 0)),
    ("longitude", lambda: outgoing.location(0, float("nan"))),
    ("contacts", lambda: outgoing.contacts([outgoing.ContactCard("A B", "A")] * 6)),
    ("contacts[0].first_name", lambda: outgoing.contacts([outgoing.ContactCard("A B")])),
    ("emoji", lambda: outgoing.reaction("wamid.1", "")),
    ("message_id", lambda: outgoing.reaction_removed("")),
    ("buttons", lambda: outgoing.buttons("b", [])),
    ("buttons", lambda: outgoing.buttons("b", [Button(str(n), str(n)) for n in range(4)])),
    ("buttons[1].title", lambda: outgoing.buttons("b", [YES, Button("n", "x" * 21)])),
    ("buttons[1].id", lambda: outgoing.buttons("b", [YES, Button("y", "No")])),
    ("buttons[1].title", lambda: outgoing.buttons("b", [YES, Button("n", "Yes")])),
    ("body", lambda: outgoing.buttons("x" * 1025, [YES])),
    ("footer", lambda: outgoing.buttons("b", [YES], footer="x" * 61)),
    ("header.text", lambda: outgoing.buttons("b", [YES], header=TextHeader("x" * 61))),
    ("header.type", lambda: outgoing.buttons("b", [YES], header=MediaHeader("audio", FILE))),
    ("header.type", lambda: outgoing.choices("b", "Open", [Section("", rows(1))], header=MediaHeader("image", FILE))),
    ("sections[1].title", lambda: outgoing.choices("b", "Open", [Section("A", rows(1)), Section("", rows(1, 1))])),
    ("sections", lambda: outgoing.choices("b", "Open", [Section("A", rows(6)), Section("B", rows(5, 6))])),
    ("sections", lambda: outgoing.choices("b", "Open", [Section("A", rows(1)), Section("B", rows(1))])),
    (
        "sections[0].rows[1].description",
        lambda: outgoing.choices("b", "O", [Section("", [*rows(1), Row("x", "x", "x" * 73)])]),
    ),
    ("button", lambda: outgoing.choices("b", "x" * 21, [Section("", rows(1))])),
    ("url", lambda: outgoing.link("b", "Open", "javascript:alert(1)")),
    ("url", lambda: outgoing.link("b", "Open", "https://")),
    ("label", lambda: outgoing.link("b", "x" * 21, "https://example.com")),
    ("header", lambda: outgoing.product_list("9", [Products("", ["1"])], header=None, body="b")),
    (
        "sections",
        lambda: outgoing.product_list(
            "9",
            [Products("A", list("abcdefghijklmnop")), Products("B", list("abcdefghijklmnop"))],
            header=TextHeader("h"),
            body="b",
        ),
    ),
    (
        "sections[0].retailer_ids[1]",
        lambda: outgoing.product_list("9", [Products("A", "aa")], header=TextHeader("h"), body="b"),
    ),
]


@pytest.mark.parametrize(("field", "build"), REFUSED, ids=[f"{n}-{field}" for n, (field, _) in enumerate(REFUSED)])
def test_what_meta_would_refuse_is_refused_by_the_name_of_its_field_and_in_words(field, build):
    with pytest.raises(BadMessage) as caught:
        build()
    assert caught.value.field == field
    assert len(str(caught.value)) > 15 and str(caught.value).endswith((".", "!"))


def test_the_limit_and_the_length_are_said():
    with pytest.raises(BadMessage, match="21 characters, and WhatsApp takes 20"):
        outgoing.buttons("b", [Button("y", "x" * 21)])


# Properties ----------------------------------------------------------------------------------------------------------
WORDS = st.text(max_size=30) | st.sampled_from(["", " ", "\0", "\ud800", "x" * 20, "x" * 24, "x" * 72, "x" * 300])


def longest(node, *path) -> int:
    for step in path:
        node = node.get(step, "") if isinstance(node, dict) else node[step]
    return len(node)


@given(WORDS, st.lists(st.builds(Button, WORDS, WORDS), max_size=5), WORDS)
def test_any_buttons_keep_the_limits_or_are_refused(body, buttons, footer):
    try:
        built = interactive(outgoing.buttons(body, buttons, footer=footer))
    except BadMessage as exc:
        assert exc.field
        return
    replies = [each["reply"] for each in built["action"]["buttons"]]
    assert 1 <= len(replies) <= 3
    assert all(1 <= len(each["title"]) <= 20 and 1 <= len(each["id"]) <= 256 for each in replies)
    assert len({each["id"] for each in replies}) == len({each["title"] for each in replies}) == len(replies)
    assert 1 <= longest(built, "body", "text") <= 1024
    assert longest(built.get("footer", {}), "text") <= 60
    assert "\0" not in str(built) and str(built).encode()


@given(
    WORDS, st.lists(st.builds(Section, WORDS, st.lists(st.builds(Row, WORDS, WORDS, WORDS), max_size=6)), max_size=4)
)
def test_any_list_keeps_the_limits_or_is_refused(button, sections):
    try:
        built = interactive(outgoing.choices("Body", button, sections))["action"]
    except BadMessage as exc:
        assert exc.field
        return
    found = [row for section in built["sections"] for row in section["rows"]]
    assert 1 <= len(found) <= 10 and len({row["id"] for row in found}) == len(found)
    assert all(len(row["id"]) <= 200 and 1 <= len(row["title"]) <= 24 for row in found)
    assert all(len(row.get("description", "")) <= 72 for row in found)
    assert all(len(section.get("title", "")) <= 24 and section["rows"] for section in built["sections"])
    assert len(built["sections"]) == 1 or all(section.get("title", "").strip() for section in built["sections"])
