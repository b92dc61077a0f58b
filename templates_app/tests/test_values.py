"""Filling gaps from what a shop knows: each from its source, with a fallback, and missing data told beforehand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from templates_app.services import render, values
from templates_app.services.gaps import gaps_of
from templates_app.services.parameters import MissingValues
from templates_app.services.sources import SOURCES, fitting
from templates_app.tests.factories import MessageTemplateFactory
from templates_app.tests.good_designs import COUPON, GOOD_DESIGNS, IMAGE, LINK, QUICK, body, buttons, design
from templates_app.tests.odd_json import DESIGNS, JSON

FACTS = {
    "customer": {"first_name": " Ann\n", "last_name": "Example", "phone": "+15550100101", "email": "a@example.com"},
    "order": {
        "order_number": 1001,
        "total_price": "€9.99",
        "product_name": "Blue shirt",
        "status_url": "https://example.com/o/1001?key=a%20b",
    },
    "product": {
        "name": "Shirt",
        "price": "€5",
        "url": "https://example.com/o/shirt",
        "image_link": "https://example.com/shirt.jpg",
        "retailer_id": "shirt-1",
        "catalog_id": "9",
    },
    "shop": {"name": "Example Shop", "url": "https://example.com"},
    "weather": "sunny",
}


def source(key: str, **more) -> dict:
    return {"source": key, **more}


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("customer.first_name", "Ann"),
        ("customer.name", "Ann Example"),
        ("order.order_number", "1001"),
        ("shop.name", "Example Shop"),
        ("product.image", {"link": "https://example.com/shirt.jpg"}),
        ("product.item", {"retailer_id": "shirt-1", "catalog_id": "9"}),
    ],
)
def test_each_source_reads_its_place(key, value):
    assert values.fill({"body.1": source(key)}, FACTS) == {"body.1": value}


def test_no_source_is_without_a_value_when_all_is_known():
    assert not [key for key, each in SOURCES.items() if key != "fixed" and not each.value(FACTS)]


@pytest.mark.parametrize("facts", [{}, {"customer": None}, {"customer": {"first_name": " \n"}}, {"customer": "Ann"}])
def test_missing_data_have_their_fallback_and_are_told_without_one(facts):
    with_fallback = {"body.1": source("customer.first_name", fallback="there")}
    assert values.fill(with_fallback, facts) == {"body.1": "there"}
    without = {"body.1": source("customer.first_name"), "body.2": source("shop.name"), "body.3": source("fixed")}
    with pytest.raises(MissingValues) as caught:
        values.fill(without, {**facts, "shop": {"name": "Shop"}})
    assert caught.value.keys == ["body.1", "body.3"]


def test_a_fixed_value_needs_no_facts():
    assert values.fill({"buttons[0].code": source("fixed", value="SAVE25")}, {}) == {"buttons[0].code": "SAVE25"}


# A stored template ----------------------------------------------------------------------------------------------------
MADE = design(body("Hello {{1}}, your order {{2}} is ready."), buttons(LINK, COUPON, QUICK))
MAPPING = {
    "body.1": source("customer.first_name", fallback="there"),
    "body.2": source("order.order_number"),
    "buttons[0].url": source("order.status_url"),
    "buttons[1].code": source("fixed", value="SAVE25"),
    "body.9": source("order.total_price"),
}


def test_a_template_is_filled_by_its_mapping_and_what_a_person_types_comes_first(db):
    template = MessageTemplateFactory(components=MADE["components"], mapping=MAPPING)
    filled = values.values_for(template, FACTS, {"body.2": "A1", "body.1": ""})
    assert filled == {
        "body.1": "Ann",
        "body.2": "A1",
        "buttons[0].url": "1001?key=a%20b",
        "buttons[1].code": "SAVE25",
    }
    assert render.render(template, filled).parts["buttons"][0]["url"] == FACTS["order"]["status_url"]


def test_what_is_missing_is_told_before_anything_is_queued(db):
    template = MessageTemplateFactory(components=MADE["components"], mapping={"body.1": MAPPING["body.1"]})
    with pytest.raises(MissingValues) as caught:
        values.values_for(template, {})
    assert caught.value.keys == ["body.2", "buttons[0].url", "buttons[1].code"]
    assert values.known_values(template, {}) == {"body.1": "there"}


@pytest.mark.parametrize(
    ("facts", "entry", "suffix"),
    [
        ({"order": {"order_number": "#10/01"}}, source("order.order_number"), "%2310%2F01"),
        ({"product": {"url": "HTTPS://EXAMPLE.com/o/Shirt"}}, source("product.url"), "Shirt"),
        ({"product": {"url": "https://another.example/o/shirt"}}, source("product.url", fallback="all"), "all"),
        ({"product": {"url": "https://example.com/o/"}}, source("product.url", fallback="all"), "all"),
    ],
)
def test_the_end_of_an_address_is_made_to_fit_the_button(db, facts, entry, suffix):
    template = MessageTemplateFactory(components=design(buttons(LINK))["components"], mapping={"buttons[0].url": entry})
    assert values.values_for(template, facts) == {"buttons[0].url": suffix}


# Checks ---------------------------------------------------------------------------------------------------------------
def test_a_good_mapping_has_no_problems_and_says_which_facts_it_needs():
    assert values.check_mapping(MAPPING, gaps_of(MADE)) == []
    assert values.used_sources(MAPPING) == {
        "customer.first_name",
        "order.order_number",
        "order.status_url",
        "order.total_price",
    }


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ("customer.first_name", "Choose again"),
        (source("customer.shoe_size"), "another source"),
        (source("product.image"), "another source"),
        (source("fixed"), "Write the value"),
        (source("fixed", value="two\nlines"), "line breaks"),
        (source("customer.first_name", fallback="a     b"), "four spaces"),
    ],
)
def test_what_cannot_work_is_said_of_its_gap(entry, words):
    (problem,) = values.check_mapping({**MAPPING, "body.1": entry}, gaps_of(MADE))
    assert (problem.key, problem.is_empty) == ("body.1", False)
    assert words in problem.words


def test_a_gap_without_a_choice_is_named_if_it_must_be_filled():
    (problem,) = values.check_mapping(MAPPING | {"body.2": {}}, gaps_of(MADE))
    assert (problem.key, problem.is_empty) == ("body.2", True)
    assert "{{2}}" in problem.words
    assert values.check_mapping({}, gaps_of(design(IMAGE), {"header": {"asset": 7}})) == []


def test_a_one_time_code_is_never_mapped():
    code = gaps_of(GOOD_DESIGNS["code"])
    assert values.check_mapping({}, code) == []
    assert values.check_mapping({"code": source("fixed", value="1")}, code)


def test_each_kind_of_gap_offers_what_goes_into_it_and_a_fixed_value():
    keys = {kind: {each.key for each in fitting(kind)} for kind in ("text", "image", "product", "moment")}
    assert {"customer.first_name", "order.status_url", "fixed"} <= keys["text"]
    assert keys["image"] == {"product.image", "fixed"}
    assert keys["product"] == {"product.item", "fixed"}
    assert keys["moment"] == {"fixed"}


# Properties -----------------------------------------------------------------------------------------------------------
ENTRIES = JSON | st.fixed_dictionaries(
    {"source": st.sampled_from(sorted(SOURCES)) | JSON}, optional={"value": JSON, "fallback": JSON}
)
GROUPS = ["customer", "order", "product", "shop"]
NAMES = sorted({key.partition(".")[2] for key in SOURCES} | {"image_link", "catalog_id"})


@given(
    DESIGNS,
    st.data(),
    st.dictionaries(st.sampled_from(GROUPS), JSON | st.dictionaries(st.sampled_from(NAMES), JSON)),
)
def test_whatever_is_mapped_and_known_nothing_breaks(made, data, facts):
    gaps = gaps_of(made)
    mapping = {gap.key: data.draw(ENTRIES) for gap in gaps}
    assert all(problem.words for problem in values.check_mapping(mapping, gaps))
    try:
        filled = values.fill(mapping, facts)
    except MissingValues as exc:
        assert set(exc.keys) <= set(mapping)
        return
    assert filled.keys() == mapping.keys()
