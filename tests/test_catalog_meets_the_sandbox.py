"""What we send, the sandbox takes and lists as it was meant: two readings of Meta's pages, made apart, that agree."""

import time
from decimal import Decimal

import pytest
from django.utils import timezone

from catalog import comparing
from catalog.models import Catalog, CatalogBatch, ProductItem
from catalog.services import access, items, polling, pushing
from catalog.tests.factories import CatalogFactory
from catalog.tests.making import products
from catalog.tests.shelf import statuses
from meta_integration.sealed import seal
from meta_integration.tests.factories import WABAFactory
from sandbox.tests.catalogs import EMPTY, SCOPES
from sandbox.tests.conftest import Sandbox
from workspaces.tests.factories import WorkspaceFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def meta(settings):
    sandbox = Sandbox()
    sandbox.control("weather", no_catalog_limits=True)
    settings.GRAPH_BASE_URL = sandbox.base
    settings.META_APP_SECRET = sandbox.settings.app_secret
    yield sandbox
    sandbox.stop()


@pytest.fixture
def catalog(meta, monkeypatch) -> Catalog:
    monkeypatch.setattr(pushing, "BURST_SECONDS", 0)
    workspace = WorkspaceFactory()
    account = WABAFactory(
        workspace=workspace, access_token=seal(meta.token(scopes=SCOPES, scope=",".join(SCOPES)), workspace.pk)
    )
    return CatalogFactory(account=account, catalog_id=EMPTY)


def settled(catalog: Catalog) -> dict[str, int]:
    """Pushed and asked about until nothing is on its way."""
    for _ in range(60):
        Catalog.objects.update(rests_until=None, held_until=None)
        pushing.push(catalog.pk)
        CatalogBatch.objects.filter(state="checking").update(poll_after=timezone.now())
        polling.poll_due()
        found = statuses(catalog.workspace)
        if not found.keys() & {"waiting", "sending", "sent"}:
            break
        time.sleep(0.05)
    return found


def differences(catalog: Catalog) -> list:
    """Of all that Meta lists and all that was taken."""
    client = access.client_of(catalog)
    rows = {each["retailer_id"]: each for page in client.product_pages(EMPTY) for each in page.rows}
    mine = ProductItem.objects.filter(is_at_meta=True).exclude(accepted_hash="")
    found = [(item.retailer_id, comparing.differences(item, rows.pop(item.retailer_id))) for item in mine]
    return [each for each in found if each[1]] + list(rows)


@pytest.mark.parametrize("count", [1, 5])
@pytest.mark.parametrize(("currency", "price"), [("USD", "1234.56"), ("JPY", "1250"), ("KWD", "12.345")])
def test_what_is_sent_is_listed_as_it_was_meant(catalog, count, currency, price):
    values = {"currency": currency, "price": Decimal(price), "sale_price": Decimal("1"), "attributes": {"color": "red"}}
    products(catalog.workspace, count, **values)
    assert settled(catalog) == {"accepted": count} and differences(catalog) == []
    assert not ProductItem.objects.exclude(warnings=[]).exists()
    products(catalog.workspace, count, title="Changed", sale_price=None, currency=currency, price=Decimal(price))
    assert settled(catalog) == {"accepted": count} and differences(catalog) == []
    items.remove(ProductItem.objects.all(), None)
    assert settled(catalog) == {"absent": count} and differences(catalog) == []


def test_what_the_sandbox_cannot_read_is_refused_with_its_words_and_taken_when_it_can(catalog, meta):
    products(catalog.workspace, 3)
    meta.control("weather", pictures_unread=True)
    assert settled(catalog) == {"refused": 3}
    assert "picture" in ProductItem.objects.first().refusal["todo"]
    meta.control("weather", pictures_unread=False)
    items.resend(ProductItem.objects.all(), None)
    assert settled(catalog) == {"accepted": 3} and differences(catalog) == []


@pytest.mark.parametrize(
    "weather", ["batch_lost", "batch_no_handle", "batch_502_after", "batch_limited", "batch_all_refused", "batch_fails"]
)
def test_whatever_the_weather_each_product_ends_with_its_true_state(catalog, meta, weather, monkeypatch):
    monkeypatch.setattr(polling, "NEW", polling.FIRST_PAUSE * 0)
    products(catalog.workspace, 4)
    meta.control("weather", **{weather: True})
    pushing.push(catalog.pk)
    meta.control("weather", **{weather: False})
    refused = weather in ("batch_all_refused", "batch_fails")
    assert settled(catalog) == ({"refused": 4} if refused else {"accepted": 4})
    assert differences(catalog) == []
    if refused:
        assert "weather" in ProductItem.objects.first().refusal["said"]
        items.resend(ProductItem.objects.all(), None)
        assert settled(catalog) == {"accepted": 4}
