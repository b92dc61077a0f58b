"""Who may do what on the catalog's pages, and that nothing happens which nobody asked for."""

import csv
import io
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from catalog.models import Catalog, ImportLine, ProductImage, ProductImport, ProductItem
from catalog.tests.factories import SECRET, CatalogFactory, ImportLineFactory, ProductItemFactory, ShopifyShopFactory
from catalog.urls import urlpatterns
from meta_integration.models import PhoneNumber
from tests.two_worlds import make_two_worlds, rows_of, urls
from workspaces.models import Role
from workspaces.tests.factories import MembershipFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop(graph):
    """A workspace with one row of everything, whose catalog was never read. Meta knows nothing."""
    graph.get(re.compile(".*"), json={"data": []})
    worlds = make_two_worlds()
    Catalog.objects.update(reconciled_at=None)
    return worlds


def of_the_catalog(rows: dict) -> list[tuple[str, str]]:
    """Its own pages, and the lists in the admin."""
    return [
        (route, url)
        for route, url, has_id in urls(rows)
        if route.startswith("catalog/") or (route.startswith("admin/catalog/") and not has_id)
    ]


def browser(user, **options) -> Client:
    client = Client(raise_request_exception=False, **options)
    client.force_login(user)
    return client


def test_opening_a_page_changes_nothing(shop):
    owner, problems = browser(shop.charlie), []
    before = rows_of()
    for route, url in of_the_catalog(shop.b):
        b"".join(owner.get(url, follow=True))
        if (now := rows_of()) != before:
            problems.append(f"{route}: {sorted(set(now) ^ set(before))}"[:500])
            before = now
    assert not problems, "\n".join(problems)


def test_a_form_of_a_strangers_page_is_turned_away(shop):
    owner, before = browser(shop.charlie, enforce_csrf_checks=True), rows_of()
    for route, url in of_the_catalog(shop.b):
        assert owner.post(url, {"do": "remove", "act": "take_over", "post": "yes"}).status_code == 403, route
    assert rows_of() == before


ASKS = {
    "home": "GET", "choose": "GET", "create": "POST", "look": "POST", "link": "POST", "number": "POST", "leave": "GET",
    "compare": "POST", "add": "GET", "edit": "GET", "act": "POST", "decide": "POST", "item": "GET", "imports": "GET",
    "product_history": "GET", "import_new": "GET", "import": "GET", "import_act": "POST", "import_line": "POST",
    "export": "GET", "import_broken": "GET", "import_sample": "GET", "image": "GET", "shopify": "POST",
    "shopify_replay": "POST", "shopify_disconnect": "GET",
}  # fmt: skip
PARTS = {"home_state", "compare_state", "import_state", "item_state", "list_head", "edit_picture", "shopify_status"}
MANAGED = {"choose", "create", "link", "number", "leave", "shopify", "shopify_disconnect"}
MARKETED = {"look", "compare", "add", "edit", "act", "decide", "import_new", "import_act", "import_line"}
MARKETED |= {"shopify_replay"}


@pytest.mark.parametrize(
    ("role", "refused"),
    [
        (Role.OWNER, set()),
        (Role.ADMIN, set()),
        (Role.MARKETER, MANAGED),
        (Role.AGENT, MANAGED | MARKETED),
        (Role.ANALYST, MANAGED | MARKETED),
        (None, MANAGED | MARKETED),
    ],
)
def test_who_may_open_and_do_what(shop, role, refused):
    """None is support, which has chosen the workspace."""
    workspace = shop.b[Catalog].workspace
    person = browser(MembershipFactory(workspace=workspace, role=role).user if role else shop.support)
    if role is None:
        person.post(reverse("workspaces:switch"), {"workspace": workspace.pk})
    answers = {}
    for name, method in ASKS.items():
        keyed = {"number": PhoneNumber, "import": ProductImport, "import_act": ProductImport, "image": ProductImage}
        keyed |= {"import_broken": ProductImport, "import_line": ImportLine}
        keyed |= dict.fromkeys(("item", "edit", "act", "product_history"), ProductItem)
        url = reverse(f"catalog:{name}", args=[shop.b[keyed[name]].pk] if name in keyed else [])
        answers[name] = getattr(person, method.lower())(url).status_code
    assert {name for name, status in answers.items() if status == 403} == refused
    assert not {name for name, status in answers.items() if status in (404, 405) or status >= 500}, answers
    assert ASKS.keys() | PARTS == {each.name for each in urlpatterns}


