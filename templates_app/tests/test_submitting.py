"""Handing in: exactly once at Meta, whatever breaks, and every refusal in words."""

from datetime import timedelta

import pytest
import time_machine
from django.core.files.base import ContentFile
from django.utils import timezone

from meta_integration.models import WABA
from meta_integration.tests.factories import MediaAssetFactory, WABAFactory
from templates_app import statuses, tasks
from templates_app.models import MessageTemplate, TemplateSample
from templates_app.services import edits, render, submitting, uploading, work, writing
from templates_app.services.submitting import CannotSubmit, NotReady
from templates_app.tests.events import START, happen, status
from templates_app.tests.factories import MessageTemplateFactory
from templates_app.tests.handing_in import Desk, error
from workspaces.tests.factories import UserFactory

pytestmark = pytest.mark.django_db
BODY = {"type": "BODY", "text": "Hello {{1}}, your order is ready.", "example": {"body_text": [["Ann"]]}}
DRAFT = {"category": "UTILITY", "parameter_format": "POSITIONAL", "components": [BODY]}
CONTENT = bytes(range(256)) * 400


class Killed(BaseException):
    """As SIGKILL: nothing is tidied up after it."""


@pytest.fixture
def account():
    return WABAFactory()


@pytest.fixture
def desk(graph, account):
    return Desk(graph, account)


@pytest.fixture
def draft(account):
    return MessageTemplateFactory(
        account=account,
        name="order_ready",
        template_id="",
        status=statuses.DRAFT,
        category="",
        components=[],
        draft=DRAFT,
    )


@pytest.fixture
def approved(account, desk):
    template = MessageTemplateFactory(account=account, name="order_ready", template_id="800")
    old = {"id": "800", "name": "order_ready", "language": "en_US", "status": "APPROVED", "category": "UTILITY"}
    desk.rows["800"] = {**old, "components": template.components}
    MessageTemplate.objects.update(
        draft=DRAFT, **dict.fromkeys(("status_at", "components_at"), timezone.now() - timedelta(days=9))
    )
    template.refresh_from_db()
    return template


@pytest.fixture
def with_picture(draft):
    header = {"type": "HEADER", "format": "IMAGE"}
    draft.draft = {**DRAFT, "components": [header, BODY]}
    draft.save()
    file = ContentFile(CONTENT, name="x")
    asset = MediaAssetFactory(
        workspace=draft.workspace, mime_type="image/jpeg", file=file, size=len(CONTENT), file_name="shoe.jpg"
    )
    return TemplateSample.objects.create(workspace=draft.workspace, template=draft, place="header", asset=asset)


def go(template, *, minutes=0) -> MessageTemplate:
    with time_machine.travel(timezone.now() + timedelta(minutes=minutes)):
        tasks.submit_template(template.pk)
    return MessageTemplate.objects.get(pk=template.pk)


# Asking for it --------------------------------------------------------------------------------------------------------
def test_it_is_handed_in_and_reviewed(desk, draft):
    user = UserFactory()
    submitting.submit(draft, user)
    draft.refresh_from_db()
    assert draft.is_at_work
    template = go(draft)
    assert (template.status, template.template_id, template.category) == ("PENDING", "800", "UTILITY")
    assert (template.draft, template.work, template.work_problem) == (None, "", None)
    assert template.components == [BODY] and template.text == BODY["text"]
    event = template.events.get()
    assert (event.kind, event.became, event.actor, event.detail["components"]) == ("submitted", "PENDING", user, [BODY])
    assert desk.calls("create") == [{"name": "order_ready", "language": "en_US", **DRAFT}]


@pytest.mark.parametrize("decision", ["APPROVED", "REJECTED"])
def test_it_may_be_decided_at_once(desk, draft, decision):
    desk.answer = {"status": decision}
    submitting.submit(draft, None)
    assert go(draft).status == decision


def test_another_category_is_taken_over_and_said(desk, draft):
    desk.answer = {"category": "MARKETING"}
    submitting.submit(draft, None)
    template = go(draft)
    assert template.category == "MARKETING"
    event = template.events.get(kind="category")
    assert (event.was, event.became) == ("UTILITY", "MARKETING") and "another category" in event.reason


