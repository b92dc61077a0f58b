"""Connecting with a pasted token: each call it will need says how it went, and the token is never seen again."""

import pytest
import requests
from django.contrib.sessions.models import Session

from meta_integration.models import WABA, ConnectAttempt
from meta_integration.tests.factories import WABAFactory
from meta_integration.tests.login import BOTH, GRAPH, NUMBER, TOKEN, Meta
from workspaces.models import Role
from workspaces.tests.factories import MembershipFactory

pytestmark = pytest.mark.django_db
WABA_ID = "10100"


@pytest.fixture
def owner():
    return MembershipFactory()


@pytest.fixture
def browser(client, owner):
    client.force_login(owner.user)
    return client


@pytest.fixture
def meta(graph):
    """All is well with the token."""
    meta = Meta(graph).all_is_well(wabas=[WABA_ID])
    graph.get(f"{GRAPH}/{WABA_ID}/subscribed_apps", json={"data": []})
    graph.get(f"{GRAPH}/{WABA_ID}/message_templates", json={"data": []})
    return meta


def paste(browser, token=TOKEN, waba_id=WABA_ID):
    answer = browser.post("/connection/token/", {"token": token, "waba_id": waba_id}, follow=True)
    assert token not in answer.content.decode()
    assert token not in repr([row.get_decoded() for row in Session.objects.all()])
    return answer.content.decode()


def states() -> list[str]:
    return [step["state"] for step in ConnectAttempt.objects.latest("pk").found[0]["steps"]]


def test_a_good_token_leads_to_the_numbers_and_connects(browser, meta, owner):
    page = paste(browser)
    assert "All is well" in page
    assert "They do not come to Galantis yet" in page
    assert "It does not expire." in page
    attempt = ConnectAttempt.objects.get()
    assert attempt.access_token.open(owner.workspace.pk) == TOKEN
    browser.post(f"/connection/{attempt.pk}/choose/", {"number": "201", "pin-201": "123456"})
    account = WABA.objects.get()
    assert (account.state, account.scopes) == ("connected", BOTH)
    assert account.access_token.open(owner.workspace.pk) == TOKEN


def test_one_that_is_subscribed_already_is_told_so(browser, meta):
    ours = {"whatsapp_business_api_data": {"id": "900000000000001"}}
    meta.graph.replace("GET", f"{GRAPH}/{WABA_ID}/subscribed_apps", json={"data": [ours]})
    assert "They come to Galantis already" in paste(browser)


@pytest.mark.parametrize("facts", [{"is_valid": False}, {"app_id": "another"}])
def test_a_token_that_is_not_for_us_is_tried_on_nothing_else(browser, meta, facts):
    meta.graph.remove("GET", f"{GRAPH}/debug_token")
    meta.token_is([WABA_ID], BOTH, **facts)
    assert "made for another app" in paste(browser)
    assert states() == ["failed", *["not_tried"] * 5]


def test_missing_permissions_are_named(browser, meta):
    meta.graph.remove("GET", f"{GRAPH}/debug_token")
    meta.token_is([WABA_ID], BOTH[:1])
    assert "whatsapp_business_messaging" in paste(browser)
    assert states() == ["done", "failed", "done", "done", "done", "done"]


@pytest.mark.parametrize(
    ("path", "place"),
    [("", 2), ("/phone_numbers", 3), ("/subscribed_apps", 4), ("/message_templates", 5)],
)
def test_each_call_that_meta_refuses_says_metas_code_and_what_to_do(browser, meta, path, place):
    meta.refuses("GET", f"{WABA_ID}{path}", 10, status=403)
    page = paste(browser)
    assert "code 10" in page
    assert "What to do:" in page
    assert states()[place] == "failed"
    assert states().count("failed") == 1
    assert not WABA.objects.exists()


def test_what_meta_did_not_answer_can_be_tried_again_without_pasting(browser, meta):
    meta.graph.replace("GET", f"{GRAPH}/{WABA_ID}/message_templates", body=requests.ReadTimeout())
    assert "Meta gave no answer" in paste(browser)
    attempt = ConnectAttempt.objects.get()
    assert "not checked to the end" in browser.get(f"/connection/{attempt.pk}/choose/").content.decode()
    meta.graph.replace("GET", f"{GRAPH}/{WABA_ID}/message_templates", json={"data": []})
    assert "All is well" in browser.post(f"/connection/{attempt.pk}/checked/", follow=True).content.decode()


def test_an_account_without_numbers_or_of_another_workspace_is_said(browser, meta):
    WABAFactory(waba_id=WABA_ID, name="Their secret name")
    page = paste(browser)
    assert "another one has it" in page and "Their secret name" not in page
    meta.graph.replace("GET", f"{GRAPH}/{WABA_ID}/phone_numbers", json={"data": []})
    assert "no phone number belongs to it" in paste(browser)


def test_an_id_that_is_no_account_is_said(browser, meta):
    meta.graph.replace("GET", f"{GRAPH}/{WABA_ID}", json={"id": "1", "name": "A page"})
    assert "something else than a WhatsApp Business Account" in paste(browser)


@pytest.mark.parametrize(
    ("token", "waba_id", "words"),
    [
        ("", WABA_ID, "Paste the token"),
        ("two words of twenty letters", WABA_ID, "This is not a token"),
        (TOKEN, "", "Type the id"),
        (TOKEN, "../me", "digits only"),
    ],
)
def test_bad_input_is_named_and_asks_meta_nothing(browser, graph, token, waba_id, words):
    page = browser.post("/connection/token/", {"token": token, "waba_id": waba_id}).content.decode()
    assert words in page
    assert not token or token not in page
    assert not graph.calls


def test_a_failed_token_connects_nothing_even_by_a_made_up_form(browser, meta):
    meta.refuses("GET", f"{WABA_ID}/message_templates", 10)
    paste(browser)
    pk = ConnectAttempt.objects.get().pk
    form = {"waba_id": WABA_ID, "number": NUMBER["id"], f"pin-{NUMBER['id']}": "123456"}
    browser.post(f"/connection/{pk}/choose/", form)
    assert not WABA.objects.exists()


@pytest.mark.parametrize("role", [Role.MARKETER, Role.AGENT, Role.ANALYST])
def test_only_managers_paste_tokens(client, role):
    client.force_login(MembershipFactory(role=role).user)
    assert client.post("/connection/token/", {"token": TOKEN, "waba_id": WABA_ID}).status_code == 403
