"""With ten thousand products the pages ask as few questions as with ten, on the shop's own clock."""

import re
import time
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from catalog.models import ImportLine, ProductImport, ProductItem
from catalog.problems import problem
from catalog.tests.factories import ProductImageFactory, ProductImportFactory, ProductItemFactory
from tests.catalog_gallery import full_shop, pages_of
from workspaces.tests.factories import MembershipFactory, WorkspaceFactory

pytestmark = pytest.mark.django_db
LIST = reverse("admin:catalog_productitem_changelist")
MANY = 10_000
LONGEST = 3.0  # Seconds, on a machine that does much else. Alone it is a tenth.


@pytest.fixture
def shop(client):
    workspace = WorkspaceFactory(timezone="Asia/Tokyo")
    client.force_login(MembershipFactory(workspace=workspace).user)
    return workspace


def filled(workspace, start: int, stop: int) -> None:
    image = ProductImageFactory(workspace=workspace)
    statuses = ProductItem.Status.values
    common = {
        "workspace": workspace,
        "image": image,
        "wanted_hash": "w",
        "source": "import",
        "sent_at": "2026-01-01T00:00Z",
    }
    ProductItem.objects.bulk_create(
        ProductItem(
            retailer_id=f"many-{n}",
            title=f"Example {n}",
            price=Decimal("9.99"),
            currency="USD",
            status=statuses[n % len(statuses)],
            problems=[problem("title", "missing")],
            refusal={"title": "Meta refused it", "said": "Why"},
            **common,
        )
        for n in range(start, stop)
    )
    connection.cursor().execute("ANALYZE catalog_productitem")


def imported(workspace, count: int) -> ProductImport:
    made = ProductImportFactory(workspace=workspace, state="ready", mode="whole", line_count=count, currency="USD")
    states = [ImportLine.State.NEW, ImportLine.State.CHANGED, ImportLine.State.BAD]
    ImportLine.objects.bulk_create(
        ImportLine(
            workspace=workspace,
            made=made,
            line=n,
            state=states[n % 3],
            retailer_id=f"many-{n}",
            values={"retailer_id": f"many-{n}", "title": f"Other {n}", "price": "8"},
            problems=[problem("price", "missing")],
        )
        for n in range(count)
    )
    return made


def asked(client, url: str) -> tuple[int, float]:
    began = time.monotonic()
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert client.get(url).status_code == 200, url
    return len(queries), time.monotonic() - began


def test_the_table_and_what_is_above_it_are_as_quick_with_many(client, shop):
    urls = [LIST, f"{LIST}?needs=you", f"{LIST}?q=example+99", f"{LIST}?p=50", reverse("catalog:home")]
    urls += [reverse("catalog:decide"), reverse("catalog:list_head")]
    filled(shop, 0, 40)
    ProductItem.objects.filter(status="accepted").update(wanted="in_question")
    few = {url: asked(client, url)[0] for url in urls if "p=50" not in url}
    filled(shop, 40, MANY)
    for url in urls:
        count, seconds = asked(client, url)
        assert count <= few.get(url, 40) + 1 and seconds < LONGEST, (url, few.get(url), count, seconds)


def test_an_import_of_many_lines_is_shown_as_quickly(client, shop):
    filled(shop, 0, 100)
    few, many = imported(shop, 30), imported(shop, MANY)
    for asks in ("", "?lines=all", "?lines=changed", "?lines=new&page=60", "?lines=bad&page=100"):
        before, _seconds = asked(client, reverse("catalog:import", args=[few.pk]) + asks)
        count, seconds = asked(client, reverse("catalog:import", args=[many.pk]) + asks)
        assert count <= before + 1 and seconds < LONGEST, (asks, before, count, seconds)


def test_every_time_is_on_the_clock_of_the_shop(client, shop, time_machine, graph):
    """Three in the afternoon in London is midnight in Tokyo, and another day."""
    graph.get(re.compile(".*"), json={"data": []})
    time_machine.move_to(datetime(2026, 3, 1, 15, 4, tzinfo=UTC), tick=False)
    world = full_shop(shop)
    told = []
    for name, path in pages_of(world).items():
        page = client.get(path).content.decode()
        assert "15:04" not in page.replace("15:04:00+00:00", ""), name
        told += [name] if "00:04" in page else []
    # Of what PostgreSQL itself has dated nothing is known here.
    assert {"home", "imports", "shopify", "table", "product sent", "list of shopifydelivery"} <= set(told), told
    assert "list of productimport" in told


def test_prices_read_as_prices_everywhere(client, shop):
    item = ProductItemFactory(workspace=shop, price=Decimal("1234567.5"), currency="KWD", sale_price=Decimal("1250"))
    for url in (LIST, reverse("catalog:item", args=[item.pk])):
        page = client.get(url).content.decode().replace("\u00a0", " ")
        assert "1,234,567.500 KWD" in page and "1,250.000 KWD" in page, url
