"""Each rule finds its own fault and no other; what is good is left alone; nothing odd stops the check."""

import time

import pytest
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from templates_app import lint
from templates_app.lint import Around, Finding
from templates_app.tests.bad_designs import BAD_DESIGNS, CARDS
from templates_app.tests.good_designs import GOOD_DESIGNS, IMAGE, around_of, body, buttons, carousel, design, header
from templates_app.tests.odd_json import DESIGNS, JSON


@pytest.mark.parametrize("bad", BAD_DESIGNS, ids=[f"{n}-{bad.rule}" for n, bad in enumerate(BAD_DESIGNS)])
def test_a_fault_is_found_by_its_rule_alone(bad):
    found = lint.check(bad.design, bad.around())
    assert {each.rule for each in found} == {bad.rule}
    assert {each.is_error for each in found} == {bad.is_error}
    for each in found:
        assert str(each.words).endswith(".") and str(each.todo).endswith((".", "!")) and each.field
        assert "%(" not in f"{each.words}{each.todo}"


@pytest.mark.parametrize("name", GOOD_DESIGNS)
def test_a_good_template_has_no_findings(name):
    made = GOOD_DESIGNS[name]
    assert lint.check(made, around_of(made)) == []


def test_every_rule_has_a_fault_to_find():
    assert {rule.__name__ for rule in lint.RULES} == {bad.rule for bad in BAD_DESIGNS}
    assert len({rule.__name__ for rule in lint.RULES}) == len(lint.RULES)


@pytest.mark.parametrize(
    ("made", "field"),
    [
        (design(body("Your order {{1}} is ready.")), "body.1"),
        (design(buttons({"type": "URL", "text": "", "url": "https://example.com/"})), "buttons[0].text"),
        (CARDS[5].design, "cards[0]"),
        (design(carousel(*[{"components": [IMAGE, body("{{1}} is here for you.", "It")]}] * 2)), "cards[0].body"),
    ],
)
def test_a_finding_names_the_place(made, field):
    assert lint.check(made, around_of(made))[0].field == field


def test_errors_come_first_and_each_kind_follows_the_form():
    made = design(
        header("Hello 🎉 {{1}}"),
        body("LOOK AT OUR NEW THINGS {{1}}", "here"),
        buttons({"type": "URL", "text": "", "url": "http://example.com"}),
        category="NONE",
    )
    found = [(each.rule, each.is_error) for each in lint.check(made | {"name": ""}, Around())]
    assert found == [
        ("name", True),
        ("category_known", True),
        ("example_missing", True),
        ("variable_at_edge", True),
        ("text_missing", True),
        ("emoji_in_plain_text", False),
        ("capitals", False),
        ("link_without_https", False),
    ]
    places = ["name", "header.1", "body", "buttons[2].url", "buttons[10].url", "cards[0].body", "cards[1].header"]
    findings = [Finding("", place, "", "") for place in places]
    shuffled = [findings[place] for place in (3, 0, 6, 5, 2, 4, 1)]
    assert sorted(shuffled, key=Finding.place) == findings


def test_a_template_for_codes_may_have_the_text_of_another():
    made = GOOD_DESIGNS["code"]
    text = "Your order is ready for you."
    others = (("another", "en", "AUTHENTICATION", text),)
    assert lint.check(design(body(text)), Around(others=others)) == []
    assert lint.check(made, Around(others=(("another", "en", "AUTHENTICATION", ""),))) == []


@pytest.mark.parametrize("text", ["{{" + " " * 100_000, "{{a" + " " * 100_000, "*a " * 50_000, "a." * 50_000])
def test_no_text_makes_the_check_slow(text):
    made = design(
        header(text),
        body(text),
        buttons(
            {"type": "URL", "text": text, "url": "https://" + text},
            {"type": "PHONE_NUMBER", "text": "a", "phone_number": "1 " * 50_000},
        ),
    )
    start = time.process_time()
    assert lint.check(made, Around())
    assert time.process_time() - start < 5


# Properties -----------------------------------------------------------------------------------------------------------
@given(DESIGNS | st.dictionaries(st.sampled_from(["name", "language", "category", "components"]), JSON))
def test_whatever_a_design_holds_it_is_checked(made):
    with override("en"):
        for each in lint.check(made, Around()):
            assert isinstance(each.rule, str) and each.field and str(each.words) and str(each.todo)
