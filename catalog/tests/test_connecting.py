"""A workspace fills one catalog of its own, changes it without losing anything, and sees how it is."""

import json

import pytest
from django.urls import reverse
from django.utils import timezone

from catalog import standing
from catalog.models import Catalog, CatalogReading, CommerceSettings, ProductItem
from catalog.services import access, connecting, items, pushing, reading, shop_window
from catalog.tests.factories import CatalogBatchFactory, CatalogFactory, CatalogReadingFactory, ProductItemFactory
from catalog.tests.making import products
from catalog.tests.shelf import GRAPH, refusal, statuses
from meta_integration.models import WABA, Incident
from meta_integration.services import catalog_access, telling
from meta_integration.tests.factories import PhoneNumberFactory, WABAFactory
from workspaces.models import AuditEntry, Role
from workspaces.tests.factories import MembershipFactory

pytestmark = pytest.mark.django_db
Status, Wanted = ProductItem.Status, ProductItem.Wanted


@pytest.fixture
def account():
    return WABAFactory()


@pytest.fixture
def user(account):
    return MembershipFactory(workspace=account.workspace).user


@pytest.fixture
def owner(client, user):
    client.force_login(user)
    return client


def meta_has(graph, account, *, linked=(), business=(), businesses=("555",)):
    """What the account shows, and what its business has."""
    rows = [{"id": each, "name": f"Catalog {each}"} for each in linked]
    graph.get(f"{GRAPH}/{account.waba_id}/product_catalogs", json={"data": rows})
    rows = [{"id": each, "name": f"Catalog {each}"} for each in business]
    graph.get(f"{GRAPH}/555/product_catalogs", json={"data": rows})
    facts = {"granular_scopes": [{"scope": "business_management", "target_ids": list(businesses)}]}
    graph.get(f"{GRAPH}/debug_token", json={"data": facts})


# Finding and choosing -------------------------------------------------------------------------------------------------
def test_catalogs_are_found_where_the_access_reaches_and_say_who_fills_them(graph, account, user):
    CatalogFactory(catalog_id="77")
    meta_has(graph, account, linked=["11"], business=["11", "22", "77"])
    found, problems = connecting.found(account.workspace)
    assert [(each.catalog_id, each.is_linked, each.is_taken) for each in found] == [
        ("11", True, False),
        ("22", False, False),
        ("77", False, True),
    ]
    assert problems == []


def test_when_meta_does_not_answer_what_was_seen_before_is_listed_and_the_reason_said(graph, account):
    WABA.objects.filter(pk=account.pk).update(catalogs=[{"id": "33", "name": "Seen"}, "odd", {}])
    graph.get(f"{GRAPH}/{account.waba_id}/product_catalogs", status=502)
    graph.get(f"{GRAPH}/debug_token", status=502)
    found, problems = connecting.found(account.workspace)
    assert [each.catalog_id for each in found] == ["33"] and "no answer" in problems[0]


def test_a_chosen_catalog_is_read_before_anything_is_sent(graph, account, user, owner):
    meta_has(graph, account, linked=["11"])
    assert owner.get(reverse("catalog:choose")).status_code == 200
    assert owner.post(reverse("catalog:choose"), {"catalog": "11"}).status_code == 302
    catalog = Catalog.objects.get()
    assert (catalog.catalog_id, catalog.name, catalog.is_linked, catalog.reconciled_at) == (
        "11",
        "Catalog 11",
        True,
        None,
    )
    assert CatalogReading.objects.get().finished_at is None and AuditEntry.objects.filter(action="connected a catalog")
    products(account.workspace)
    assert pushing.push(catalog.pk) == 0
    owner.post(reverse("catalog:choose"), {"catalog": "11"})
    assert Catalog.objects.count() == 1


@pytest.mark.parametrize("chosen", ["77", "99", "", "x" * 500])
def test_anothers_and_an_unknown_catalog_are_refused_in_words(graph, account, owner, chosen):
    CatalogFactory(catalog_id="77")
    meta_has(graph, account, linked=["11"], business=["77"])
    page = owner.post(reverse("catalog:choose"), {"catalog": chosen}, follow=True).content.decode()
    assert ("Another shop" in page) if chosen == "77" else ("not reached by your access" in page)
    assert access.catalog_of(account.workspace) is None


def test_a_new_one_is_made_in_the_business_and_filled_at_once(graph, account, owner, user):
    meta_has(graph, account)
    made = graph.post(f"{GRAPH}/555/owned_product_catalogs", json={"id": "88"})
    owner.post(reverse("catalog:create"), {"name": "  My   shop ", "account": account.pk})
    catalog = Catalog.objects.get()
    assert json.loads(made.calls[0].request.body) == {"name": "My shop"} and catalog.catalog_id == "88"
    graph.get(f"{GRAPH}/88/products", json={"data": []})
    reading.run(catalog.pk)
    assert Catalog.objects.get().reconciled_at


