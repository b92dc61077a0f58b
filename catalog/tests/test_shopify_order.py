"""Late, twice, out of order, together: what Shopify posts ends the same."""

import copy
import random
import threading
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection

from catalog.models import ProductItem, ShopifyDelivery
from catalog.services import shopify
from catalog.tests.factories import ShopifyShopFactory
from catalog.tests.shopify_posts import payload, post

# After all that the payloads say.
NOW = datetime(2026, 2, 1, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=True):
        yield


def story(chance: random.Random) -> list[tuple[str, dict, datetime]]:
    """What happened to three products at Shopify, some of it within the same second."""
    told, at = [], NOW - timedelta(days=5)
    for _ in range(14):
        at += timedelta(milliseconds=chance.choice([100, 400, 5000]))
        product = copy.deepcopy(payload("create")) | {"id": chance.choice([1, 2, 3])}
        if chance.random() < 0.25:
            told.append(("products/delete", {"id": product["id"]}, at))
            at += timedelta(seconds=2)
            continue
        count = chance.randint(1, 3)
        product["variants"] = [
            {**each, "id": product["id"] * 100 + n, "price": f"{chance.randint(1, 99)}.00"}
            for n, each in enumerate(product["variants"][:count])
        ]
        product |= {"variant_gids": [], "status": chance.choice(["active", "active", "draft"])}
        product["updated_at"] = at.replace(microsecond=0).isoformat()
        told.append(("products/update", product, at))
    return told


def state_of(shop) -> list:
    """Of what is listed all, and of what is not that it is not: nothing else of it goes anywhere."""
    mine = ProductItem.objects.for_workspace(shop.workspace).filter(wanted="listed").order_by("retailer_id")
    return list(mine.values_list("retailer_id", "price", "title", "item_group_id", "source_at"))


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(6))
def test_late_twice_and_out_of_order_is_the_same_in_the_end(seed):
    chance = random.Random(seed)
    told, ends = story(chance), []
    for order in ("as it was", "backwards", "mixed", "mixed"):
        shop = ShopifyShopFactory()
        posts = [*told, *chance.sample(told, 5)] if order == "mixed" else [*told]
        if order == "mixed":
            chance.shuffle(posts)
        elif order == "backwards":
            posts.reverse()
        for topic, body, at in posts:
            assert post(shop, topic, body, at=at).status_code == 200
            if chance.random() < 0.5:
                shopify.process_due()
        shopify.replay(ShopifyDelivery.objects.filter(pk__in=list(shop.deliveries.values_list("pk", flat=True)[:4])))
        shopify.process_due()
        assert not shop.deliveries.exclude(state="done").exists()
        ends.append(state_of(shop))
    assert ends[0] == ends[1] == ends[2] == ends[3]


@pytest.mark.django_db(transaction=True)
def test_several_workers_at_once_end_the_same_and_take_each_once():
    told = story(random.Random(7))
    alone, together = ShopifyShopFactory(), ShopifyShopFactory()
    for topic, body, at in told:
        post(alone, topic, body, at=at)
    shopify.process_due()
    for topic, body, at in told:
        post(together, topic, body, at=at)
    counts, gate = [], threading.Barrier(3)

    def work() -> None:
        gate.wait(10)
        counts.append(shopify.process_due())
        connection.close()

    workers = [threading.Thread(target=work) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    # A worker that finds another one at the shop leaves; who was there takes all.
    shopify.process_due()
    assert sum(counts) >= 1 and state_of(alone) == state_of(together)
    assert set(together.deliveries.values_list("state", "attempts")) == {("done", 1)}
