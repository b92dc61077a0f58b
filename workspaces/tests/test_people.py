"""People: how they get in and out, where they work, what they may do there; and whether the program can do its work."""

import io
import json
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
import time_machine
from axes.models import AccessAttempt
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from galantis import health
from galantis.tasks import heartbeat
from inbox.models import Message
from inbox.tests.factories import ThreadFactory
from workspaces import valkey
from workspaces.mail import managers_of
from workspaces.models import AuditEntry, Membership, Role, User, Workspace
from workspaces.tests.factories import MembershipFactory, UserFactory, WorkspaceFactory

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse"
LOGIN = {"username": "alice", "password": PASSWORD}
INBOX, SWITCH, ADMIN = "/inbox/", "/workspaces/", "/admin/"


def beat_of_both() -> None:
    for queue in ("default", "sending"):
        heartbeat(queue)


@pytest.fixture(autouse=True)
def _quick_passwords(settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def alice():
    """Owner of one workspace."""
    return MembershipFactory(user__username="alice").user


@pytest.fixture
def support():
    return UserFactory(username="sam", is_support=True)


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def member(role: Role, **fields) -> User:
    return MembershipFactory(role=role, **fields).user


# In and out -----------------------------------------------------------------------------------------------------------
def test_a_member_logs_in_and_is_in_the_inbox(client, alice):
    answer = client.post(reverse("workspaces:login"), LOGIN, follow=True)
    assert answer.redirect_chain[-1] == (INBOX, 302)
    assert str(Workspace.objects.get()) in answer.content.decode()


def test_support_logs_in_and_is_in_the_admin(client, support):
    answer = client.post(reverse("workspaces:login"), {"username": "sam", "password": PASSWORD}, follow=True)
    assert answer.redirect_chain[-1] == (ADMIN, 302)


def test_somebody_in_no_workspace_is_told_what_to_do(client):
    UserFactory(username="alice")
    answer = client.post(reverse("workspaces:login"), LOGIN, follow=True)
    assert answer.redirect_chain[-1] == (SWITCH, 302)
    assert "You are in no workspace yet" in answer.content.decode()
    assert client.get(ADMIN, follow=True).status_code == 404


def test_after_the_log_in_the_page_asked_for_is_shown(client, alice):
    asked = client.get("/inbox/?selected=1")
    assert client.post(asked.url, LOGIN).url == "/inbox/?selected=1"


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_the_log_in_leads_to_no_other_site(client, alice, elsewhere):
    assert client.post(f"/login/?next={elsewhere}", LOGIN).url == "/"


@pytest.mark.parametrize("wrong", [{"password": "wrong"}, {"username": "nobody"}, {"password": PASSWORD.upper()}])
def test_a_wrong_name_or_password_says_the_same_and_lets_nobody_in(client, alice, wrong):
    answer = client.post(reverse("workspaces:login"), {**LOGIN, **wrong})
    assert answer.status_code == 200
    assert "That user name and password do not belong together" in answer.content.decode()
    assert client.get(INBOX).status_code == 302


def test_a_person_who_was_switched_off_is_out_at_the_next_request(alice):
    client = browser(alice)
    assert client.get(INBOX).status_code == 200
    User.objects.update(is_active=False)
    assert client.get(INBOX).status_code == 302
    assert client.post(reverse("workspaces:login"), LOGIN).status_code == 200


@pytest.fixture
def locked(client, alice, settings):
    """alice's log-in, after the limit of wrong passwords. Returns the last answer."""
    settings.AXES_FAILURE_LIMIT = 3
    answers = [client.post(reverse("workspaces:login"), {**LOGIN, "password": "wrong"}) for _ in range(3)]
    assert [answer.status_code for answer in answers[:2]] == [200, 200]
    return answers[-1]


def test_after_the_limit_the_log_in_rests_and_says_how_long(client, locked):
    for answer in (locked, client.post(reverse("workspaces:login"), LOGIN)):  # The right password too.
        assert answer.status_code == 429
        assert "rests for 15 minutes" in answer.content.decode()
    assert client.get(INBOX).status_code == 302


def test_another_person_at_the_same_address_is_not_locked_out(client, locked):
    MembershipFactory(user__username="bob")
    assert client.post(reverse("workspaces:login"), {**LOGIN, "username": "bob"}).status_code == 302


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, "", "127.0.0.1"),
        (0, "203.0.113.7", "127.0.0.1"),  # No proxy of ours: anybody may write the header.
        (1, "203.0.113.7", "203.0.113.7"),
        (1, "198.51.100.66, 203.0.113.7", "203.0.113.7"),  # The first was written by the person.
        (2, "198.51.100.66, 203.0.113.7, 192.0.2.1", "203.0.113.7"),
        (2, "203.0.113.7", "127.0.0.1"),
    ],
)
def test_a_wrong_password_counts_for_the_address_that_cannot_be_made_up(
    client, alice, settings, proxies, forwarded, address
):
    settings.PROXY_COUNT = proxies
    client.post(reverse("workspaces:login"), {**LOGIN, "password": "wrong"}, HTTP_X_FORWARDED_FOR=forwarded)
    assert AccessAttempt.objects.get().ip_address == address