@pytest.mark.parametrize("form", [{"name": ""}, {"name": "Shop", "account": ""}, {"name": "Shop", "account": "9" * 30}])
def test_a_new_one_needs_a_name_an_account_and_a_business(graph, account, owner, form):
    meta_has(graph, account, businesses=())
    page = owner.post(reverse("catalog:create"), {"account": account.pk, **form}, follow=True)
    assert page.status_code == 200 and not Catalog.objects.exists()


def test_another_catalog_takes_over_and_nothing_of_the_old_counts(graph, account, user):
    old = CatalogFactory(account=account, catalog_id="11")
    items_there = products(account.workspace, 3)
    for item in items_there:
        ProductItem.objects.filter(pk=item.pk).update(
            accepted_hash=item.wanted_hash, is_at_meta=True, product_id="9", review_status="approved", theirs={"a": 1}
        )
    items.exclude(items_there.filter(retailer_id="sku-3"), user)
    ProductItem.objects.filter(retailer_id="sku-2").update(batch=CatalogBatchFactory(catalog=old, state="checking"))
    ProductItemFactory(workspace=account.workspace, wanted=Wanted.THEIRS, is_at_meta=True)
    standing.settle(ProductItem.objects.all())
    meta_has(graph, account, linked=["11"], business=["22"])
    new = connecting.choose(account.workspace, "22", user)
    old.refresh_from_db()
    assert old.state == "left" and new.catalog_id == "22" and access.catalog_of(account.workspace) == new
    assert statuses(account.workspace) == {"waiting": 2, "absent": 1}
    item = ProductItem.objects.first()
    assert (item.accepted_hash, item.is_at_meta, item.product_id, item.review_status, item.theirs) == (
        "",
        False,
        "",
        "",
        None,
    )
    assert old.batches.get().state == "lost" and not ProductItem.objects.filter(batch__isnull=False)


def test_a_catalog_is_left_after_one_more_question(account, owner):
    catalog = CatalogFactory(account=account)
    assert "stays there" in owner.get(reverse("catalog:leave")).content.decode()
    owner.post(reverse("catalog:leave"))
    assert access.catalog_of(account.workspace) is None and Catalog.objects.get(pk=catalog.pk).state == "left"
    assert "No catalog is connected" in owner.get(reverse("catalog:home")).content.decode()


# What customers see ---------------------------------------------------------------------------------------------------
def test_linking_says_which_other_one_is_linked_and_offers_to_switch(graph, account, owner):
    catalog = CatalogFactory(account=account, catalog_id="22", is_linked=False)
    edge = f"{GRAPH}/{account.waba_id}/product_catalogs"
    status, _headers, body = refusal(100, 2388027)
    graph.post(edge, status=status, body=body)
    graph.get(edge, json={"data": [{"id": "11", "name": "Old one"}]})
    page = owner.post(reverse("catalog:link"), {"do": "link"})
    assert page.status_code == 409 and "Old one" in page.content.decode() and 'value="switch"' in page.content.decode()
    graph.replace("POST", edge, json={"success": True})
    gone = graph.delete(edge, json={"success": True})
    owner.post(reverse("catalog:link"), {"do": "switch"})
    catalog.refresh_from_db()
    assert catalog.is_linked and gone.calls[0].request.params["catalog_id"] == "11"
    owner.post(reverse("catalog:link"), {"do": "unlink"})
    catalog.refresh_from_db()
    assert not catalog.is_linked and gone.calls[1].request.params["catalog_id"] == "22"


def test_a_refused_link_is_said_and_changes_nothing(graph, account, owner):
    CatalogFactory(account=account, is_linked=False)
    status, _headers, body = refusal(200, message="Permissions error")
    graph.post(f"{GRAPH}/{account.waba_id}/product_catalogs", status=status, body=body)
    page = owner.post(reverse("catalog:link"), {"do": "link"}, follow=True).content.decode()
    assert "Meta refused it" in page and Catalog.objects.get().is_linked is False


def test_what_a_number_shows_is_read_and_set(graph, account, owner):
    catalog, number = CatalogFactory(account=account, is_linked=None), PhoneNumberFactory(account=account)
    edge = f"{GRAPH}/{number.phone_number_id}/whatsapp_commerce_settings"
    graph.get(f"{GRAPH}/{account.waba_id}/product_catalogs", json={"data": [{"id": catalog.catalog_id}]})
    graph.get(edge, json={"data": []})
    shop_window.refresh(catalog.pk)
    catalog.refresh_from_db()
    kept = CommerceSettings.objects.get()
    assert catalog.is_linked and (kept.is_cart_enabled, kept.is_catalog_visible) == (None, None)
    said = graph.post(edge, json={"success": True})
    owner.post(reverse("catalog:number", args=[number.pk]), {"is_catalog_visible": "on"})
    kept.refresh_from_db()
    assert (kept.is_cart_enabled, kept.is_catalog_visible) == (False, True)
    shown = {name: said.calls[0].request.params[name] for name in shop_window.KNOWN}
    assert shown == {"is_cart_enabled": "false", "is_catalog_visible": "true"}


