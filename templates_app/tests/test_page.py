"""A template's page, its live part, its history and its versions."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from templates_app import statuses, words
from templates_app.models import MessageTemplate, TemplateEvent
from templates_app.standing import standing
from templates_app.tests.factories import MessageTemplateFactory, TemplateEventFactory, TemplateSampleFactory
from workspaces.models import Role
from workspaces.tests.factories import MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db
Kind = TemplateEvent.Kind


def url(name: str, pk: int) -> str:
    return reverse(f"templates_app:{name}", args=[pk])


@pytest.fixture
def template():
    return MessageTemplateFactory(name="order_ready")


@pytest.fixture
def shown(client, template):
    """shown(**columns): the page of the template with these, as an owner sees it."""
    client.force_login(MembershipFactory(workspace=template.workspace).user)

    def page(**columns) -> str:
        MessageTemplate.objects.filter(pk=template.pk).update(**columns)
        answer = client.get(url("detail", template.pk))
        assert answer.status_code == 200
        return answer.content.decode()

    return page


@pytest.mark.parametrize("reason", words.REASONS)
def test_every_reason_of_a_rejection_is_told_in_plain_words_with_what_to_do(shown, reason):
    page = shown(status=statuses.REJECTED, status_reason=reason)
    happened, todo = words.REASONS[reason]
    assert str(happened) in page and str(todo) in page and reason not in page


def test_a_reason_that_meta_added_since_is_shown_as_meta_spells_it(shown):
    assert "BAD_SPELLING" in shown(status=statuses.REJECTED, status_reason="BAD_SPELLING")


def test_what_meta_recommends_stands_in_its_own_words(shown):
    info = {"reason": "INVALID_FORMAT", "recommendation": "Remove the <b> tag."}
    page = shown(status=statuses.REJECTED, status_reason="INVALID_FORMAT", status_info=info)
    assert "Remove the &lt;b&gt; tag." in page and "<b> tag" not in page


def test_a_pause_by_pacing_can_be_ended_and_another_ends_by_itself(template):
    template.status, template.status_info = statuses.PAUSED, {"title": "RATE_LIMITING_PAUSE"}
    assert "unpause" in standing(template).steps and "by itself" not in standing(template).means
    template.status_info = {"title": "FIRST_PAUSE"}
    assert "unpause" not in standing(template).steps
    assert "three hours" in str(standing(template).because)


def test_an_announced_category_says_what_each_message_will_be_charged_as(shown):
    page = shown(next_category="MARKETING", next_category_at=timezone.now() + timedelta(hours=20))
    assert "each message with it is charged as marketing, no longer as utility" in page


def test_all_languages_of_the_name_in_this_account_stand_above(shown, template):
    same = MessageTemplateFactory(account=template.account, name=template.name, language="de", status="REJECTED")
    elsewhere = MessageTemplateFactory(name=template.name, language="fr")
    page = shown()
    assert url("detail", same.pk) in page and url("detail", elsewhere.pk) not in page


def test_the_page_changes_only_when_something_it_shows_changed(client, shown, template):
    page = shown()
    asked = page.split('hx-get="')[1].split('"')[0]
    assert client.get(asked).status_code == 204
    MessageTemplate.objects.filter(pk=template.pk).update(status=statuses.PAUSED)
    changed = client.get(asked)
    assert changed.status_code == 200 and "Paused by Meta" in changed.content.decode()
    assert asked not in changed.content.decode()  # The new part asks with a mark of its own.


def test_the_progress_of_each_example_file_is_shown_while_it_is_submitted(shown, template):
    sample = TemplateSampleFactory(template=template, sent_bytes=8)  # Of 16.
    later = timezone.now() + timedelta(minutes=5)
    page = shown(work="submitting", work_until=later)
    assert 'value="50"' in page and sample.asset.file_name in page and "every 2s" in page
    assert 'value="50"' not in shown(work="", work_until=None)


def test_only_what_waits_for_another_try_says_that_meta_gave_no_answer(shown, template):
    later = timezone.now() + timedelta(minutes=5)
    at_it = shown(
        work="submitting", work_until=later, draft={"components": []}, work_state={"tries": 1, "rests": False}
    )
    assert "It is being handed to Meta." in at_it and "gave no answer" not in at_it
    assert "do-edit" not in at_it, "it is closed meanwhile"
    assert "Meta gave no answer the last time" in shown(work_state={"tries": 1, "rests": True})


def test_a_submission_that_failed_says_why_and_what_to_do(shown):
    problem = {"title": "Meta did not take it", "happened": "The name is used.", "todo": "Choose another.", "code": 100}
    page = shown(work_problem=problem, draft={"components": []})
    assert all(words in page for words in ("Meta did not take it", "The name is used.", "Choose another.", "do-again"))


def test_history_names_who_when_and_why_and_can_be_paged(client, shown, template):
    person = UserFactory(first_name="Ann", last_name="Example")
    TemplateEventFactory(template=template, kind=Kind.SUBMITTED, actor=person, was="", became="", source="shop")
    TemplateEventFactory(template=template, was="PENDING", became="REJECTED", reason="SCAM")
    for number in range(60):
        TemplateEventFactory(template=template, kind=Kind.QUALITY, at=timezone.now() - timedelta(days=number + 1))
    shown()
    first = client.get(url("history", template.pk)).content.decode()
    assert (
        "Ann Example" in first and "from “In review” to “Rejected”" in first and str(words.REASONS["SCAM"][0]) in first
    )
    assert first.count("g-when") == 50 and "?page=2" in first
    assert client.get(url("history", template.pk), {"page": "2"}).content.decode().count("g-when") == 12


def test_a_version_stands_beside_the_one_before_it(client, shown, template):
    one = {"category": "UTILITY", "components": [{"type": "BODY", "text": "It is ready."}]}
    two = {"category": "MARKETING", "components": [{"type": "BODY", "text": "It is ready. Buy more!"}]}
    TemplateEventFactory(template=template, kind=Kind.SUBMITTED, detail=one, at=timezone.now() - timedelta(days=2))
    event = TemplateEventFactory(template=template, kind=Kind.EDITED, detail=two, at=timezone.now())
    assert url("version", event.pk) in shown()
    rows = {row["name"]: row for row in client.get(url("version", event.pk)).context["rows"]}
    assert (rows["Text"]["before"], rows["Text"]["after"]) == ("It is ready.", "It is ready. Buy more!")
    assert (rows["Category"]["before"], rows["Category"]["after"]) == ("Utility", "Marketing")


def test_what_was_changed_at_meta_stands_beside_what_it_became(client, shown, template):
    was = {"components": [{"type": "BODY", "text": "As it was."}, {"type": "CAROUSEL", "cards": [{"components": [7]}]}]}
    event = TemplateEventFactory(template=template, kind=Kind.COMPONENTS, detail=was)
    shown()
    rows = {row["name"]: row for row in client.get(url("version", event.pk)).context["rows"]}
    assert (rows["Text"]["before"], rows["Text"]["after"]) == ("As it was.", "Hello {{1}}, it is ready.")


def test_the_page_asks_the_same_number_of_queries_whatever_hangs_on_it(shown, template):
    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            shown()
        return len(queries)

    TemplateSampleFactory(template=template)
    TemplateEventFactory(template=template)
    count()
    few = count()
    for number in range(8):
        TemplateEventFactory(template=template, actor=UserFactory())
        TemplateSampleFactory(template=template, place=f"cards[{number}].header")
        MessageTemplateFactory(account=template.account, name=template.name, language=f"x{number}")
    assert count() == few


@pytest.mark.parametrize("role", [Role.AGENT, Role.ANALYST])
def test_agents_and_analysts_look_and_find_no_button(client, template, role):
    client.force_login(MembershipFactory(workspace=template.workspace, role=role).user)
    MessageTemplate.objects.filter(pk=template.pk).update(status=statuses.REJECTED, draft={"components": []})
    page = client.get(url("detail", template.pk)).content.decode()
    assert "order_ready" in page
    assert not [name for name in ("do-edit", "do-copy", "do-discard", "do-delete", "add-language") if name in page]
