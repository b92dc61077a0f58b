"""What is stored is English, and every reader is told of it in their own language."""

import pytest
from django.utils import translation

from inbox import told
from inbox.models import Message
from inbox.outbox import settle
from inbox.services import away, consent, fitting, own_test, sending, template_refusals, waiting
from inbox.tests.factories import MessageFactory
from workspaces.tests.factories import UserFactory

SENTENCES = [waiting.TOO_LATE, waiting.TOO_OLD, fitting.CHANGED, consent.NOT_WANTED, consent.NEVER_SAID]
REFUSAL = {"template": {"name": "order_ready", "language": {"code": "en_US"}}}


@pytest.mark.parametrize("sentence", SENTENCES)
def test_a_reason_is_told_in_the_readers_language(sentence):
    assert told.reason(sentence) == sentence
    with translation.override("ar"):
        assert told.reason(sentence) != sentence


@pytest.mark.parametrize(
    ("stored", "kept"),
    [
        (sending.TAKEN_BACK % {"who": "Layla (the first)"}, "Layla (the first)"),
        (settle.TRIED_OFTEN % {"count": 7}, "7"),
        (template_refusals.words(REFUSAL, 132005, "buttons 2: too long"), "order_ready"),
    ],
)
def test_what_stands_in_the_gaps_of_a_reason_is_kept(stored, kept):
    assert told.reason(stored) == stored
    with translation.override("ar"):
        assert kept in told.reason(stored)
        assert told.reason(stored) != stored


def test_the_part_of_a_template_that_meta_named_is_told_too():
    with translation.override("ar"):
        words = told.reason(template_refusals.words(REFUSAL, 132005, "buttons 2: too long"))
        assert translation.gettext("button %(n)s") % {"n": 3} in words
        words = told.reason(template_refusals.words(REFUSAL, 132005, "header: too long"))
        assert translation.gettext("the header") in words


def test_what_is_not_ours_stays_as_it_is():
    with translation.override("ar"):
        assert told.reason("") == ""
        assert told.reason("Some words of Meta's") == "Some words of Meta's"
        assert told.origin("Resolved") == "Resolved"  # A campaign may be called anything.
        assert told.proof("yes") == "yes"


def test_what_sent_a_message_by_itself_has_its_name_in_each_language():
    with translation.override("ar"):
        assert told.origin(away.ORIGIN) != away.ORIGIN
        assert told.proof(own_test.PROOF) != own_test.PROOF


@pytest.mark.django_db
def test_a_message_taken_back_on_an_arabic_page_says_so_in_english_where_it_is_stored():
    message = MessageFactory(status=Message.Status.QUEUED)
    with translation.override("ar"):
        assert sending.take_back(message, UserFactory(first_name="Layla", last_name="Example"))
    message.refresh_from_db()
    assert message.error == "Layla Example took it back before it went out."