def test_what_is_not_ready_is_not_handed_in(desk, draft):
    draft.draft = {**DRAFT, "components": [{"type": "BODY", "text": "{{1}}"}]}
    draft.save()
    with pytest.raises(NotReady) as stopped:
        submitting.submit(draft, None)
    assert stopped.value.findings
    assert not desk.asked


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"draft": None}, "Nothing has been changed"),
        ({"status": "PENDING"}, "In review"),
        ({"status": "DISABLED"}, "Disabled"),
        ({"work": "submitting", "work_until": timezone.now() + timedelta(hours=1)}, "at Meta just now"),
    ],
)
def test_why_it_cannot_be_submitted_is_said(draft, values, words):
    MessageTemplate.objects.update(**values)
    with pytest.raises(CannotSubmit) as stopped:
        submitting.submit(draft, None)
    assert words in stopped.value.words


@pytest.mark.parametrize("state", [WABA.State.BROKEN, WABA.State.DISCONNECTED])
def test_without_a_connection_nothing_is_begun(draft, state):
    WABA.objects.update(state=state)
    with pytest.raises(CannotSubmit, match="not connected"):
        submitting.submit(draft, None)


# Meta says no ---------------------------------------------------------------------------------------------------------
def test_a_refusal_is_shown_in_metas_words_and_ours_and_the_draft_stays(desk, draft):
    desk.answer = error(2388293, "Zu viele Variablen", "Zu kurz für so viele.")
    submitting.submit(draft, None)
    template = go(draft)
    assert (template.status, template.draft, template.work) == ("DRAFT", DRAFT, "")
    problem = template.work_problem
    assert problem["said"] == "Zu viele Variablen: Zu kurz für so viele."
    assert problem["code"] == "100-2388293" and "too many places" in problem["happened"] and problem["todo"]
    assert template.events.get().kind == "refused"


def test_after_a_refusal_it_can_be_submitted_again(desk, draft):
    desk.answer = error(2388293)
    submitting.submit(draft, None)
    go(draft)
    desk.answer = {}
    submitting.submit(draft, None)
    template = go(draft)
    assert (template.status, template.work_problem) == ("PENDING", None)


def test_a_template_of_this_name_with_other_words_is_not_taken_for_ours(desk, draft):
    desk.rows["810"] = {
        "id": "810", "name": "order_ready", "language": "en_US", "status": "APPROVED",
        "components": [{"type": "BODY", "text": "Something else"}],
    }  # fmt: skip
    submitting.submit(draft, None)
    template = go(draft)
    assert template.status == "DRAFT" and "exists already" in template.work_problem["happened"]


def test_the_one_that_is_being_deleted_is_not_taken_for_the_one_in_its_place(desk, draft):
    old = {"id": "700", "name": draft.name, "language": draft.language, "category": "UTILITY", "components": [BODY]}
    desk.rows["700"] = {**old, "status": "PENDING_DELETION"}
    submitting.submit(draft, None)
    template = go(draft)
    assert (template.status, template.template_id, template.draft) == ("DRAFT", "", DRAFT)
    assert template.work_problem


# Meta is away, or we are ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("away", ["before", "after"])
def test_without_an_answer_it_is_tried_again_and_made_once(desk, draft, away):
    desk.away = away
    submitting.submit(draft, None)
    template = go(draft)
    assert (template.work, template.status) == ("submitting", "DRAFT") and template.is_at_work
    assert template.work_state["rests"]
    desk.away = None
    assert go(draft).work == "submitting", "not before the pause is over"
    template = go(draft, minutes=1)
    assert (template.status, template.template_id, template.work) == ("PENDING", "800", "")
    assert len(desk.rows) == 1
    assert len(desk.calls("create")) == (2 if away == "before" else 1)


def test_when_meta_stays_away_it_ends_in_words(desk, draft):
    desk.away = "before"
    submitting.submit(draft, None)
    for tries in range(work.MOST_TRIES + 1):
        template = go(draft, minutes=40 * tries)
    assert (template.work, template.draft) == ("", DRAFT)
    assert "did not answer" in template.work_problem["title"]


@pytest.mark.parametrize("moment", ["before", "after"])
def test_killed_around_the_call_it_is_made_once(desk, draft, moment, monkeypatch):
    def die(when):
        if when == moment:
            raise Killed

    desk._away = die
    submitting.submit(draft, None)
    with pytest.raises(Killed):
        go(draft)
    desk._away = lambda when: None
    assert not tasks.submit_template(draft.pk), "its lease is not over"
    with time_machine.travel(timezone.now() + work.LEASE + timedelta(seconds=5)):
        assert tasks.sweep_template_work() == 1
        assert tasks.submit_template(draft.pk)
    template = MessageTemplate.objects.get()
    assert (template.status, template.template_id) == ("PENDING", "800")
    assert len(desk.rows) == 1 and template.events.count() == 1


