"""What is kept of the calls to Meta, and that keeping it costs no call."""

import json
import threading
from datetime import timedelta

import pytest
import requests
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from meta_integration import tasks
from meta_integration.graph.calls import path_template
from meta_integration.graph.errors import GraphError
from meta_integration.models import GraphCall
from meta_integration.services import calls
from meta_integration.services.clients import app_client, graph_client_for, graph_client_with
from meta_integration.tests.factories import GraphCallFactory, WABAFactory
from workspaces.tests.factories import MembershipFactory, UserFactory, WorkspaceFactory

pytestmark = pytest.mark.django_db
ROOT = "https://graph.facebook.com/v23.0"
NUMBER_ID = "200000000000001"
TEXT = {"to": "+15550100001", "type": "text", "text": {"body": "Secret words"}}
ACCEPTED = {"messages": [{"id": "wamid.1"}]}
REFUSED = {"error": {"code": 131047, "error_subcode": 7, "fbtrace_id": "Trace1", "message": "Words of +15550100001"}}


@pytest.fixture
def account():
    return WABAFactory()


@pytest.fixture
def keep_all(settings):
    settings.GRAPH_CALL_SAMPLE = 1


def send(client):
    return client.send_message(NUMBER_ID, TEXT)


def test_a_refused_call_is_kept_with_all_that_support_needs(graph, account, settings):
    settings.GRAPH_CALL_SAMPLE = 0
    graph.post(f"{ROOT}/{NUMBER_ID}/messages", status=400, json=REFUSED)
    with pytest.raises(GraphError):
        send(graph_client_for(account))
    call = GraphCall.objects.get()
    assert (call.workspace, call.account, call.outcome) == (account.workspace, account, GraphCall.Outcome.REFUSED)
    assert (call.method, call.path, call.http_status) == ("POST", "{phone_number_id}/messages", 400)
    assert (call.code, call.subcode, call.error_class, call.fbtrace_id) == (131047, 7, "window_closed", "Trace1")


@pytest.mark.parametrize(
    ("answer", "outcome", "status"),
    [
        ({"body": requests.ReadTimeout("secret")}, "no_answer", None),
        ({"status": 502, "body": "<html>"}, "no_answer", 502),
        ({"body": requests.ConnectTimeout("secret")}, "not_reached", None),
    ],
)
def test_a_call_without_an_answer_is_kept(graph, account, answer, outcome, status):
    graph.post(f"{ROOT}/{NUMBER_ID}/messages", **answer)
    with pytest.raises(GraphError):
        send(graph_client_for(account))
    assert GraphCall.objects.values_list("outcome", "http_status").get() == (outcome, status)


@pytest.mark.parametrize(("slow_ms", "sample", "kept"), [(3000, 0, []), (3000, 1, ["done"]), (0, 0, ["slow"])])
def test_of_what_went_well_the_slow_and_a_sample_are_kept(graph, account, settings, slow_ms, sample, kept):
    settings.GRAPH_SLOW_MS, settings.GRAPH_CALL_SAMPLE = slow_ms, sample
    graph.post(f"{ROOT}/{NUMBER_ID}/messages", json=ACCEPTED)
    assert send(graph_client_for(account)) == "wamid.1"
    assert list(GraphCall.objects.values_list("outcome", flat=True)) == kept


def test_a_fast_call_that_is_not_in_the_sample_asks_the_database_nothing(graph, account, settings):
    settings.GRAPH_CALL_SAMPLE = 0
    graph.post(f"{ROOT}/{NUMBER_ID}/messages", json=ACCEPTED)
    client = graph_client_for(account)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        send(client)
    assert len(queries) == 0


def test_no_words_numbers_or_secrets_are_kept(graph, account, keep_all):
    graph.post(f"{ROOT}/{NUMBER_ID}/messages", status=400, json=REFUSED)
    graph.post(f"{ROOT}/oauth/access_token", json={"access_token": "x"})
    graph.get(f"{ROOT}/debug_token", json={"data": {}})
    with pytest.raises(GraphError):
        send(graph_client_for(account))
    app_client().exchange_code("1", "the-app-secret", "the-code", "https://example.com/back")
    app_client().debug_token("EAAsecret")
    with connection.cursor() as cursor:
        cursor.execute("SELECT t::text FROM meta_integration_graphcall t")
        rows = str(cursor.fetchall())
    assert all(path in rows for path in ("oauth/access_token", "debug_token", "{phone_number_id}/messages"))
    assert not [each for each in ("1555", "words", "Words", "secret", "the-code", NUMBER_ID, "EAA") if each in rows]


@pytest.mark.parametrize(
    ("path", "template"),
    [
        ("200000000000001/messages", "{phone_number_id}/messages"),
        ("100000000000001/phone_numbers", "{waba_id}/phone_numbers"),
        ("100000000000001", "{id}"),
        ("300/items_batch", "{catalog_id}/items_batch"),
        ("900/something_new", "{id}/something_new"),
        ("upload:MTphdHRhY2htZW50Og==?sig=ARZ", "{id}"),
        ("oauth/access_token", "oauth/access_token"),
        ("debug_token", "debug_token"),
        ("1/a/2", "{id}/a/{id}"),
    ],
)
def test_a_path_is_kept_without_its_ids(path, template):
    assert path_template(path) == template


