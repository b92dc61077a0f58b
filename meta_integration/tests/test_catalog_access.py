"""The access to catalogs: beside the account's own, given by a log-in or a token, and taken away again."""

from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from meta_integration.models import WABA
from meta_integration.tests.factories import WABAFactory
from meta_integration.tests.login import GRAPH, Meta
from workspaces.models import AuditEntry
from workspaces.tests.factories import MembershipFactory

pytestmark = pytest.mark.django_db
TOKEN = "EAAtokenForCatalogs0123456789"
CATALOGS = [{"id": "501", "name": "Summer"}, {"id": "502", "name": "قائمة"}]


@pytest.fixture
def owner():
    return MembershipFactory()


@pytest.fixture
def account(owner):
    return WABAFactory(workspace=owner.workspace)


@pytest.fixture
def browser(client, owner):
    client.force_login(owner.user)
    return client


@pytest.fixture
def meta(graph):
    return Meta(graph)


def allow(meta, account, *scopes, businesses=None, **facts):
    granular = [{"scope": each} for each in scopes]
    if businesses:
        granular[-1]["target_ids"] = businesses
    meta.token_is([], [], granular_scopes=granular, **facts)
    for owner_id in businesses or [account.waba_id]:
        meta.graph.get(f"{GRAPH}/{owner_id}/product_catalogs", json={"data": CATALOGS})


def paste(browser, account, token=TOKEN):
    answer = browser.post(f"/connection/catalogs/{account.pk}/", {"token": token}, follow=True)
    assert token not in answer.content.decode()
    account.refresh_from_db()
    return answer.content.decode()


def test_a_token_is_kept_sealed_with_its_expiry_and_the_catalogs_of_its_businesses(browser, account, meta):
    allow(meta, account, "catalog_management", "business_management", businesses=["801", "802"], expires_at=1893456000)
    page = paste(browser, account)
    assert account.catalog_token.open(account.workspace_id) == TOKEN
    assert account.catalog_token_expires_at.year == 2030
    assert account.catalogs == CATALOGS, "each once, however many businesses share it"
    assert "Summer" in page and "<bdi>قائمة</bdi>" in page
    assert "Access to 2 catalogs" in browser.get("/admin/meta_integration/waba/").content.decode()


def test_a_token_that_names_no_business_shows_the_catalog_that_is_linked(browser, account, meta):
    allow(meta, account, "catalog_management")
    paste(browser, account)
    assert account.catalogs == CATALOGS


def test_no_catalog_is_no_failure(browser, account, meta):
    allow(meta, account, "catalog_management")
    meta.graph.replace("GET", f"{GRAPH}/{account.waba_id}/product_catalogs", json={"data": []})
    assert "No catalog was found" in paste(browser, account)
    assert account.catalog_token


def test_it_is_given_by_a_log_in_that_asks_for_these_permissions(browser, account, meta, settings):
    settings.META_LOGIN_CONFIG_ID = "example-configuration"
    allow(meta, account, "catalog_management")
    meta.code_is_good()
    away = browser.post(f"/connection/catalogs/{account.pk}/start/")
    query = parse_qs(urlsplit(away.url).query)
    assert query["scope"] == ["catalog_management,business_management"]
    assert "config_id" not in query, "it would ask for the other permissions"
    back = browser.get("/connection/callback/", {"code": "a-code", "state": query["state"][0]})
    assert back.url == f"/connection/catalogs/{account.pk}/"
    account.refresh_from_db()
    assert account.catalog_token
    assert account.state == "connected"


def test_the_accounts_own_access_is_not_touched(browser, account, meta):
    before = account.access_token.ciphertext
    allow(meta, account, "catalog_management")
    paste(browser, account)
    assert account.access_token.ciphertext == before


@pytest.mark.parametrize(
    ("scopes", "facts", "words"),
    [
        (["business_management"], {}, "catalog_management"),
        (["catalog_management"], {"is_valid": False}, "does not work for Galantis"),
        (["catalog_management"], {"app_id": "another"}, "does not work for Galantis"),
    ],
)
def test_a_token_that_will_not_do_changes_nothing(browser, account, meta, scopes, facts, words):
    allow(meta, account, *scopes, **facts)
    assert words in paste(browser, account)
    assert account.catalog_token is None


@pytest.mark.parametrize("path", ["debug_token", "product_catalogs"])
def test_refused_or_unanswered_changes_nothing(browser, account, meta, path):
    allow(meta, account, "catalog_management")
    url = path if path == "debug_token" else f"{account.waba_id}/{path}"
    meta.refuses("GET", url, 200, status=403)
    assert "(code 200)" in paste(browser, account)
    meta.graph.replace("GET", f"{GRAPH}/{url}", body=requests.ReadTimeout())
    assert "Meta did not answer" in paste(browser, account)
    assert account.catalog_token is None


def test_it_can_be_removed_again(browser, account, meta):
    allow(meta, account, "catalog_management")
    paste(browser, account)
    for _ in range(2):
        browser.post(f"/connection/catalogs/{account.pk}/remove/")
    account.refresh_from_db()
    assert (account.catalog_token, account.catalogs) == (None, [])
    actions = list(AuditEntry.objects.order_by("pk").values_list("action", flat=True))
    assert actions == ["gave access to catalogs", "removed the access to catalogs"]


def test_pages_change_nothing_when_they_are_only_opened(browser, account, meta):
    allow(meta, account, "catalog_management")
    paste(browser, account)
    browser.get(f"/connection/catalogs/{account.pk}/remove/")
    assert browser.get(f"/connection/catalogs/{account.pk}/start/").url == f"/connection/catalogs/{account.pk}/"
    assert WABA.objects.get().catalog_token
