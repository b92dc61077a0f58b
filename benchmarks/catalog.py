"""A catalog of 10,000 products: in as few calls as it takes, beside a bare loop of the same client."""

import os
import signal
import time
from collections.abc import Callable
from contextlib import contextmanager
from decimal import Decimal

import requests
from django.conf import settings
from django.utils import timezone

from benchmarks import processes, shop
from benchmarks.report import Figure, at_most, exactly, note
from catalog import content, standing
from catalog.models import Catalog, CatalogBatch, ProductImage, ProductItem
from catalog.models.catalogs import MOST_PRODUCTS
from catalog.services import access, items, polling, pushing
from galantis.embedded import free_port
from meta_integration.models import WABA
from workspaces.models import Workspace

COUNT = 10_000
CHANGED_EVERY = 100
PATIENCE = 60


def measure() -> list[Figure]:
    shop.empty()
    workspace = shop.open_shop().workspace
    with stub(latency=0.1) as url:
        settings.GRAPH_BASE_URL = url
        catalog = _catalog(workspace)
        write(workspace, range(COUNT), price=10)
        figures = _first_push(catalog, url)
        figures += _one_in_a_hundred(catalog, url)
        figures += _nothing(catalog, url)
    with stub(latency=2) as url:
        settings.GRAPH_BASE_URL = url
        return figures + _killed(catalog, url)


def write(workspace: Workspace, numbers, *, price: int) -> None:
    """Products with this price, their pictures already seen."""
    rows = [
        {
            "retailer_id": f"bench-{number}",
            "title": f"Example product {number}",
            "description": "An example. It is made up, like all products here. " * 5,
            "price": Decimal(price),
            "currency": "USD",
            "link": f"https://shop.example/p/{number}",
            "image_link": f"https://shop.example/pictures/{number}.jpg",
            "brand": "Example",
        }
        for number in numbers
    ]
    items.write(workspace, rows, source=ProductItem.Source.API)
    ProductImage.objects.for_workspace(workspace).update(state=ProductImage.State.GOOD, look_after=None)
    standing.settle(ProductItem.objects.for_workspace(workspace))
    time.sleep(pushing.BURST_SECONDS)


@contextmanager
def stub(latency: float):
    port = free_port()
    command = ["benchmarks.catalog_stub", "--port", str(port), "--latency", str(latency)]
    with processes.running("catalog_stub", *command, port=port):
        yield f"http://127.0.0.1:{port}"


# Measured -------------------------------------------------------------------------------------------------------------
def _first_push(catalog: Catalog, url: str) -> list[Figure]:
    bare = _bare_loop(catalog, _bodies(catalog))
    _forget(url)
    took, answers = _timed(lambda: pushing.push(catalog.pk)), _timed(_hear)
    calls = _seen(url)["calls"]
    return [
        at_most("calls of the first push of 10,000", len(calls), "", 4),
        exactly("products in them", sum(calls), "", COUNT),
        exactly("accepted", _standing_at(catalog, "accepted"), "", COUNT),
        note("first push, claims and calls", took, "s"),
        note("first push, what Meta says of each written down", answers, "s"),
        note("reference: bare loop of the client, same bodies", bare, "s"),
        note("times the reference", (took + answers) / bare, ""),
    ]


