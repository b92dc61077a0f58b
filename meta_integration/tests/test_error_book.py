"""The error book: every code of Meta's in words for a shop owner."""

import ast
from dataclasses import astuple
from pathlib import Path

import pytest
from django.conf import settings
from django.urls import reverse

from meta_integration import error_book
from meta_integration.graph import words
from meta_integration.graph.classes import ErrorClass
from meta_integration.graph.errors import WORDS, classify, known_errors, verdict_of
from meta_integration.graph.words import BY_CLASS, TITLES, Button, Who
from workspaces.models import Role
from workspaces.tests.factories import MembershipFactory, UserFactory

# Meta's own language, which no shop owner speaks.
JARGON = ["WABA", "token", "API", "parameter", "BSUID", "payload", "sub-code", "HTTP", "throughput"]


@pytest.mark.parametrize("known", known_errors(), ids=lambda known: known.key)
def test_every_row_says_what_happened_what_we_did_who_can_mend_it_and_how(known):
    verdict = verdict_of(known)
    said = verdict.words
    assert verdict.known is known
    assert known.key in WORDS, "A new row needs its own words, in graph/words_sending.py or graph/words_rare.py."
    assert WORDS[known.key].happened == verdict.plain_words != BY_CLASS[verdict.error_class].happened
    assert all((said.happened, said.we_did, said.todo))
    assert said.who in Who
    assert said.button in Button
    # As long as the columns they are kept in.
    assert len(said.happened) <= 300


def test_no_words_are_left_of_a_row_that_is_gone():
    assert set(WORDS) == {known.key for known in known_errors()}


def test_every_class_has_a_title_and_words():
    assert set(TITLES) == set(BY_CLASS) == set(ErrorClass)
    assert all(None not in astuple(each) for each in BY_CLASS.values())


def test_a_code_that_nobody_knows_has_the_words_of_its_class_and_no_plain_words():
    verdict = classify(999_999)
    assert verdict.words == BY_CLASS[ErrorClass.REQUEST_WRONG]
    assert verdict.plain_words == ""


def test_all_words_are_marked_for_translation():
    marked = set()
    for path in Path(words.__file__).parent.glob("words*.py"):
        calls = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)]
        marked |= {ast.literal_eval(call.args[0]) for call in calls if ast.unparse(call.func) == "_"}
    used = {text for each in [*WORDS.values(), *BY_CLASS.values()] for text in astuple(each) if text}
    used |= {*TITLES.values(), *Who, *Button} - {""}
    assert used == marked


@pytest.mark.parametrize("word", JARGON)
def test_no_words_are_metas_jargon(word):
    said = [text for each in [*WORDS.values(), *BY_CLASS.values()] for text in astuple(each) if text]
    assert not [text for text in said if word in text.split()]


def test_the_reference_and_the_classes_agree_on_what_may_be_tried_again():
    """But for two: a number to be registered again does not mend itself, nor does a page that is gone come back."""
    again = {ErrorClass.TRY_AGAIN, ErrorClass.SLOW_NUMBER, ErrorClass.SLOW_PAIR, ErrorClass.SLOW_ACCOUNT}
    odd = [known.key for known in known_errors() if (verdict_of(known).error_class in again) != known.retryable]
    assert sorted(odd) == ["131059", "133000"]


def test_the_document_is_what_the_command_writes():
    written = (settings.BASE_DIR / "docs" / "error-book.md").read_text("utf-8")
    assert written == error_book.as_markdown(), "Run: python manage.py write_error_book"


# The page -------------------------------------------------------------------------------------------------------------
@pytest.mark.django_db
@pytest.mark.parametrize("role", [Role.OWNER, Role.ANALYST, None])
def test_every_member_and_support_reads_every_row(client, role):
    client.force_login(MembershipFactory(role=role).user if role else UserFactory(is_support=True))
    page = client.get(reverse("error_book")).content.decode()
    assert not [known.key for known in known_errors() if f'id="{known.key}"' not in page]
    assert reverse("error_book") in client.get(reverse("admin:index")).content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("wanted", "found", "not_found"),
    [
        ("131047", "131047", "131026"),
        ("#131047", "131047", "131026"),
        ("PASSWORD changed", "190-460", "190-463"),
        ("Re-engagement", "131047", "131026"),
        ("reconnect", "190", "131047"),
    ],
)
def test_the_book_is_searched_by_code_and_by_words(client, wanted, found, not_found):
    client.force_login(MembershipFactory().user)
    page = client.get(reverse("error_book"), {"q": wanted}).content.decode()
    assert f'id="{found}"' in page
    assert f'id="{not_found}"' not in page


@pytest.mark.django_db
def test_a_search_without_a_hit_says_so(client):
    client.force_login(MembershipFactory().user)
    assert "Nothing found" in client.get(reverse("error_book"), {"q": "<zebra>"}).content.decode()


def test_every_button_but_that_of_a_message_leads_to_its_page():
    assert set(Button) - set(error_book.PAGES) == {Button.NONE, Button.SETTLE}
    assert all(reverse(page) for page in error_book.PAGES.values())


@pytest.mark.parametrize(
    ("code", "subcode", "key"), [(190, 463, "190-463"), (190, 1, "190"), (250, None, "200-299"), (131047, 7, "131047")]
)
def test_a_code_leads_to_its_row(code, subcode, key):
    assert error_book.url_of(code, subcode).endswith(f"/error-book/#{key}")


def test_a_code_that_nobody_knows_leads_nowhere():
    assert error_book.link_to(999_999) == "999999"
    assert error_book.link_to(None) == "–"
