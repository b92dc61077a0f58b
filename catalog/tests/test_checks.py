"""What Meta would refuse is found before it is sent, and said in words that help; what is only unusual is let go."""

from decimal import Decimal

import pytest

from catalog import checks, fields
from catalog.problems import KINDS, REASONS, WORDS, problem, sentence_of, words_of
from catalog.tests.making import row

WRONG = [
    ({"title": ""}, "title", "missing", "is missing"),
    ({"price": None}, "price", "missing", "is missing"),
    ({"currency": ""}, "currency", "missing", "is missing"),
    ({"image_link": ""}, "image_link", "missing", "is missing"),
    ({"brand": ""}, "brand", "brand_missing", "GTIN"),
    ({"title": "x" * 201}, "title", "too_long", "201 characters; Meta takes at most 200"),
    ({"description": "é" * 5001}, "description", "too_long", "5001"),
    ({"attributes": {"color": "x" * 201}}, "color", "too_long", "201"),
    ({"link": "https://shop.example/" + "x" * 2000}, "link", "too_long", "2000"),
    ({"additional_image_links": ["https://shop.example/" + "x" * 2000]}, "additional_image_links", "too_long", "2000"),
    ({"additional_image_links": ["https://a.example/"] * 21}, "additional_image_links", "too_many_pictures", "21"),
    ({"title": "A\x07bell"}, "title", "unreadable", "could not be read"),
    ({"title": "<b>Mug</b>"}, "title", "has_html", "“<b>”"),
    ({"description": "One<br/>two"}, "description", "has_html", "“<br/>”"),
    ({"description": '<P class="x">One'}, "description", "has_html", "plain words"),
    ({"availability": "plenty"}, "availability", "not_a_choice", "in stock"),
    ({"condition": "fine"}, "condition", "not_a_choice", "refurbished"),
    ({"currency": "EUX"}, "currency", "not_a_currency", "“EUX”"),
    ({"currency": "XAU"}, "currency", "not_a_currency", "“XAU”"),
    ({"price": Decimal(0)}, "price", "price_not_positive", "more than nothing"),
    ({"price": Decimal(-1)}, "price", "price_not_positive", "more than nothing"),
    ({"price": Decimal("9.995")}, "price", "too_many_decimals", "USD has 2 decimals"),
    ({"currency": "JPY", "price": Decimal("9.5")}, "price", "too_many_decimals", "JPY has 0 decimals"),
    ({"sale_price": Decimal("9.99")}, "sale_price", "sale_price_higher", "not lower"),
    ({"sale_price": Decimal(0)}, "sale_price", "price_not_positive", "more than nothing"),
    ({"link": "shop.example/mug"}, "link", "not_an_address", "“shop.example/mug”"),
    ({"link": "https://shop.example/a mug"}, "link", "not_an_address", "is not a web address"),
    ({"image_link": "https://shop.example/\\mug"}, "image_link", "not_an_address", "https://"),
    ({"image_link": "https://shop.example:port/"}, "image_link", "not_an_address", "https://"),
    ({"image_link": "javascript:alert(1)"}, "image_link", "not_an_address", "https://"),
    ({"image_link": "http://shop.example/mug.jpg"}, "image_link", "not_https", "https://"),
    ({"image_link": "https://me:secret@shop.example/mug.jpg"}, "image_link", "address_login", "“@”"),
    ({"link": "https://shop.example/pictures/1.jpg"}, "link", "link_is_picture", "same address"),
    ({"additional_image_links": ["x"]}, "additional_image_links", "not_an_address", "“x”"),
    ({"additional_image_links": [None]}, "additional_image_links", "not_an_address", "“None”"),
]
FINE = [
    {"title": "MUG!!! 50% OFF ☕"},
    {"title": "x" * 200, "description": "é" * 5000},
    {"description": "Two lines\nwith\ttabs, a <3, 1 < 2 > 0 and <brand>"},
    {"title": "قميص قطني"},
    {"brand": "", "attributes": {"gtin": "4006381333931"}},
    {"currency": "JPY", "price": Decimal(1250)},
    {"currency": "KWD", "price": Decimal("3.500")},
    {"sale_price": Decimal("9.98")},
    {"link": "https://läden.example/größe?x=1#y"},
    {"image_link": "https://shop.example:8443/mug.jpg"},
    {"category": "", "item_group_id": "", "inventory": None},
]


def problems_of(**values) -> list[dict]:
    return checks.problems_of(fields.complete(row(**values)))


@pytest.mark.parametrize(("values", "field", "key", "words"), WRONG)
def test_what_is_wrong_is_said_at_its_field(values, field, key, words):
    found = problems_of(**values)
    assert [(each["field"], each["key"]) for each in found] == [(field, key)]
    assert words in words_of(found[0]) and sentence_of(found[0]).startswith(str(fields.label_of(field)))


@pytest.mark.parametrize("values", FINE)
def test_what_is_only_unusual_is_fine(values):
    assert problems_of(**values) == []


def test_a_currency_that_is_none_is_said_once_and_not_of_each_price():
    assert len(problems_of(currency="EUX", price=Decimal("9.999"), sale_price=Decimal("12"))) == 1


@pytest.mark.parametrize(
    ("retailer_id", "values", "key"),
    [
        ("", {}, "missing"),
        ("x" * 101, {}, "too_long"),
        ("x", {"price": Decimal("NaN")}, "not_a_price"),
        ("x", {"price": 9.99}, "not_a_price"),
        ("x", {"sale_price": Decimal(10) ** 12}, "price_too_large"),
        ("x", {"currency": "EURO"}, "not_a_currency"),
        ("x", {"inventory": -1}, "not_a_number"),
        ("x", {"inventory": 2**31}, "not_a_number"),
        ("x", {"availability": "x" * 61}, "not_a_choice"),
    ],
)
def test_what_cannot_be_kept_says_why(retailer_id, values, key):
    found = checks.unkeepable(retailer_id, values)
    assert [each["key"] for each in found] == [key] and "%(" not in words_of(found[0])


NAMES = "length most value one other sign currency decimals choices line count status type width height"
FACTS = dict.fromkeys(NAMES.split(" "), "1")


@pytest.mark.parametrize("key", WORDS)
def test_all_that_can_be_wrong_has_words_for_one_product_and_for_many(key):
    words = words_of(problem("title", key, reason="status", again=True, **FACTS))
    assert "%(" not in words and words[-1] in ".!" and len(words) > 10
    of_lines = {"price_ambiguous", "currency_sign", "cell_count", "quotes", "no_text", "not_json"}
    assert key in KINDS or key in of_lines


@pytest.mark.parametrize("reason", [*REASONS, "new", None])
def test_why_a_picture_could_not_be_fetched_is_always_said(reason):
    assert "%(" not in words_of(problem("image_link", "image_unreachable", reason=reason, status=503))


@pytest.mark.parametrize("odd", [None, "x", [], {}, {"key": 1}, {"key": "too_long"}, {"key": "image_unreachable"}])
def test_a_problem_of_unknown_shape_has_words_too(odd):
    assert words_of(odd)