def test_what_kills_every_worker_ends_in_words(desk, draft):
    def die(when):
        raise Killed

    desk._away = die
    submitting.submit(draft, None)
    for tries in range(work.MOST_TRIES):
        with pytest.raises(Killed):
            go(draft, minutes=3 * tries)
    template = go(draft, minutes=3 * work.MOST_TRIES)
    assert (template.work, template.draft) == ("", DRAFT) and template.work_problem


def test_a_broken_connection_lets_it_wait_and_go_on(desk, draft):
    submitting.submit(draft, None)
    WABA.objects.update(state=WABA.State.BROKEN)
    template = go(draft)
    assert template.work == "submitting" and not template.is_at_work
    assert "waits for the connection" in template.work_problem["title"]
    assert tasks.sweep_template_work() == 0
    WABA.objects.update(state=WABA.State.CONNECTED)
    assert tasks.account_reconnected(draft.account_id) == 1
    assert go(draft).status == "PENDING"


def test_a_refused_access_is_a_sign_and_not_the_templates_fault(desk, draft):
    desk.answer = error(None, code=190)
    submitting.submit(draft, None)
    template = go(draft)
    assert template.work == "submitting"
    draft.account.refresh_from_db()
    assert draft.account.suspected_at


def test_news_that_come_before_the_answer_are_not_undone(desk, draft):
    def approve(when):
        if when == "after":  # Meta writes whole seconds.
            happen(draft.account, (*status("APPROVED"), int(timezone.now().timestamp()) - START))

    desk._away = approve
    submitting.submit(draft, None)
    template = go(draft)
    assert template.status == "APPROVED" and template.is_sendable
    assert (template.category, template.draft) == ("UTILITY", None)


# Changes --------------------------------------------------------------------------------------------------------------
def test_a_change_is_sent_once_and_reviewed_again(desk, approved):
    submitting.submit(approved, None)
    template = go(approved)
    assert (template.status, template.template_id, template.components) == ("PENDING", "800", [BODY])
    assert desk.calls("edit") == [{"components": [BODY]}]
    event = template.events.get()
    assert (event.kind, event.was, event.became) == ("edited", "APPROVED", "PENDING")


@pytest.mark.parametrize(("away", "sent"), [("before", 2), ("after", 1)])
def test_a_change_without_an_answer_is_not_sent_twice_if_it_arrived(desk, approved, away, sent):
    desk.away = away
    submitting.submit(approved, None)
    go(approved)
    desk.away = None
    template = go(approved, minutes=1)
    assert (template.status, template.components) == ("PENDING", [BODY])
    assert len(desk.calls("edit")) == sent


@pytest.mark.parametrize(("away", "sent"), [("before", 2), ("after", 1)])
def test_a_change_that_customers_do_not_see_is_not_taken_for_done(desk, approved, away, sent):
    """A category, an example: what Meta lists looks the same before and after it."""
    MessageTemplate.objects.update(status="REJECTED", draft={**DRAFT, "category": "MARKETING"}, components=[BODY])
    desk.rows["800"] |= {"status": "REJECTED", "components": [BODY]}
    desk.away = away
    submitting.submit(approved, None)
    go(approved)
    desk.away = None
    template = go(approved, minutes=1)
    assert len(desk.calls("edit")) == sent
    assert (desk.rows["800"]["category"], template.category) == ("MARKETING", "MARKETING")
    assert (template.status, template.draft) == ("PENDING", None)


def test_what_is_thrown_away_while_it_waits_is_not_handed_in(desk, approved):
    submitting.submit(approved, None)
    WABA.objects.update(state=WABA.State.BROKEN)
    go(approved)
    writing.discard(approved, None)
    WABA.objects.update(state=WABA.State.CONNECTED)
    template = go(approved)
    assert desk.calls("edit") == []
    assert (template.status, template.work, template.work_problem) == ("APPROVED", "", None)


