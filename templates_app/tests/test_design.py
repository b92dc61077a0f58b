"""Reading a design, whatever Meta or a person put into it."""

import pytest

from templates_app import design, statuses
from templates_app.tests.factories import MessageTemplateFactory

CAROUSEL = [
    {"type": "BODY", "text": "Look, {{1}}"},
    {
        "type": "carousel",
        "cards": [
            {"components": [{"type": "HEADER", "format": "IMAGE"}, {"type": "BODY", "text": "First"}]},
            {"components": [{"type": "HEADER", "format": "video"}]},
        ],
    },
]


def test_each_gap_is_named_once_and_in_order():
    assert design.variables("{{2}} and {{ 1 }}, {{2}} {{first_name}}") == ["2", "1", "first_name"]


def test_cards_have_their_own_examples():
    assert design.sample_places(CAROUSEL) == {"cards[0].header": "IMAGE", "cards[1].header": "VIDEO"}


def test_its_words_are_one_text():
    assert design.text_of(CAROUSEL) == "Look, {{1}}\nFirst"


@pytest.mark.parametrize("odd", [None, {}, "text", [None, 3, {"type": 4}, {"type": "CAROUSEL", "cards": [1, {}]}]])
def test_nothing_odd_is_an_error(odd):
    assert design.sample_places(odd) == {}
    assert (design.text_of(odd), design.buttons(odd), design.header_format(odd)) == ("", [], "")


def test_a_status_that_meta_added_since_may_do_nothing():
    facts = statuses.status_of("SOMETHING_NEW")
    assert (facts.words, facts.may_send, facts.may_edit, facts.may_delete) == ("SOMETHING_NEW", False, False, False)


def test_a_draft_stands_before_what_meta_has(db):
    template = MessageTemplateFactory()
    assert template.design()["components"] == template.components
    template.draft = {"category": "MARKETING", "parameter_format": "NAMED", "components": []}
    assert template.design() == {"name": template.name, "language": "en_US", **template.draft}
