"""Notes: for the team alone, whole, harmless, and found by whom they name."""

from datetime import timedelta

import pytest
from django.utils import timezone

from inbox.models import Mention, Note
from inbox.services import notes
from inbox.tests.factories import NoteFactory, ThreadFactory
from workspaces.models import AuditEntry, Role
from workspaces.tests.factories import MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def thread():
    return ThreadFactory()


def member(thread, username: str, role: str = Role.AGENT):
    return MembershipFactory(workspace=thread.workspace, role=role, user__username=username).user


@pytest.fixture
def ann(client, thread):
    user = member(thread, "ann")
    client.force_login(user)
    return user


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("@ben please", ["ben"]),
        ("Ask @Ben.", ["ben"]),
        ("(@ben) and @cleo@shop.example, @ben", ["ben", "cleo@shop.example"]),
        ("ben@ben.example", []),
        ("@ann myself, @stranger, @", []),
        ("@benjamin", []),
    ],
)
def test_a_note_calls_whom_it_names_in_the_team(thread, ann, text, named):
    for name in ("ben", "cleo@shop.example"):
        member(thread, name)
    UserFactory(username="stranger")
    note = notes.write(thread, text, ann)
    assert sorted(note.mentions.values_list("user__username", flat=True)) == named


def test_without_javascript_the_next_words_are_a_note_again(client, thread, ann):
    answer = client.post(f"/inbox/{thread.pk}/notes/", {"text": "Call the supplier"})
    assert answer.url == f"/inbox/{thread.pk}/?write=note#window"
    assert 'id="note-form"' in client.get(answer.url).content.decode()
    assert Note.objects.get().author == ann


@pytest.mark.parametrize("text", [" ", "x" * 4001])
def test_what_cannot_be_kept_is_not_lost(client, thread, ann, text):
    answer = client.post(f"/inbox/{thread.pk}/notes/", {"text": text})
    assert answer.status_code == 409
    assert text.strip() in answer.content.decode()
    assert not Note.objects.exists()


def test_whoever_opens_the_conversation_has_seen_what_called_them(client, thread, ann):
    ben = member(thread, "ben")
    notes.write(thread, "@ann @ben", member(thread, "cleo"))
    client.get(f"/inbox/{thread.pk}/")
    assert [mention.user for mention in Mention.objects.filter(seen_at=None)] == [ben]


def test_an_author_deletes_a_fresh_note_and_a_manager_any(client, thread, ann):
    fresh = NoteFactory(thread=thread, author=ann)
    old = NoteFactory(thread=thread, author=ann, at=timezone.now() - timedelta(hours=1))
    others = NoteFactory(thread=thread)
    answers = [client.post(f"/inbox/notes/{note.pk}/delete/").status_code for note in (fresh, old, others)]
    assert answers == [302, 403, 403]
    client.force_login(member(thread, "boss", Role.ADMIN))
    assert client.post(f"/inbox/notes/{old.pk}/delete/").status_code == 302
    assert list(Note.objects.all()) == [others]
    assert AuditEntry.objects.count() == 2


def test_who_only_looks_writes_no_note(client, thread):
    client.force_login(member(thread, "looker", Role.ANALYST))
    assert client.post(f"/inbox/{thread.pk}/notes/", {"text": "x"}).status_code == 403
