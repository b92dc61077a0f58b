"""Connecting a shop at Shopify, seeing what came, and letting it go again."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from catalog import shopify_door
from catalog.models import ProductItem, ShopifyDelivery, ShopifyProduct, ShopifyShop
from catalog.services import shopify
from catalog.tests.factories import SECRET, ShopifyDeliveryFactory, ShopifyShopFactory
from catalog.tests.shopify_posts import payload, post
from workspaces.models import AuditEntry, Role
from workspaces.tests.factories import MembershipFactory, WorkspaceFactory

pytestmark = pytest.mark.django_db
PAGE, STATUS = reverse("catalog:shopify"), reverse("catalog:shopify_status")
REPLAY, DISCONNECT = reverse("catalog:shopify_replay"), reverse("catalog:shopify_disconnect")
GIVEN = {
    "shop_domain": "https://Example-Shop.myshopify.com/",
    "secret": f" {SECRET} ",
    "currency": "usd",
    "public_domain": "https://shop.example/",
    "number_is": "variant_id",
}


@pytest.fixture
def workspace():
    return WorkspaceFactory()


@pytest.fixture
def browser(client, workspace):
    client.force_login(MembershipFactory(workspace=workspace, role=Role.OWNER).user)
    return client


def text(response) -> str:
    return response.content.decode()


def test_a_shop_is_connected_and_its_secret_is_never_shown(browser, workspace):
    assert "Connect your shop" in text(browser.get(PAGE))
    assert browser.post(PAGE, GIVEN).url == PAGE
    shop = ShopifyShop.objects.get()
    assert (shop.workspace, shop.shop_domain) == (workspace, "example-shop.myshopify.com")
    assert (shop.currency, shop.public_domain) == ("USD", "shop.example")
    assert shop.secret.open(workspace.pk) == SECRET
    page = text(browser.get(PAGE))
    assert "Waiting for the first message" in page and "http://127.0.0.1:8000/webhooks/shopify/" in page
    assert SECRET not in page and "every 2s" in page
    assert post(shop, "products/create", "create").status_code == 200
    assert not any(SECRET in str(entry.detail) for entry in AuditEntry.objects.all())


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ("my-shop", "my-shop.myshopify.com"),
        ("https://admin.shopify.com/store/my-shop/products", "my-shop.myshopify.com"),
        ("My-Shop.myshopify.com.", "my-shop.myshopify.com"),
    ],
)
def test_the_address_is_understood_as_people_paste_it(browser, given, found):
    browser.post(PAGE, {**GIVEN, "shop_domain": given})
    assert ShopifyShop.objects.get().shop_domain == found


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"shop_domain": ""}, "Type your shop"),
        ({"shop_domain": "shop.example"}, "does not end in .myshopify.com"),
        ({"shop_domain": "evil.example/x.myshopify.com"}, "does not end in .myshopify.com"),
        ({"shop_domain": "http://[x"}, "does not end in .myshopify.com"),
        ({"secret": ""}, "Paste the secret"),
        ({"secret": "short"}, "one long word"),
        ({"secret": "two words that are long"}, "one long word"),
        ({"currency": "EURO"}, "Three letters"),
        ({"currency": "XXX"}, "not a currency"),
        ({"public_domain": "not an address"}, "not the address of a shop"),
        ({"number_is": "else"}, "valid choice"),
    ],
)
def test_what_cannot_be_is_said_at_its_field(browser, values, words):
    response = browser.post(PAGE, {**GIVEN, **values})
    assert response.status_code == 400 and words in text(response)
    assert SECRET not in text(response) and not ShopifyShop.objects.exists()


def test_a_shop_that_another_workspace_has_is_not_said_to_be_whose(browser):
    other = ShopifyShopFactory(shop_domain="example-shop.myshopify.com", workspace__name="Somebody else")
    response = browser.post(PAGE, GIVEN)
    assert "connected in Galantis already" in text(response) and "Somebody" not in text(response)
    assert ShopifyShop.objects.get() == other


def test_other_settings_read_what_came_anew_and_an_empty_secret_stays(browser, workspace):
    shop = ShopifyShopFactory(workspace=workspace)
    post(shop, "products/create", "create")
    shopify.process_due()
    browser.post(PAGE, {"currency": "EUR", "public_domain": "shop.example", "number_is": "variant_id", "secret": ""})
    shopify.process_due()
    item = ProductItem.objects.order_by("pk").first()
    assert item.currency == "EUR" and item.link.startswith("https://shop.example/products/")
    assert post(shop, "products/update", "update").status_code == 200
    new = "another-example-secret"
    browser.post(PAGE, {"currency": "EUR", "public_domain": "shop.example", "number_is": "variant_id", "secret": new})
    assert post(shop, "products/delete", "delete").status_code == 401
    assert post(shop, "products/delete", "delete", secret=new).status_code == 200


def test_what_came_is_told_in_words_and_what_failed_can_be_taken_again(browser, workspace):
    shop = ShopifyShopFactory(workspace=workspace)
    post(shop, "products/create", "create")
    post(shop, "orders/create", {"id": 1})
    post(shop, "products/update", b"<xml/>")
    shopify.process_due()
    page = text(browser.get(PAGE))
    assert "3 products added" in page and "A kind that Galantis does not use" in page and "It is not JSON" in page
    assert "3 products of your catalog come from there" in page and "every 2s" not in page
    failed = ShopifyDelivery.objects.get(state="failed")
    for chosen in (failed.pk, "failed"):
        ShopifyDelivery.objects.filter(pk=failed.pk).update(state="failed")
        assert browser.post(REPLAY, {"delivery": chosen}).url == PAGE
        assert ShopifyDelivery.objects.get(pk=failed.pk).state == "received"
    for odd in ("", "x", "9" * 40, "-1", "٣"):
        assert browser.post(REPLAY, {"delivery": odd}).url == PAGE
    assert browser.get(REPLAY).status_code == 405


def test_the_page_is_as_many_queries_however_much_came(browser, workspace, django_assert_max_num_queries):
    shop = ShopifyShopFactory(workspace=workspace)
    ShopifyDeliveryFactory.create_batch(30, shop=shop)
    browser.get(STATUS)
    with django_assert_max_num_queries(12):
        browser.get(STATUS)


def test_why_nothing_comes_is_said(browser, workspace):
    shop = ShopifyShopFactory(workspace=workspace)
    shopify_door._noted["at"] = 0.0
    post(shop, "products/create", "create", secret="wrong")
    assert "does not fit your secret" in text(browser.get(PAGE))
    now = timezone.now()
    ShopifyShop.objects.update(heard_at=now + timedelta(seconds=1))
    assert "does not fit your secret" not in text(browser.get(PAGE))
    ShopifyShop.objects.update(heard_at=now - timedelta(days=8), uninstalled_at=now)
    page = text(browser.get(PAGE))
    assert "more than a week" in page and "was taken out of the shop" in page


def test_disconnecting_keeps_the_products_and_forgets_the_rest(browser, workspace):
    shop = ShopifyShopFactory(workspace=workspace)
    post(shop, "products/create", "create")
    shopify.process_due()
    assert "3 products that came from there stay" in text(browser.get(DISCONNECT))
    assert browser.post(DISCONNECT).url == PAGE
    assert ProductItem.objects.filter(wanted="listed").count() == 3
    assert not ShopifyShop.objects.exists() and not ShopifyDelivery.objects.exists()
    assert not ShopifyProduct.objects.exists()
    assert post(shop, "products/update", "update").status_code == 401
    assert browser.get(DISCONNECT).url == PAGE and browser.get(STATUS).status_code == 204
    assert AuditEntry.objects.filter(action__contains="Shopify").count() == 1


@pytest.mark.parametrize(
    ("role", "manages", "replays"), [(Role.ADMIN, 1, 1), (Role.MARKETER, 0, 1), (Role.AGENT, 0, 0)]
)
def test_who_may_do_what(client, workspace, role, manages, replays):
    client.force_login(MembershipFactory(workspace=workspace, role=role).user)
    page = text(client.get(PAGE))
    assert ("Connect your shop" in page) == bool(manages)
    assert client.post(PAGE, GIVEN).status_code == (302 if manages else 403)
    if not manages:
        ShopifyShopFactory(workspace=workspace)
    ShopifyDeliveryFactory(shop=ShopifyShop.objects.get(), state="failed", error="x")
    page = text(client.get(PAGE))
    assert ("Take over again" in page) == bool(replays) and ("How products are read" in page) == bool(manages)
    assert client.post(REPLAY, {"delivery": "failed"}).status_code == (302 if replays else 403)
    assert client.get(DISCONNECT).status_code == (200 if manages else 403)
    assert client.post(DISCONNECT).status_code == (302 if manages else 403)


@pytest.mark.parametrize("odd", [None, [], "x", 7, {"new": "x"}, {"new": None, "x": []}, {"is_old": 0}])
def test_an_outcome_of_unknown_shape_is_no_error(browser, workspace, odd):
    ShopifyDeliveryFactory(shop__workspace=workspace, state="done", outcome=odd)
    assert browser.get(PAGE).status_code == 200


def test_names_of_products_are_no_html(browser, workspace):
    shop = ShopifyShopFactory(workspace=workspace)
    post(shop, "products/create", payload("create", title="<script>alert(1)</script>"))
    shopify.process_due()
    assert "<script>alert(1)" not in text(browser.get(PAGE))


def test_messages_are_taken_over_again_from_their_list(browser, workspace):
    shop = ShopifyShopFactory(workspace=workspace)
    mine, other = ShopifyDeliveryFactory(shop=shop, state="failed"), ShopifyDeliveryFactory(state="failed")
    chosen, address = {"action": "take_over_again"}, reverse("admin:catalog_shopifydelivery_changelist")
    assert browser.post(address, {**chosen, "_selected_action": [mine.pk, other.pk]}).status_code == 404
    response = browser.post(address, {**chosen, "_selected_action": [mine.pk]}, follow=True)
    assert "1 message is taken over again" in text(response)
    assert [ShopifyDelivery.objects.get(pk=each.pk).state for each in (mine, other)] == ["received", "failed"]


def test_of_other_topics_nothing_is_shown(browser, workspace):
    shop = ShopifyShopFactory(workspace=workspace)
    for topic, shown in (("orders/create", False), ("products/update", True)):
        delivery = ShopifyDeliveryFactory(shop=shop, topic=topic, body=b"a customer")
        page = text(browser.get(reverse("admin:catalog_shopifydelivery_change", args=[delivery.pk])))
        assert ("a customer" in page) == shown