def test_a_log_in_under_way_is_its_workspaces(graph, keep_all):
    workspace = WorkspaceFactory()
    graph.get(f"{ROOT}/101", json={"id": "101"})
    graph_client_with("EAAnew", workspace=workspace).waba("101")
    app_client(workspace)
    assert GraphCall.objects.values_list("workspace", "account", "path").get() == (workspace.pk, None, "{id}")


def test_a_row_that_cannot_be_written_fails_neither_the_call_nor_the_transaction(graph, account, keep_all, caplog):
    graph.post(f"{ROOT}/{NUMBER_ID}/messages", json=ACCEPTED)
    client = graph_client_for(account)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE meta_integration_graphcall RENAME TO gone")
    assert send(client) == "wamid.1"
    buffer = calls.CallBuffer()
    assert send(graph_client_for(account, recorder=buffer)) == "wamid.1"
    assert buffer.flush() == 0
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE gone RENAME TO meta_integration_graphcall")
    assert "could not be recorded" in caplog.text
    assert account._meta.model.objects.filter(pk=account.pk).exists()


def test_a_buffer_takes_calls_from_any_thread_and_writes_them_in_one_statement(graph, account, keep_all):
    graph.post(f"{ROOT}/{NUMBER_ID}/messages", json=ACCEPTED)
    buffer = calls.CallBuffer()
    client = graph_client_for(account, recorder=buffer)
    threads = [threading.Thread(target=send, args=[client]) for _ in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert not GraphCall.objects.exists()
    with CaptureQueriesContext(connection) as queries:
        assert buffer.flush() == 8
    assert len([each for each in queries if "INSERT" in each["sql"]]) == 1
    assert buffer.flush() == 0
    assert set(GraphCall.objects.values_list("account", "outcome")) == {(account.pk, "done")}


def test_a_buffer_that_nobody_flushes_does_not_grow(graph, account, keep_all):
    graph.post(f"{ROOT}/{NUMBER_ID}/messages", json=ACCEPTED)
    buffer = calls.CallBuffer()
    client = graph_client_for(account, recorder=buffer)
    for _ in range(1005):
        send(client)
    assert buffer.flush() == 1000


def test_old_calls_are_deleted_in_slices(settings):
    settings.GRAPH_CALL_RETENTION_DAYS = 14
    old = timezone.now() - timedelta(days=15)
    account = WABAFactory()
    GraphCallFactory.create_batch(5, account=account, at=old)
    kept = GraphCallFactory(account=account)
    assert calls.trim(slice_size=2) == 5
    assert GraphCall.objects.get() == kept
    assert tasks.trim_graph_calls() == 0


# The list -------------------------------------------------------------------------------------------------------------
def url(**query):
    return reverse("admin:meta_integration_graphcall_changelist", query=query)


def test_the_list_asks_as_many_questions_for_one_call_as_for_fifty(client, account):
    client.force_login(UserFactory(is_support=True))
    GraphCallFactory(account=account)
    client.get(url())
    with CaptureQueriesContext(connection) as one:
        client.get(url())
    for _ in range(49):
        GraphCallFactory()
    with CaptureQueriesContext(connection) as fifty:
        client.get(url())
    assert len(fifty) == len(one)


def test_the_list_is_filtered_by_outcome_code_path_and_account(client, account):
    client.force_login(MembershipFactory(workspace=account.workspace).user)
    refused = GraphCallFactory(account=account)
    done = GraphCallFactory(account=account, code=None, outcome="done", path="{waba_id}/phone_numbers")
    for query, found in (
        ({"code": 131047}, [refused]),
        ({"code": "x"}, []),
        ({"path": done.path}, [done]),
        ({"outcome__exact": "done"}, [done]),
        ({"account": account.pk}, [done, refused]),
        ({"account": "x"}, []),
    ):
        assert list(client.get(url(**query)).context["cl"].result_list) == found, query
    assert {"131047", done.path, str(account)} <= set(offered(client.get(url())))


def offered(response) -> list[str]:
    """What the filters offer."""
    changelist = response.context["cl"]
    return [str(choice["display"]) for spec in changelist.filter_specs for choice in spec.choices(changelist)]


def test_the_filters_offer_nothing_of_another_workspace(client, account):
    client.force_login(MembershipFactory().user)
    GraphCallFactory(account=account, path="{id}/of_another_shop")
    assert not {"131047", "{id}/of_another_shop", str(account)} & set(offered(client.get(url())))


def test_an_empty_list_says_what_will_be_in_it(client):
    client.force_login(MembershipFactory().user)
    assert "those that Meta refused" in client.get(url()).content.decode()


def test_a_call_says_what_happened_and_leads_to_the_error_book(client, account):
    client.force_login(MembershipFactory(workspace=account.workspace).user)
    call = GraphCallFactory(account=account)
    page = client.get(reverse("admin:meta_integration_graphcall_change", args=[call.pk])).content.decode()
    assert "More than 24 hours have passed" in page
    assert "/admin/error-book/#131047" in page
    assert json.dumps("The 24 hours for a free answer are over")[1:-1] in page