def test_an_approved_one_is_changed_once_a_day(desk, approved):
    assert edits.edits_left(approved) == edits.Edits(1, 10)
    submitting.submit(approved, None)
    go(approved)
    MessageTemplate.objects.update(
        status="APPROVED", draft={**DRAFT, "components": [{**BODY, "text": "New {{1}} words."}]}
    )
    approved.refresh_from_db()
    left = edits.edits_left(approved)
    assert (left.in_24_hours, left.in_30_days) == (0, 9)
    assert left.next_at == approved.events.get().at + timedelta(hours=24)
    with pytest.raises(CannotSubmit, match="one change"):
        submitting.submit(approved, None)
    MessageTemplate.objects.update(status="REJECTED")
    assert edits.edits_left(MessageTemplate.objects.get()).next_at is None


def test_an_approved_one_is_changed_ten_times_in_thirty_days(approved):
    for days in range(1, 11):
        at = timezone.now() - timedelta(days=2 * days)
        approved.events.create(workspace=approved.workspace, kind="edited", was="APPROVED", source="shop", at=at)
    left = edits.edits_left(approved)
    assert left.in_30_days == 0
    assert left.next_at == approved.events.earliest("at").at + timedelta(days=30)


def test_an_approved_one_keeps_its_category(approved):
    MessageTemplate.objects.update(draft={**DRAFT, "category": "MARKETING"})
    approved.refresh_from_db()
    with pytest.raises(CannotSubmit, match="category"):
        submitting.submit(approved, None)


# Files ----------------------------------------------------------------------------------------------------------------
def test_an_example_file_goes_first_and_its_handle_with_the_template(desk, draft, with_picture):
    submitting.submit(draft, None)
    template = go(draft)
    assert template.status == "PENDING" and desk.uploaded == CONTENT
    assert desk.calls("create")[0]["components"][0]["example"] == {"header_handle": ["4::handle1"]}
    with_picture.refresh_from_db()
    assert with_picture.sent_bytes == len(CONTENT) and with_picture.handle == "4::handle1"
    assert "example" not in template.components[0], "a handle serves the review only"


def test_another_example_file_is_sent_once_meta_has_the_change(desk, approved):
    about = {"workspace": approved.workspace, "origin": "uploaded", "mime_type": "image/jpeg", "size": len(CONTENT)}
    old, new = (MediaAssetFactory(**about, file_name=f"{n}.jpg", file=ContentFile(CONTENT, name="x")) for n in "ab")
    components = [{"type": "HEADER", "format": "IMAGE"}, *approved.components]
    MessageTemplate.objects.update(components=components, draft=None)
    TemplateSample.objects.create(workspace=approved.workspace, template=approved, place="header", asset=old)
    draft = {**DRAFT, "components": components}
    saved = writing.save(approved, draft, {"header": new.pk}, None, approved.draft_saved_at)
    assert render.gaps(saved)[0].default == {"asset": old.pk}
    submitting.submit(saved, None)
    template = go(saved)
    assert render.gaps(template)[0].default == {"asset": new.pk} and template.samples.count() == 1


def test_a_broken_upload_goes_on_in_the_next_try_where_meta_says(desk, draft, with_picture):
    desk.breaks = [1000] * 6
    submitting.submit(draft, None)
    assert go(draft).work == "submitting"
    with_picture.refresh_from_db()
    assert with_picture.session and not with_picture.handle
    assert go(draft, minutes=1).status == "PENDING"
    assert desk.uploaded == CONTENT and len(desk.calls("begin")) == 1


def test_a_handle_is_used_again_while_it_can_be_trusted(desk, draft, with_picture):
    desk.away = "before"
    submitting.submit(draft, None)
    go(draft)
    desk.away = None
    go(draft, minutes=1)
    assert desk.uploads == 1
    TemplateSample.objects.update(handle_at=timezone.now() - uploading.HANDLE_LIVES)
    MessageTemplate.objects.update(status="REJECTED", draft=draft.draft)
    submitting.submit(draft, None)
    go(draft, minutes=2)
    assert desk.uploads == 2


def test_a_file_that_is_gone_is_said(desk, draft, with_picture):
    with_picture.asset.file.delete(save=False)
    type(with_picture.asset).objects.update(file="not/there")
    submitting.submit(draft, None)
    template = go(draft)
    assert "no longer stored" in template.work_problem["happened"] and template.draft
    with_picture.refresh_from_db()
    assert with_picture.error