def test_after_the_rest_the_right_password_counts_again(client, locked):
    with time_machine.travel(timezone.now() + timedelta(minutes=16)):
        assert client.post(reverse("workspaces:login"), LOGIN).status_code == 302


def test_who_logs_out_is_out(alice):
    client = browser(alice)
    assert client.get("/logout/").status_code == 405  # A link or a picture must not log anybody out.
    assert client.post("/logout/", follow=True).redirect_chain[-1] == ("/login/", 302)
    assert urlsplit(client.get(INBOX).url).path == "/login/"
    assert urlsplit(client.get(ADMIN).url).path == "/admin/login/"


# Where ----------------------------------------------------------------------------------------------------------------
def test_the_switcher_offers_a_member_their_own_workspaces_only(alice):
    second = MembershipFactory(user=alice).workspace
    stranger = WorkspaceFactory()
    page = browser(alice).get(SWITCH).content.decode()
    assert second.name in page and stranger.name not in page
    assert "All workspaces" not in page


def test_a_member_works_where_they_switched_to(alice):
    first, second = Workspace.objects.get(), MembershipFactory(user=alice).workspace
    here, there = (ThreadFactory(workspace=each, number__account__workspace=each) for each in (first, second))
    client = browser(alice)
    assert client.get(f"/inbox/{here.pk}/").status_code == 200
    assert client.get(f"/inbox/{there.pk}/").status_code == 404
    assert client.post(SWITCH, {"workspace": second.pk}).url == "/"
    assert client.get(f"/inbox/{here.pk}/").status_code == 404
    assert client.get(f"/inbox/{there.pk}/").status_code == 200


@pytest.mark.parametrize("wanted", ["{stranger}", "all", "", "0", "-1", "x", "９", "9999999999999999999999"])
def test_a_workspace_that_is_not_theirs_is_not_found(alice, wanted):
    client = browser(alice)
    assert client.post(SWITCH, {"workspace": wanted.format(stranger=WorkspaceFactory().pk)}).status_code == 404
    assert client.get(INBOX).wsgi_request.workspace == Workspace.objects.get(membership__user=alice)


def test_a_membership_taken_away_takes_effect_at_the_next_request(alice):
    thread = ThreadFactory(number__account__workspace=Workspace.objects.get())
    client = browser(alice)
    client.post(SWITCH, {"workspace": thread.workspace_id})
    assert client.get(f"/inbox/{thread.pk}/").status_code == 200
    Membership.objects.all().delete()
    assert client.get(f"/inbox/{thread.pk}/").url == SWITCH
    assert client.post(SWITCH, {"workspace": thread.workspace_id}).status_code == 404
    assert client.get(reverse("admin:inbox_thread_change", args=[thread.pk]), follow=True).status_code == 404


def test_support_enters_any_workspace_and_leaves_it_again(support):
    mine, other = WorkspaceFactory(), WorkspaceFactory()
    client = browser(support)
    assert all(each.name in client.get(SWITCH).content.decode() for each in (mine, other))
    client.post(SWITCH, {"workspace": other.pk})
    assert client.get(INBOX).wsgi_request.workspace == other
    assert client.post(SWITCH, {"workspace": "all"}).url == ADMIN
    assert client.get(INBOX).url == SWITCH


def test_support_that_is_no_longer_support_is_out_at_the_next_request(support):
    client = browser(support)
    client.post(SWITCH, {"workspace": WorkspaceFactory().pk})
    assert client.get(INBOX).status_code == 200
    User.objects.update(is_support=False)
    assert client.get(INBOX).url == SWITCH


# What they may do -----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("role", Role)
def test_owners_and_admins_connect_whatsapp(role):
    answer = browser(member(role)).post(reverse("meta_integration:start"))
    assert answer.status_code == (302 if role in (Role.OWNER, Role.ADMIN) else 403)


@pytest.mark.parametrize("role", Role)
def test_all_but_analysts_answer_customers(role):
    thread = ThreadFactory()
    answer = browser(member(role, workspace=thread.workspace)).post(f"/inbox/{thread.pk}/", {"text": "Hello"})
    assert answer.status_code == (403 if role == Role.ANALYST else 302)
    assert Message.objects.count() == (0 if role == Role.ANALYST else 1)


def test_support_reads_and_does_not_answer_or_connect(support):
    thread = ThreadFactory(unread_count=3)
    client = browser(support)
    client.post(SWITCH, {"workspace": thread.workspace_id})
    assert client.get(f"/inbox/{thread.pk}/").status_code == 200
    assert client.post(f"/inbox/{thread.pk}/", {"text": "Hello"}).status_code == 403
    assert client.post(reverse("meta_integration:start")).status_code == 403
    thread.refresh_from_db()
    assert thread.unread_count == 3


