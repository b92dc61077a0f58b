"""Shopify's door: what a connected shop has signed is kept, whatever it says; what is not leaves no trace."""

import base64

import pytest
from django.db import connection
from django.test import Client

from catalog import shopify_door
from catalog.models import ShopifyDelivery, ShopifyShop
from catalog.services import shopify
from catalog.tests.factories import SECRET, ShopifyShopFactory
from catalog.tests.shopify_posts import payload, post
from meta_integration.sealed import seal

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _known_anew():
    shopify_door._noted["at"] = 0.0


@pytest.fixture
def shop():
    return ShopifyShopFactory()


def test_what_is_signed_is_kept_byte_for_byte(shop):
    body = b'{"id": 1,   "odd": "\\u0000"}'
    assert post(shop, "products/update", body, at="2026-01-10T14:00:06.123456789Z").status_code == 200
    row = ShopifyDelivery.objects.get()
    assert (bytes(row.body), row.topic, row.state) == (body, "products/update", "received")
    assert row.workspace == shop.workspace and row.triggered_at.microsecond == 123456
    assert row.webhook_id.startswith("b54557e4")


@pytest.mark.parametrize("signature", [None, "x", "é" * 44, base64.b64encode(b"0" * 32).decode(), "=" * 44])
def test_missing_or_malformed_signature_leaves_no_trace(shop, signature):
    assert post(shop, "products/update", "update", Hmac_Sha256=signature).status_code == 401
    assert not ShopifyDelivery.objects.exists()


def test_signed_with_another_secret_leaves_no_trace_but_is_told(shop):
    assert shopify_door.last_refused(shop) is None
    assert post(shop, "products/update", "update", secret="another").status_code == 401
    assert not ShopifyDelivery.objects.exists()
    assert shopify_door.last_refused(shop)


def test_one_shop_cannot_sign_for_another(shop):
    other = ShopifyShopFactory(secret=None)
    ShopifyShop.objects.filter(pk=other.pk).update(secret=seal("another secret", other.workspace_id))
    assert post(other, "products/update", "update").status_code == 401
    assert not ShopifyDelivery.objects.exists()


@pytest.mark.parametrize("domain", [None, "unknown.myshopify.com", "shop.example", "a\x00b.myshopify.com", "x" * 9000])
def test_an_unknown_shop_leaves_no_trace(shop, domain):
    assert post(shop, "products/update", "update", Shop_Domain=domain).status_code == 401
    assert not ShopifyDelivery.objects.exists()


@pytest.mark.parametrize("secret", [None, ""])
def test_an_empty_secret_signs_nothing(shop, secret):
    ShopifyShop.objects.update(secret=None if secret is None else seal(secret, shop.workspace_id))
    assert post(shop, "products/update", "update", secret="").status_code == 401
    assert post(shop, "products/update", "update", Hmac_Sha256="").status_code == 401
    assert not ShopifyDelivery.objects.exists()


def test_the_shops_address_counts_in_any_case(shop):
    assert post(shop, "products/update", "update", Shop_Domain=shop.shop_domain.upper()).status_code == 200


def test_the_same_twice_is_one_row_and_another_removal_is_another(shop):
    for _ in range(3):
        assert post(shop, "products/update", "update").status_code == 200
    assert ShopifyDelivery.objects.count() == 1
    for at in ("2026-01-10T14:00:00Z", "2026-01-10T14:00:00Z", "2026-01-11T14:00:00Z"):
        assert post(shop, "products/delete", "delete", at=at).status_code == 200
    assert ShopifyDelivery.objects.count() == 3


@pytest.mark.parametrize("body", [b"{broken", b"", b"\xff\xfe\x00", b"[" * 100_000, b"null", b'"x"', b"[]", b"{}"])
@pytest.mark.parametrize("topic", ["products/update", "products/delete", "orders/create", None, "x" * 300, "a\x00b"])
def test_nothing_fails_because_of_its_content(shop, body, topic):
    assert post(shop, topic, body, at="no time at all").status_code == 200
    assert shopify.process_due() == 1
    row = ShopifyDelivery.objects.get()
    known = topic in ("products/update", "products/delete")
    assert row.state == ("failed" if known else "done") and bool(row.error) == known and row.attempts == 1


@pytest.mark.parametrize("at", ["", "9999-99-99", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", "\x00"])
def test_an_odd_time_is_none(shop, at):
    assert post(shop, "products/delete", "delete", at=at).status_code == 200
    assert shopify.process_due() == 1
    assert ShopifyDelivery.objects.get().state == "done"


def test_three_megabytes_are_taken_and_more_than_the_limit_is_not(shop, settings):
    assert post(shop, "products/update", payload("update", padding="x" * 3_000_000)).status_code == 200
    too_much = b"x" * (settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)
    assert post(shop, "products/update", too_much).status_code == 413
    assert ShopifyDelivery.objects.count() == 1


@pytest.mark.parametrize("method", ["get", "put", "delete", "patch"])
def test_other_methods_are_refused(method):
    assert getattr(Client(), method)("/webhooks/shopify/").status_code == 405


def test_a_lost_wakeup_does_not_cost_the_delivery(shop, no_valkey):
    assert post(shop, "products/update", "update").status_code == 200
    assert post(shop, "products/update", "update", secret="another").status_code == 401
    assert ShopifyDelivery.objects.get().state == "received"


@pytest.mark.parametrize("table", ["catalog_shopifydelivery", "catalog_shopifyshop"])
def test_a_store_that_cannot_take_the_row_answers_503(shop, table):
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} RENAME TO away")
    assert post(shop, "products/update", "update").status_code == 503


def test_a_secret_that_our_keys_no_longer_open_answers_503(shop):
    ShopifyShop.objects.update(secret=seal(SECRET, shop.workspace_id + 1))
    assert post(shop, "products/update", "update").status_code == 503


def test_it_takes_one_look_up_and_one_insert(shop, django_assert_num_queries):
    post(shop, "products/update", "update")
    with django_assert_num_queries(2):
        post(shop, "products/create", "create")


def test_the_token_of_forms_and_the_session_are_not_asked_for(shop):
    assert not post(shop, "products/update", "update").cookies