# Access lost and found ------------------------------------------------------------------------------------------------
def test_a_new_access_mends_the_catalog_and_wakes_what_waits(account, user):
    catalog = CatalogFactory(account=account, held_until=timezone.now())
    access.mark_broken(catalog, "Expired")
    incident = Incident.objects.get(kind="catalog_broken")
    assert telling.page_of(incident) == reverse("catalog:home")
    connecting.access_changed(account.pk)  # As when the account's own access is enough.
    assert Catalog.objects.get().state in ("connected", "broken")
    connecting.access_given(account.pk)
    catalog.refresh_from_db()
    incident.refresh_from_db()
    assert catalog.state == "connected" and incident.closed_at and catalog.readings.get() and not catalog.held_until


def test_without_the_access_products_wait_and_nobody_is_alarmed(account, user):
    CatalogFactory(account=account)
    WABA.objects.filter(pk=account.pk).update(catalog_token=account.access_token)
    catalog_access.remove(WABA.objects.get(pk=account.pk), user)
    connecting.access_changed(account.pk)
    catalog = Catalog.objects.get()
    assert catalog.state == "broken" and "removed here" in catalog.state_reason and not Incident.objects.exists()


# The page -------------------------------------------------------------------------------------------------------------
def test_the_page_says_what_is_wrong_and_offers_the_button(account, owner):
    catalog = CatalogFactory(account=account)
    access.mark_broken(catalog, "The access expired.")
    page = owner.get(reverse("catalog:home")).content.decode()
    assert "The access expired." in page and 'id="renew"' in page and "keeps every change" in page
    Catalog.objects.update(state="connected", held_until=timezone.now() + timezone.timedelta(minutes=5))
    page = owner.get(reverse("catalog:home")).content.decode()
    assert "goes on by itself" in page
    products(account.workspace, 2)
    assert "0 of 2 done, 0 of them refused" in owner.get(reverse("catalog:home")).content.decode()
    Catalog.objects.update(held_until=None, reconciled_at=None)
    assert reverse("catalog:compare") in owner.get(reverse("catalog:home")).content.decode()


def test_looking_at_meta_now_begins_one_reading_however_often_it_is_asked(account, owner):
    catalog = CatalogFactory(account=account)
    for _ in range(3):
        assert owner.post(reverse("catalog:look")).status_code == 302
    assert catalog.readings.count() == 1
    page = owner.get(reverse("catalog:home_state"))
    assert "Begins" in page.content.decode()
    seen = page.content.decode().split("seen=")[1][:16]
    assert owner.get(reverse("catalog:home_state"), {"seen": seen}).status_code == 204


def test_the_page_asks_the_same_few_questions_however_much_there_is(account, owner, django_assert_max_num_queries):
    catalog = CatalogFactory(account=account)
    for _ in range(5):
        PhoneNumberFactory(account=account, is_default=False)
        CatalogReadingFactory(catalog=catalog, finished_at=timezone.now())
        CatalogBatchFactory(catalog=catalog)
    with django_assert_max_num_queries(28):
        owner.get(reverse("catalog:home"))


@pytest.mark.parametrize(
    ("role", "sees", "looks", "connects"),
    [
        (Role.OWNER, 200, 302, 302),
        (Role.ADMIN, 200, 302, 302),
        (Role.MARKETER, 200, 302, 403),
        (Role.AGENT, 200, 403, 403),
    ],
)
def test_who_may_do_what(client, account, role, sees, looks, connects):
    CatalogFactory(account=account)
    number = PhoneNumberFactory(account=account)
    client.force_login(MembershipFactory(workspace=account.workspace, role=role).user)
    assert client.get(reverse("catalog:home")).status_code == sees
    assert client.post(reverse("catalog:look")).status_code == looks
    for name in ("link", "create", "leave"):
        assert client.get(reverse(f"catalog:{name}")).status_code in (connects, 200 if connects == 302 else 403), name
    assert client.get(reverse("catalog:number", args=[number.pk])).status_code == connects


def test_a_stranger_finds_nothing(client, account):
    CatalogFactory(account=account, name="Secret catalog")
    number = PhoneNumberFactory(account=account)
    client.force_login(MembershipFactory().user)
    assert client.post(reverse("catalog:number", args=[number.pk])).status_code == 404
    assert "Secret" not in client.get(reverse("catalog:home")).content.decode()


def test_no_access_is_asked_for_where_the_log_in_reaches_the_catalogs(account, owner):
    give = reverse("meta_integration:catalogs", args=[account.pk])
    WABA.objects.filter(pk=account.pk).update(scopes=["whatsapp_business_management"], catalog_token=None)
    assert f'id="give-{account.pk}"' in owner.get(reverse("catalog:home")).content.decode()
    WABA.objects.filter(pk=account.pk).update(scopes=["catalog_management"])
    page = owner.get(reverse("catalog:home")).content.decode()
    assert f'id="give-{account.pk}"' not in page and give in page and 'id="choose"' in page


def test_a_broken_account_leads_to_the_connection_not_to_an_access(account, owner):
    WABA.objects.filter(pk=account.pk).update(state=WABA.State.BROKEN, catalog_token=None)
    page = owner.get(reverse("catalog:choose")).content.decode()
    assert 'id="to-connection"' in page and "None was found" not in page