def test_what_is_taken_away_is_a_file_and_nothing_else(client):
    import_line = ImportLineFactory(state="bad", values={"title": "=cmd|' /C calc'!A0"}, retailer_id="+1")
    import_line.made.columns = [["title", "title"]]
    import_line.made.file_name = 'a"\r\nX-Evil: 1/../b.csv'
    import_line.made.save()
    ProductItemFactory(workspace=import_line.workspace, retailer_id="-1+1", title="\t=1+1", brand="@x")
    client.force_login(MembershipFactory(workspace=import_line.workspace).user)
    for url in (
        reverse("catalog:export"),
        reverse("catalog:import_sample"),
        reverse("catalog:import_broken", args=[import_line.made.pk]),
    ):
        answer = client.get(url)
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert re.fullmatch(r'attachment; filename="[\w-]+\.csv"', answer.headers["Content-Disposition"])
        assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
        assert "no-store" in answer.headers["Cache-Control"] or "private" in answer.headers["Cache-Control"]
        for cells in csv.reader(io.StringIO(answer.getvalue().decode().removeprefix("\ufeff"))):
            assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]


def test_why_the_review_refused_a_product_stands_in_the_file_as_words(client):
    item = ProductItemFactory(review_status="rejected", review_errors=[{"title": "Not allowed", "message": "Weapons"}])
    client.force_login(MembershipFactory(workspace=item.workspace).user)
    text = client.get(reverse("catalog:export")).getvalue().decode()
    assert "Not allowed: Weapons" in text and "{" not in text


def test_what_costs_is_not_done_again_and_again(client):
    catalog = CatalogFactory()
    client.force_login(MembershipFactory(workspace=catalog.workspace).user)
    for _ in range(8):
        client.post(reverse("catalog:look"))
        catalog.readings.update(finished_at="2026-01-01T00:00:00Z")
    assert catalog.readings.count() == 5
    assert "several times just now" in client.get(reverse("catalog:home")).content.decode()
    for _ in range(31):
        file = SimpleUploadedFile("a.csv", b"id,title\n1,Example\n")
        answer = client.post(reverse("catalog:import_new"), {"file": file, "currency": "USD", "mode": "update"})
    assert answer.status_code == 422 and "try again in ten minutes" in answer.content.decode()
    assert ProductImport.objects.count() == 30


def test_no_page_shows_the_secret_of_a_shop_at_shopify(client):
    shop = ShopifyShopFactory()
    client.force_login(MembershipFactory(workspace=shop.workspace).user)
    pages = [reverse("catalog:shopify"), reverse("admin:catalog_shopifyshop_changelist")]
    for url in [*pages, reverse("admin:catalog_shopifyshop_change", args=[shop.pk])]:
        page = client.get(url).content.decode()
        assert SECRET not in page and str(shop.secret) not in page, url
    answer = client.post(reverse("catalog:shopify"), {"secret": "short-wrong", "currency": "USD"})
    assert answer.status_code == 400 and "short-wrong" not in answer.content.decode()


def test_no_page_of_the_catalog_may_run_more_than_the_admin(client):
    item = ProductItemFactory()
    client.force_login(MembershipFactory(workspace=item.workspace).user)
    for url in (reverse("catalog:home"), reverse("catalog:item", args=[item.pk]), reverse("catalog:add")):
        policy = client.get(url).headers["Content-Security-Policy"]
        assert (
            "script-src 'self' 'unsafe-eval'" in policy
            and "unsafe-inline" not in policy.split("script-src")[1].split(";")[0]
        )


@pytest.mark.parametrize("url", ["https://evil.example/", "//evil.example/"])
def test_nobody_is_led_elsewhere(client, url):
    catalog = CatalogFactory()
    client.force_login(MembershipFactory(workspace=catalog.workspace).user)
    for name in ("look", "link", "compare", "decide", "choose"):
        answer = client.post(reverse(f"catalog:{name}") + f"?next={url}", {"next": url, "do": "keep"})
        assert "evil.example" not in answer.headers.get("Location", "")
