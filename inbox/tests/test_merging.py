"""Two entries of one customer become one, and nothing of either is lost."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from inbox.models import Case, ConsentEntry, Contact, Message, Note, Thread, ThreadEvent
from inbox.services import consent, contacts, merging
from inbox.services.contacts import Identity
from inbox.tests.factories import (
    CaseFactory,
    ConsentEntryFactory,
    ContactFactory,
    MentionFactory,
    MessageFactory,
    NoteFactory,
    TagFactory,
    ThreadEventFactory,
    ThreadFactory,
)
from meta_integration.tests.factories import PhoneNumberFactory
from workspaces.tests.factories import UserFactory

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.fixture
def number():
    return PhoneNumberFactory()


@pytest.fixture
def two(number):
    """One known by phone, the other by user id, both of them in threads on the same number."""
    keep = ContactFactory(workspace=number.workspace, wa_id=None, user_id="US.1", name="Ann")
    gone = ContactFactory(workspace=number.workspace, wa_id="15550300001", name="Ann")
    return ThreadFactory(number=number, contact=keep), ThreadFactory(number=number, contact=gone)


def test_all_that_hangs_on_a_thread_moves(two):
    kept, thread = two
    for each in two:
        MessageFactory(thread=each)
        MentionFactory(note=NoteFactory(thread=each))
        ThreadEventFactory(thread=each)
        ConsentEntryFactory(contact=each.contact)
        Contact.objects.filter(pk=each.contact_id).update(marketing_state="SUBSCRIBED")
        CaseFactory(thread=each, resolved_at=NOW)
    merging.merge(kept.contact, thread.contact)
    assert [Thread.objects.get(), Contact.objects.get()] == [kept, kept.contact]
    counts = [Message.objects.filter(thread=kept).count(), kept.notes.count(), kept.cases.count()]
    assert counts == [2, 2, 2]
    assert Note.objects.filter(mentions__isnull=False).count() == 2
    assert kept.contact.consent.count() == 2
    assert sorted(kept.events.values_list("kind", flat=True)) == ["merged", "status", "status"]
    assert ThreadEvent.objects.get(kind="merged").detail == {"name": "Ann (+15550300001)"}


def test_what_one_did_not_know_the_other_may(two):
    kept, thread = two
    tag, both = TagFactory(workspace=kept.workspace), TagFactory(workspace=kept.workspace)
    kept.contact.tags.add(both)
    thread.contact.tags.add(tag, both)
    long_ago = NOW - timedelta(days=400)
    Contact.objects.filter(pk=kept.contact_id).update(attributes={"Size": "M", "Pet": "cat"})
    Contact.objects.filter(pk=thread.contact_id).update(
        attributes={"Size": "L", "Pet": "cat", "City": "Example City"},
        language="de", username="ann", blocked_at=NOW, created_at=long_ago,
    )  # fmt: skip
    merging.merge(kept.contact, thread.contact)
    contact = Contact.objects.get()
    assert (contact.wa_id, contact.user_id, contact.language, contact.username) == ("15550300001", "US.1", "de", "ann")
    assert contact.attributes == {"Size": "M", "Pet": "cat", "Size (2)": "L", "City": "Example City"}
    assert set(contact.tags.all()) == {tag, both}
    assert (contact.created_at, contact.blocked_at) == (long_ago, NOW)


def test_the_work_goes_on_where_it_is_more_urgent(two):
    kept, thread = two
    ann, since = UserFactory(), NOW - timedelta(hours=3)
    Thread.objects.filter(pk=kept.pk).update(status="RESOLVED", resolved_at=NOW, snoozed_until=None)
    Thread.objects.filter(pk=thread.pk).update(
        status="PENDING", assignee=ann, waiting_since=since, snoozed_until=NOW + timedelta(hours=1), unread_count=2,
        blocked_at_meta=NOW, answered_at=since,
    )  # fmt: skip
    merging.merge(kept.contact, thread.contact)
    kept.refresh_from_db()
    assert (kept.status, kept.assignee, kept.waiting_since) == ("PENDING", ann, since)
    assert (kept.snoozed_until, kept.unread_count) == (NOW + timedelta(hours=1), 2)
    assert (kept.blocked_at_meta, kept.resolved_at, kept.answered_at) == (NOW, None, since)


def test_what_somebody_works_at_is_not_put_off(two):
    kept, thread = two
    Thread.objects.filter(pk=thread.pk).update(snoozed_until=NOW + timedelta(hours=1))
    merging.merge(kept.contact, thread.contact)
    assert Thread.objects.get().snoozed_until is None


def test_two_open_cases_are_one_begun_when_the_earlier_was(two):
    kept, thread = two
    late, early = NOW - timedelta(hours=1), NOW - timedelta(hours=5)
    CaseFactory(thread=kept, opened_at=late)
    CaseFactory(thread=thread, opened_at=early)
    merging.merge(kept.contact, thread.contact)
    case = Case.objects.get()
    assert (case.thread, case.opened_at) == (kept, early)


@pytest.mark.parametrize(
    ("mine", "theirs", "state"),
    [
        ("UNSUBSCRIBED", "SUBSCRIBED", "UNSUBSCRIBED"),
        ("SUBSCRIBED", "UNSUBSCRIBED", "UNSUBSCRIBED"),
        ("UNKNOWN", "SUBSCRIBED", "SUBSCRIBED"),
        ("UNKNOWN", "UNSUBSCRIBED", "UNSUBSCRIBED"),
        ("UNKNOWN", "UNKNOWN", "UNKNOWN"),
    ],
)
@pytest.mark.parametrize("has_history", [True, False])
def test_one_no_is_a_no(two, mine, theirs, state, has_history):
    for thread, said in zip(two, (mine, theirs), strict=True):
        if has_history and said != "UNKNOWN":
            consent.note(thread.contact, said, "keyword", at=NOW - timedelta(days=said == "UNSUBSCRIBED"))
        else:
            Contact.objects.filter(pk=thread.contact_id).update(marketing_state=said)
    merging.merge(two[0].contact, two[1].contact)
    contact = Contact.objects.get()
    assert contact.marketing_state == state
    entry = ConsentEntry.objects.order_by("at", "pk").last()
    assert (entry.state if entry else "UNKNOWN") == state
    # A word from before, which comes late, does not undo it.
    if "SUBSCRIBED" in (mine, theirs) and state == "UNSUBSCRIBED":
        consent.note(contact, "SUBSCRIBED", "keyword", at=NOW - timedelta(hours=1))
        assert Contact.objects.get().marketing_state == "UNSUBSCRIBED"


def test_metas_own_merging_loses_nothing_either(number):
    phone = contacts.resolve(number.workspace, Identity(wa_id="15550300001", name="Ann"))
    contacts.resolve(number.workspace, Identity(user_id="US.1"))
    consent.note(phone, "UNSUBSCRIBED", "keyword")
    contacts.resolve(number.workspace, Identity(wa_id="15550300001", user_id="US.1"))
    contact = Contact.objects.get()
    assert (contact.marketing_state, contact.name, contact.wa_id) == ("UNSUBSCRIBED", "Ann", "15550300001")


def test_an_entry_called_the_same_is_found_where_it_may_be_the_same(two):
    kept, thread = two
    ContactFactory(workspace=kept.workspace, name="ANN", user_id="US.2", wa_id="15550300002")
    ContactFactory(name="Ann", wa_id="15550300009")
    assert merging.possible(kept.contact) == [thread.contact]
    assert merging.possible(thread.contact) == [kept.contact]


@pytest.mark.parametrize(
    ("one", "other"),
    [("5511912345678", "551112345678"), ("5215512345678", "525512345678"), ("5491112345678", "541112345678")],
)
def test_one_phone_written_in_two_ways_is_found(number, one, other):
    a, b = (ContactFactory(workspace=number.workspace, wa_id=each) for each in (one, other))
    assert (merging.possible(a), merging.possible(b)) == ([b], [a])
    merging.by_hand(a, b, UserFactory())
    assert Contact.objects.get().wa_id == one


def test_two_phones_are_two_customers(number):
    a, b = (ContactFactory(workspace=number.workspace, name="Ann") for _ in range(2))
    assert merging.possible(a) == []
    with pytest.raises(merging.CannotMerge, match="two different phone numbers"):
        merging.by_hand(a, b, UserFactory())
    with pytest.raises(merging.CannotMerge):
        merging.by_hand(a, a, UserFactory())
    assert Contact.objects.count() == 2


def test_a_name_that_the_shop_gave_stays(number):
    contact = contacts.resolve(number.workspace, Identity(wa_id="15550300001", name="~ann~"))
    contact.name = "Ann Example"
    contact.save()
    contacts.resolve(number.workspace, Identity(wa_id="15550300001", name="new name"))
    contact.refresh_from_db()
    assert (contact.name, contact.profile_name) == ("Ann Example", "new name")


def test_what_somebody_merged_a_moment_ago_is_one_entry_already(two):
    kept, thread = two
    gone, actor = Contact.objects.get(pk=thread.contact_id), UserFactory()
    merging.by_hand(kept.contact, gone, actor)
    with pytest.raises(merging.CannotMerge):
        merging.by_hand(kept.contact, Contact(pk=thread.contact_id, wa_id=thread.contact.wa_id), actor)


@pytest.mark.django_db(transaction=True)
def test_nothing_else_of_the_shop_waits_for_it(two):
    kept, thread = two

    def write():
        try:
            with connection.cursor() as cursor:
                cursor.execute("SET lock_timeout = '2s'")
            return ContactFactory(workspace=kept.workspace)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as other, transaction.atomic():
        merging.merge(kept.contact, thread.contact)
        assert other.submit(write).result().pk