def _one_in_a_hundred(catalog: Catalog, url: str) -> list[Figure]:
    write(catalog.workspace, range(0, COUNT, CHANGED_EVERY), price=11)
    bare = _bare_loop(catalog, _bodies(catalog))
    _forget(url)
    took, answers = _timed(lambda: pushing.push(catalog.pk)), _timed(_hear)
    calls = _seen(url)["calls"]
    return [
        exactly("calls after 1 % changed", len(calls), "", 1),
        exactly("products in it", sum(calls), "", COUNT // CHANGED_EVERY),
        exactly("accepted", _standing_at(catalog, "accepted"), "", COUNT),
        note("1 % changed, push and answers", took + answers, "s"),
        note("reference: bare loop of the client, same body", bare, "s"),
        note("times the reference", (took + answers) / bare, ""),
    ]


def _nothing(catalog: Catalog, url: str) -> list[Figure]:
    _forget(url)
    # A source that brings the same again.
    write(catalog.workspace, range(1, COUNT, CHANGED_EVERY), price=10)
    took = _timed(lambda: pushing.push(catalog.pk))
    return [
        exactly("calls when nothing changed", len(_seen(url)["calls"]), "", 0),
        note("nothing changed, a push", took, "s"),
    ]


def _killed(catalog: Catalog, url: str) -> list[Figure]:
    """While the second of four calls is at Meta. Then some change again, and the schedule goes on alone."""
    _a_minute_passes()
    write(catalog.workspace, range(COUNT), price=12)
    with processes.running("pusher", "benchmarks.catalog_pusher", str(catalog.pk), GRAPH_BASE_URL=url) as pusher:
        _wait_for(lambda: len(_seen(url)["calls"]) == 2)
        os.kill(pusher.pid, signal.SIGKILL)
        pusher.wait(10)
    before = {status: _standing_at(catalog, status) for status in ("sent", "sending", "waiting")}
    write(catalog.workspace, range(0, COUNT, CHANGED_EVERY), price=13)
    _leases_are_over()
    _a_minute_passes()
    begun = time.monotonic()
    while _standing_at(catalog, "accepted") < COUNT and time.monotonic() < begun + PATIENCE:
        pushing.sweep()
        pushing.push(catalog.pk)
        _hear()
    took, prices = time.monotonic() - begun, _seen(url)["prices"]
    wanted = {f"bench-{n}": "12.00 USD" if n % CHANGED_EVERY else "13.00 USD" for n in range(COUNT)}
    return [
        *(note(f"killed in the middle: {status}", count, "") for status, count in before.items()),
        exactly("accepted after the next run", _standing_at(catalog, "accepted"), "", COUNT),
        exactly("products forgotten", len(wanted.keys() - prices.keys()), "", 0),
        exactly("products wrong at Meta", sum(prices[n][-1] != wanted[n] for n in prices), "", 0),
        exactly("older content after newer", sum(each != sorted(each) for each in prices.values()), "", 0),
        note("calls in all, with the two before the kill", len(_seen(url)["calls"]), ""),
        note("until all were accepted, Meta answering after 2 s", took, "s"),
    ]


# Its parts ------------------------------------------------------------------------------------------------------------
def _catalog(workspace: Workspace) -> Catalog:
    account = WABA.objects.get(workspace=workspace)
    return Catalog.objects.create(
        workspace=workspace, account=account, catalog_id="400000000000001", reconciled_at=timezone.now()
    )


def _bodies(catalog: Catalog) -> list[list[dict]]:
    """What is to be sent, made beforehand."""
    waiting = ProductItem.objects.for_workspace(catalog.workspace).filter(status="waiting").order_by("pk")
    entries = [{"method": "UPDATE", "data": {"id": item.retailer_id, **content.batch_data(item)}} for item in waiting]
    return [entries[start : start + MOST_PRODUCTS] for start in range(0, len(entries), MOST_PRODUCTS)]


def _bare_loop(catalog: Catalog, bodies: list[list[dict]]) -> float:
    """The client alone: each body, and one question about each receipt."""
    client = access.client_of(catalog)

    def loop():
        for handle in [client.send_items(catalog.catalog_id, body)["handles"] for body in bodies]:
            client.batch_status(catalog.catalog_id, str(handle))

    return _timed(loop)


def _hear() -> None:
    """Every open batch is due at once: the pauses between two questions are not what is measured."""
    CatalogBatch.objects.filter(state=CatalogBatch.State.CHECKING).update(poll_after=timezone.now())
    polling.poll_due()


def _leases_are_over() -> None:
    """Three minutes later, without waiting for them."""
    now = timezone.now()
    Catalog.objects.update(push_lease_until=now)
    CatalogBatch.objects.filter(state=CatalogBatch.State.SENDING).update(lease_until=now)


def _a_minute_passes() -> None:
    """For Meta's limit of calls in a minute, without waiting for it."""
    CatalogBatch.objects.filter(posted_at__isnull=False).update(posted_at=timezone.now() - pushing.claiming.A_MINUTE)


def _standing_at(catalog: Catalog, status: str) -> int:
    return ProductItem.objects.for_workspace(catalog.workspace).filter(status=status).count()


def _seen(url: str) -> dict:
    return requests.get(f"{url}/seen", timeout=30).json()


def _forget(url: str) -> None:
    requests.delete(f"{url}/seen", timeout=30)


def _timed(do: Callable) -> float:
    begun = time.monotonic()
    do()
    return time.monotonic() - begun


def _wait_for(is_so: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE
    while not is_so():
        if time.monotonic() > until:
            raise RuntimeError(f"the pusher did not get so far; its log: {processes.LOGS / 'pusher.log'}")
        time.sleep(0.05)