def test_a_role_taken_away_takes_effect_at_the_next_request(alice):
    client = browser(alice)
    assert client.post(reverse("meta_integration:start")).status_code == 302
    Membership.objects.update(role=Role.AGENT)
    assert client.post(reverse("meta_integration:start")).status_code == 403


def test_an_owner_changes_a_role_and_it_is_written_down(alice):
    workspace = Workspace.objects.get()
    bob = MembershipFactory(workspace=workspace, role=Role.AGENT)
    browser(alice).post(reverse("admin:workspaces_membership_change", args=[bob.pk]), {"role": Role.ANALYST})
    bob.refresh_from_db()
    assert bob.role == Role.ANALYST
    entry = AuditEntry.objects.get()
    assert (entry.workspace, entry.actor, entry.target, entry.detail) == (
        workspace,
        alice,
        bob.user.username,
        {"role": "analyst"},
    )


@pytest.mark.parametrize("role", Role)
def test_nobody_changes_their_own_role(role):
    mine = MembershipFactory(role=role)
    other = Role.AGENT if role != Role.AGENT else Role.OWNER
    answer = browser(mine.user).post(reverse("admin:workspaces_membership_change", args=[mine.pk]), {"role": other})
    assert answer.status_code == 403
    mine.refresh_from_db()
    assert mine.role == role


# The demo -------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("demo", "password"), [(False, "known"), (True, "")])
def test_people_with_a_known_password_are_made_in_a_demo_only(settings, demo, password):
    settings.DEMO, settings.DEMO_PASSWORD = demo, password
    with pytest.raises(CommandError, match="DEMO"):
        call_command("seed_demo")
    assert not User.objects.exists()


def test_the_demo_is_seeded_twice_as_once(client, settings):
    settings.DEMO, settings.DEMO_PASSWORD = True, "known"
    for _ in range(2):
        call_command("seed_demo")
        counts = [model.objects.count() for model in (Workspace, User, Membership)]
        assert counts == [2, 4, 3]
    for username in ("merchant", "agent", "second-merchant", "support"):
        assert client.post(reverse("workspaces:login"), {"username": username, "password": "known"}).status_code == 302
        client.logout()
    shop = Workspace.objects.get(slug="example-shop")
    assert managers_of(shop) == ["merchant@example.com"], "so that the demo shows its e-mails too"


def test_the_demo_tells_its_log_ins_and_nothing_else_does(settings):
    settings.DEMO, settings.DEMO_PASSWORD, out = True, "known", io.StringIO()
    call_command("demo_logins", stdout=out)
    assert all(name in out.getvalue() for name in ("merchant", "agent", "second-merchant", "support", "known"))
    settings.DEMO = False
    with pytest.raises(CommandError):
        call_command("demo_logins")


# Health ---------------------------------------------------------------------------------------------------------------
def readyz(client) -> tuple[int, dict]:
    answer = client.get("/readyz")
    return answer.status_code, json.loads(answer.content)


def test_healthz_asks_nobody(client, settings, no_valkey, django_assert_num_queries):
    settings.SECURE_SSL_REDIRECT = True
    with django_assert_num_queries(0):
        assert client.get("/healthz", HTTP_HOST="10.0.0.7").content == b"ok\n"  # A probe knows no name.


def test_readyz_is_200_when_all_is_there(client):
    beat_of_both()
    assert readyz(client) == (
        200,
        {"ready": True, "database": "ok", "valkey": "ok", "worker": "ok", "sender": "ok", "migrations": "ok"},
    )


@pytest.mark.parametrize(
    ("heard", "silent", "queue"), [("default", "sender", "sending"), ("sending", "worker", "default")]
)
def test_readyz_names_the_kind_of_worker_that_is_silent(client, heard, silent, queue):
    heartbeat(heard)
    assert 0 < valkey.client().ttl(health._heartbeat_key(heard)) <= health.HEARTBEAT_IS_OLD_AFTER
    status, answer = readyz(client)
    assert (status, answer["ready"]) == (503, False)
    assert f"“{queue}”" in answer.pop(silent)
    assert {value for name, value in answer.items() if name != "ready"} == {"ok"}


def test_readyz_names_a_valkey_that_is_down(client, no_valkey):
    status, answer = readyz(client)
    assert (status, answer["valkey"]) == (503, "no answer from Valkey")
    assert answer["worker"] == "not known: no answer from Valkey"
    assert answer["database"] == "ok"


def test_readyz_names_a_database_that_is_down(client):
    beat_of_both()
    with connection.execute_wrapper(_gone):
        status, answer = readyz(client)
    assert (status, answer["database"]) == (503, "no answer from PostgreSQL")
    assert answer["migrations"] == "not asked: no database"


def _gone(execute, sql, params, many, context):
    raise DatabaseError("server closed the connection")


def test_readyz_names_migrations_that_wait(client):
    beat_of_both()
    MigrationRecorder.Migration.objects.filter(app="inbox").order_by("-pk").first().delete()
    status, answer = readyz(client)
    assert (status, answer["migrations"]) == (503, "1 not applied: run manage.py migrate")
