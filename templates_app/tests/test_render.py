"""A template filled: exactly what Meta takes for each kind of gap, and nothing that it would refuse."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meta_integration.tests.factories import MediaAssetFactory
from templates_app.models import TemplateSample
from templates_app.services import render
from templates_app.services.gaps import gaps_of
from templates_app.services.parameters import Currency, DateTime, MissingValues, WrongValue
from templates_app.services.render import render_design
from templates_app.tests.factories import MessageTemplateFactory
from templates_app.tests.good_designs import (
    CALL,
    COUPON,
    EXPIRES,
    GOOD_DESIGNS,
    IMAGE,
    LINK,
    OFFER,
    QUICK,
    SECURE,
    SHOP,
    body,
    buttons,
    design,
    header,
    named,
    otp,
)
from templates_app.tests.odd_json import DESIGNS, JSON

FOREVER = datetime(2100, 1, 1, tzinfo=UTC)
PLACE = {"latitude": 37.4, "longitude": "-122.1", "name": "Shop", "address": "Street 1"}
OTP_URL = "https://www.whatsapp.com/otp/code/?otp_type=COPY_CODE&code=otp{{1}}"
VALUE_OF_KIND = {
    "text": "value",
    "code": "123456",
    "suffix": "a1",
    "coupon": "SAVE25",
    "payload": "p",
    "image": {"asset": 7},
    "video": {"link": "https://example.com/a.mp4"},
    "document": {"asset": 8, "filename": "a.pdf"},
    "location": PLACE,
    "product": {"retailer_id": "sku-1", "catalog_id": "9"},
    "thumbnail": "sku-1",
    "sections": [{"title": "", "retailer_ids": ["sku-1"]}],
    "flow": {"token": "t", "data": {"k": "v"}},
    "moment": FOREVER,
}


def components(made: dict, values: dict) -> list:
    return render_design(made, values).content["template"].get("components", [])


def text(value: str) -> dict:
    return {"type": "text", "text": value}


def button(kind: str, parameter: dict, index: int = 0) -> dict:
    return {"type": "button", "sub_type": kind, "index": str(index), "parameters": [parameter]}


# Shapes ---------------------------------------------------------------------------------------------------------------
SHAPES = {
    "nothing is open": (design(body("Hello."), buttons(CALL, SHOP)), {}, []),
    "header and body by number": (
        design(header("Hi {{1}}"), body("{{2}} of {{1}}, {{2}}.")),
        {"header.1": "Ann", "body.1": "one", "body.2": "two"},
        [
            {"type": "header", "parameters": [text("Ann")]},
            {"type": "body", "parameters": [text("one"), text("two")]},
        ],
    ),
    "header and body by name": (
        design(named("header", "Hi {{first_name}}"), named("body", "{{order_id}}, {{first_name}}"))
        | {"parameter_format": "named"},
        {"header.first_name": "Ann", "body.first_name": "Ann", "body.order_id": "A1"},
        [
            {"type": "header", "parameters": [{"type": "text", "parameter_name": "first_name", "text": "Ann"}]},
            {
                "type": "body",
                "parameters": [
                    {"type": "text", "parameter_name": "order_id", "text": "A1"},
                    {"type": "text", "parameter_name": "first_name", "text": "Ann"},
                ],
            },
        ],
    ),
    "an amount and a date": (
        design(body("{{1}} until {{2}}.")),
        {"body.1": Currency("€9.99", "EUR", 9990), "body.2": DateTime("January 1")},
        [
            {
                "type": "body",
                "parameters": [
                    {"type": "currency", "currency": {"fallback_value": "€9.99", "code": "EUR", "amount_1000": 9990}},
                    {"type": "date_time", "date_time": {"fallback_value": "January 1"}},
                ],
            }
        ],
    ),
    "a picture of ours": (
        design(IMAGE),
        {"header": {"asset": 7}},
        [{"type": "header", "parameters": [{"type": "image", "image": {"asset": 7}}]}],
    ),
    "a video by its address": (
        design({"type": "HEADER", "format": "VIDEO"}),
        {"header": {"link": "https://example.com/a.mp4"}},
        [{"type": "header", "parameters": [{"type": "video", "video": {"link": "https://example.com/a.mp4"}}]}],
    ),
    "a document with its name": (
        design({"type": "HEADER", "format": "DOCUMENT"}),
        {"header": {"asset": 7, "filename": "invoice.pdf"}},
        [
            {
                "type": "header",
                "parameters": [{"type": "document", "document": {"asset": 7, "filename": "invoice.pdf"}}],
            }
        ],
    ),
    "a place": (
        design({"type": "HEADER", "format": "LOCATION"}),
        {"header": PLACE},
        [
            {
                "type": "header",
                "parameters": [{"type": "location", "location": {**PLACE, "latitude": "37.4"}}],
            }
        ],
    ),
    "a product": (
        GOOD_DESIGNS["product"],
        {"header": {"retailer_id": "sku-1", "catalog_id": "9"}},
        [
            {
                "type": "header",
                "parameters": [{"type": "product", "product": {"product_retailer_id": "sku-1", "catalog_id": "9"}}],
            }
        ],
    ),
    "an offer with a coupon and an address": (
        design(OFFER, buttons(COUPON, LINK)),
        {"offer.expires_at": "2100-01-01T00:00:00Z", "buttons[0].code": "SAVE25", "buttons[1].url": "a1"},
        [
            {
                "type": "limited_time_offer",
                "parameters": [
                    {"type": "limited_time_offer", "limited_time_offer": {"expiration_time_ms": 4102444800000}}
                ],
            },
            button("copy_code", {"type": "coupon_code", "coupon_code": "SAVE25"}),
            button("url", text("a1"), 1),
        ],
    ),
    "a reply with a report of its own": (
        design(buttons(LINK, QUICK, QUICK)),
        {"buttons[0].url": "a1", "buttons[2].payload": "more"},
        [button("url", text("a1")), button("quick_reply", {"type": "payload", "payload": "more"}, 2)],
    ),
    "the catalog": (
        GOOD_DESIGNS["catalog"],
        {"buttons[0].thumbnail": "sku-1"},
        [button("catalog", {"type": "action", "action": {"thumbnail_product_retailer_id": "sku-1"}})],
    ),
    "several products": (
        GOOD_DESIGNS["products"],
        {
            "buttons[0].thumbnail": "sku-1",
            "buttons[0].sections": [
                {"title": "A", "retailer_ids": ["sku-1", "sku-2"]},
                {"title": "B", "retailer_ids": [3]},
            ],
        },
        [
            button(
                "mpm",
                {
                    "type": "action",
                    "action": {
                        "thumbnail_product_retailer_id": "sku-1",
                        "sections": [
                            {
                                "title": "A",
                                "product_items": [{"product_retailer_id": "sku-1"}, {"product_retailer_id": "sku-2"}],
                            },
                            {"title": "B", "product_items": [{"product_retailer_id": "3"}]},
                        ],
                    },
                },
            )
        ],
    ),
    "a form": (
        GOOD_DESIGNS["form"],
        {"buttons[0].flow": {"token": "t", "data": {"k": 1}}},
        [button("flow", {"type": "action", "action": {"flow_token": "t", "flow_action_data": {"k": 1}}})],
    ),
    "a form that starts with nothing": (GOOD_DESIGNS["form"], {}, []),
    "a code as it is created": (
        design(SECURE, EXPIRES, otp(), category="AUTHENTICATION"),
        {"code": "123456"},
        [{"type": "body", "parameters": [text("123456")]}, button("url", text("123456"))],
    ),
    "a code as Meta lists it": (
        design(
            body("*{{1}}* is your verification code.", "123456"),
            {"type": "FOOTER", "text": "This code expires in 5 minutes."},
            buttons({"type": "URL", "text": "Copy code", "url": OTP_URL, "example": [OTP_URL]}),
            category="AUTHENTICATION",
        ),
        {"code": "123456"},
        [{"type": "body", "parameters": [text("123456")]}, button("url", text("123456"))],
    ),
    "a carousel of pictures": (
        GOOD_DESIGNS["carousel"],
        {
            "body.1": "Ann",
            **{f"cards[{n}].header": {"asset": n + 1} for n in (0, 1)},
            **{f"cards[{n}].body.1": f"you {n}" for n in (0, 1)},
            **{f"cards[{n}].buttons[1].url": f"a{n}" for n in (0, 1)},
            "cards[1].buttons[0].payload": "more",
        },
        [
            {"type": "body", "parameters": [text("Ann")]},
            {
                "type": "carousel",
                "cards": [
                    {
                        "card_index": 0,
                        "components": [
                            {"type": "header", "parameters": [{"type": "image", "image": {"asset": 1}}]},
                            {"type": "body", "parameters": [text("you 0")]},
                            button("url", text("a0"), 1),
                        ],
                    },
                    {
                        "card_index": 1,
                        "components": [
                            {"type": "header", "parameters": [{"type": "image", "image": {"asset": 2}}]},
                            {"type": "body", "parameters": [text("you 1")]},
                            button("quick_reply", {"type": "payload", "payload": "more"}, 0),
                            button("url", text("a1"), 1),
                        ],
                    },
                ],
            },
        ],
    ),
}


@pytest.mark.parametrize("name", SHAPES)
def test_each_gap_is_filled_as_meta_wants_it(name):
    made, values, expected = SHAPES[name]
    assert components(made, values) == expected


def test_a_carousel_of_products_may_have_more_cards_than_were_approved():
    made = GOOD_DESIGNS["carousel_of_products"]
    products = {f"cards[{n}].header": {"retailer_id": f"sku-{n}", "catalog_id": "9"} for n in range(3)}
    cards = components(made, products)[0]["cards"]
    assert [each["card_index"] for each in cards] == [0, 1, 2]
    assert [each["components"][0]["parameters"][0]["product"]["product_retailer_id"] for each in cards] == [
        "sku-0",
        "sku-1",
        "sku-2",
    ]
    with pytest.raises(MissingValues) as caught:
        components(made, {**products, "cards[4].header": {"retailer_id": "sku-4", "catalog_id": "9"}})
    assert caught.value.keys == ["cards[3].header"]
    with pytest.raises(MissingValues) as caught:
        components(made, {})
    assert caught.value.keys == ["cards[0].header", "cards[1].header"]


def test_what_people_read_has_the_values_in_it():
    made = design(
        header("Hello {{1}}"),
        body("Order {{1}} for {{2}}."),
        {"type": "FOOTER", "text": "Bye"},
        buttons(LINK, CALL, COUPON, QUICK),
    )
    values = {"header.1": "Ann", "body.1": "A1", "body.2": "{{1}}", "buttons[0].url": "x", "buttons[2].code": "S"}
    built = render_design(made, values)
    assert built.shown == "Hello Ann\nOrder A1 for {{1}}.\nBye"
    assert built.parts == {
        "header": {"format": "TEXT", "text": "Hello Ann"},
        "body": "Order A1 for {{1}}.",
        "footer": "Bye",
        "buttons": [
            {"type": "URL", "text": "Open", "url": "https://example.com/o/x"},
            {"type": "PHONE_NUMBER", "text": "Call us", "phone_number": "+15550100101"},
            {"type": "COPY_CODE", "text": "", "code": "S"},
            {"type": "QUICK_REPLY", "text": "More"},
        ],
    }


def test_files_offers_and_cards_are_among_what_a_bubble_draws():
    offer = render_design(GOOD_DESIGNS["offer"], values_for(GOOD_DESIGNS["offer"]))
    assert offer.parts["header"] == {"format": "IMAGE", "file": {"asset": 7}}
    assert offer.parts["offer"] == {"text": "Ends soon", "expires_at_ms": 4102444800000}
    cards = render_design(GOOD_DESIGNS["carousel"], values_for(GOOD_DESIGNS["carousel"]))
    assert [each["body"] for each in cards.parts["cards"]] == ["It is for value and it is really very good."] * 2
    assert cards.parts["cards"][1]["buttons"][1]["url"] == "https://example.com/o/a1"
    assert cards.shown.count("value") == 3


def test_a_code_is_shown_in_metas_own_words():
    built = render_design(GOOD_DESIGNS["code"], {"code": "123456"})
    assert built.shown.startswith("*123456* is your verification code.")
    assert built.parts["footer"] == "This code expires in 5 minutes."
    assert built.parts["buttons"] == [{"type": "OTP", "text": "Copy code", "code": "123456"}]


# What is open ---------------------------------------------------------------------------------------------------------
def values_for(made: dict, **more) -> dict:
    return {gap.key: VALUE_OF_KIND[gap.kind] for gap in gaps_of(made) if gap.is_required} | more


@pytest.mark.parametrize("name", GOOD_DESIGNS)
def test_every_kind_of_template_can_be_sent_when_its_gaps_are_filled_and_not_before(name):
    made = GOOD_DESIGNS[name]
    values = values_for(made)
    built = render_design(made, values)
    assert built.shown and built.content["template"]["name"] == "example_name"
    for key in values:
        with pytest.raises(MissingValues) as caught:
            render_design(made, {**values, key: "" if isinstance(values[key], str) else None})
        assert caught.value.keys == [key]


@pytest.mark.parametrize("pasted", ["A1", " https://example.com/o/A1 ", "HTTPS://EXAMPLE.com/o/A1"])
def test_of_a_whole_address_that_was_pasted_the_end_is_sent(pasted):
    built = render_design(design(body("Open it."), buttons(LINK)), {"buttons[0].url": pasted})
    (button,) = built.content["template"]["components"]
    assert button["parameters"] == [{"type": "text", "text": "A1"}]
    assert built.parts["buttons"][0]["url"] == "https://example.com/o/A1"


@pytest.mark.parametrize("pasted", ["https://another.example/A1", "https://example.com/o/"])
def test_an_address_that_the_button_cannot_open_is_refused_with_the_one_it_can(pasted):
    with pytest.raises(WrongValue, match="begin with https://example.com/o/. Write what follows there") as caught:
        render_design(design(body("Open it."), buttons(LINK)), {"buttons[0].url": pasted})
    assert caught.value.key == "buttons[0].url"


def test_an_address_within_an_address_stays_whole():
    leading_on = {**LINK, "url": "https://example.com/?to={{1}}"}
    built = render_design(design(body("Open it."), buttons(leading_on)), {"buttons[0].url": "https://a.example/b"})
    assert built.parts["buttons"][0]["url"] == "https://example.com/?to=https://a.example/b"


def test_gaps_have_their_examples_and_labels():
    made = design(header("Hi {{1}}", "Ann"), body("Order {{1}} now.", "A1"), buttons(LINK, QUICK))
    found = {gap.key: gap for gap in gaps_of(made)}
    assert [(key, gap.kind, gap.example, gap.is_required) for key, gap in found.items()] == [
        ("header.1", "text", "Ann", True),
        ("body.1", "text", "A1", True),
        ("buttons[0].url", "suffix", "A1", True),
        ("buttons[1].payload", "payload", "", False),
    ]
    assert found["body.1"].label == "“{{1}}” in the text"
    whole = {**LINK, "example": ["https://example.com/o/A1"]}
    assert gaps_of(design(buttons(whole)))[0].example == "A1"


@pytest.mark.parametrize("example", [{"body_text": ["A1"]}, {"body_text": "A1"}, {"body_text": [["A1"]]}])
def test_an_example_is_found_however_meta_writes_it(example):
    assert gaps_of(design({"type": "BODY", "text": "Order {{1}}.", "example": example}))[0].example == "A1"


def test_what_nobody_knows_is_said_and_refused_before_anything_is_missing(db):
    template = MessageTemplateFactory(
        components=[*design()["components"], {"type": "ORDER_DETAILS"}, buttons({"type": "PAY_NOW"})]
    )
    assert {gap.key: gap.kind for gap in render.gaps(template)} == {
        "components[1]": "unknown",
        "buttons[0]": "unknown",
    }
    with pytest.raises(WrongValue) as caught:
        render.render(template, {})
    assert "ORDER_DETAILS" in caught.value.words or "PAY_NOW" in caught.value.words
    assert render.cannot_fill(template)
    assert render.cannot_fill(MessageTemplateFactory()) == ""


# Stored templates -----------------------------------------------------------------------------------------------------
def test_the_example_file_is_sent_where_no_other_is_given(db, django_assert_num_queries):
    template = MessageTemplateFactory(components=design({"type": "HEADER", "format": "IMAGE"})["components"])
    asset = MediaAssetFactory(workspace=template.workspace, mime_type="image/jpeg")
    TemplateSample.objects.create(template=template, workspace=template.workspace, place="header", asset=asset)
    with django_assert_num_queries(1):
        (gap,) = render.gaps(template)
    assert (gap.key, gap.is_required, gap.default) == ("header", False, {"asset": asset.pk})
    header = render.render(template, {}).content["template"]["components"][0]
    assert header["parameters"] == [{"type": "image", "image": {"asset": asset.pk}}]
    other = render.render(template, {"header": {"asset": 99}}).content["template"]["components"][0]
    assert other["parameters"][0]["image"] == {"asset": 99}
    template.components = GOOD_DESIGNS["video"]["components"]
    assert render.gaps(template)[0].is_required, "a picture does not serve for a video"


def test_the_example_document_keeps_its_name(db):
    template = MessageTemplateFactory(components=GOOD_DESIGNS["document"]["components"])
    asset = MediaAssetFactory(workspace=template.workspace, file_name="terms.pdf")
    TemplateSample.objects.create(template=template, workspace=template.workspace, place="header", asset=asset)
    header = render.render(template, {}).content["template"]["components"][0]
    assert header["parameters"][0]["document"] == {"asset": asset.pk, "filename": "terms.pdf"}


def test_what_is_sent_is_what_meta_has_and_not_what_is_being_written(db, django_assert_num_queries):
    template = MessageTemplateFactory(draft=design(body("A draft.")))
    with django_assert_num_queries(0):
        built = render.render(template, {"body.1": "Ann"})
    assert built.shown == "Hello Ann, it is ready."
    assert built.content["template"]["language"] == {"code": "en_US"}


# What is refused ------------------------------------------------------------------------------------------------------
ONE = design(body("Hello {{1}}."))
HEADER = design(header("Hello {{1}}."))
REFUSED = [
    ("body.1", ONE, "two\nlines"),
    ("body.1", ONE, "a\ttab"),
    ("body.1", ONE, "wide     gap"),
    ("body.1", ONE, "x" * 1018),
    ("body.1", ONE, ["no", "text"]),
    ("body.1", ONE, True),
    ("body.1", ONE, Currency("€1", "Euro", 1000)),
    ("body.1", ONE, Currency("€1", "EUR", "1")),
    ("body.1", ONE, DateTime("two\nlines")),
    ("header.1", HEADER, "x" * 54),
    ("header.1", HEADER, DateTime("January 1")),
    ("header", design(IMAGE), "a.jpg"),
    ("header", design(IMAGE), {"asset": "7"}),
    ("header", design(IMAGE), {"asset": 7, "link": "https://example.com/a.jpg"}),
    ("header", design(IMAGE), {"link": "http://example.com/a.jpg"}),
    ("header", design(IMAGE), {"link": "https://[x"}),
    ("header", design({"type": "HEADER", "format": "LOCATION"}), {**PLACE, "latitude": 91}),
    ("header", design({"type": "HEADER", "format": "LOCATION"}), {**PLACE, "longitude": "far"}),
    ("header", design({"type": "HEADER", "format": "LOCATION"}), {**PLACE, "name": " "}),
    ("header", GOOD_DESIGNS["product"], {"retailer_id": "sku-1"}),
    ("buttons[0].url", design(buttons(LINK)), "x" * 1980),
    ("buttons[0].url", design(buttons(LINK)), "two\nlines"),
    ("buttons[0].code", design(buttons(COUPON)), "x" * 16),
    ("buttons[0].payload", design(buttons(QUICK)), "x" * 129),
    ("buttons[0].thumbnail", GOOD_DESIGNS["catalog"], ["sku-1"]),
    ("buttons[0].sections", GOOD_DESIGNS["products"], "sku-1"),
    ("buttons[0].sections", GOOD_DESIGNS["products"], [{"title": "A", "retailer_ids": []}]),
    ("buttons[0].sections", GOOD_DESIGNS["products"], [{"title": "A", "retailer_ids": ["1", "1"]}]),
    ("buttons[0].sections", GOOD_DESIGNS["products"], [{"title": "A", "retailer_ids": [*range(31)]}]),
    ("buttons[0].sections", GOOD_DESIGNS["products"], [{"title": "x" * 25, "retailer_ids": ["1"]}]),
    ("buttons[0].sections", GOOD_DESIGNS["products"], [{"title": "", "retailer_ids": ["1"]}] * 2),
    ("buttons[0].sections", GOOD_DESIGNS["products"], [{"title": "A", "retailer_ids": ["1"]}] * 11),
    ("buttons[0].flow", GOOD_DESIGNS["form"], {"data": "text"}),
    ("offer.expires_at", GOOD_DESIGNS["offer"], datetime(2100, 1, 1)),
    ("offer.expires_at", GOOD_DESIGNS["offer"], datetime(2020, 1, 1, tzinfo=UTC)),
    ("offer.expires_at", GOOD_DESIGNS["offer"], "tomorrow"),
    ("code", GOOD_DESIGNS["code"], "x" * 16),
    ("cards[1].body.1", GOOD_DESIGNS["carousel"], "two\nlines"),
    ("cards[1].body.1", GOOD_DESIGNS["carousel"], "x" * 130),
]


@pytest.mark.parametrize(("key", "made", "value"), REFUSED, ids=[f"{n}-{row[0]}" for n, row in enumerate(REFUSED)])
def test_what_meta_would_refuse_is_refused_by_its_gap_and_in_words(key, made, value):
    with pytest.raises(WrongValue) as caught:
        render_design(made, {**values_for(made), key: value})
    assert caught.value.key == key
    assert len(str(caught.value)) > 15 and str(caught.value).endswith(".")


def test_the_longest_value_is_the_one_that_made_the_text_too_long():
    with pytest.raises(WrongValue, match="1207 characters, and WhatsApp takes 1024") as caught:
        render_design(design(body("{{1}} and {{2}}.")), {"body.1": "x" * 600, "body.2": "y" * 601})
    assert caught.value.key == "body.2"


# Properties -----------------------------------------------------------------------------------------------------------
@given(DESIGNS, st.data())
def test_whatever_meta_lists_and_whatever_is_given_it_is_rendered_or_refused(made, data):
    keys = [gap.key for gap in gaps_of(made)]
    values = {key: data.draw(JSON | st.sampled_from(list(VALUE_OF_KIND.values()))) for key in keys}
    try:
        built = render_design(made, values)
    except (MissingValues, WrongValue) as exc:
        assert str(exc)
        assert set(exc.keys if isinstance(exc, MissingValues) else [exc.key]) <= set(keys)
        return
    assert isinstance(built.shown, str)


WORDS = st.text(max_size=1100) | st.text(alphabet=" a\n\t\x00", max_size=12)


@given(WORDS, WORDS)
def test_any_values_that_go_through_are_lines_and_keep_the_limit(first, second):
    try:
        built = render_design(design(body("A {{1}} and {{2}}.")), {"body.1": first, "body.2": second})
    except (MissingValues, WrongValue):
        return
    assert len(built.shown) <= 1024
    for parameter in built.content["template"]["components"][0]["parameters"]:
        assert parameter["text"].strip() and "     " not in parameter["text"]
        assert not {"\n", "\r", "\t", "\0"} & set(parameter["text"])
