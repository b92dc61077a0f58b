"""Webhook intake while a campaign runs at 1,000 a second, with its statuses coming in and being applied."""

import itertools
import time
from collections.abc import Iterator

from benchmarks import bodies, load, processes, sender, shop
from benchmarks.report import Figure, at_most, exactly, note
from inbox.models import Message
from meta_integration.models import PhoneNumber, WebhookDelivery

SECONDS, CONNECTIONS = 25, 8
# By turns ten messages of the campaign come back as delivered, bundled as Meta does, and a customer writes.
POSTS_A_SECOND = 150


def measure() -> list[Figure]:
    shop.empty()
    number = shop.open_shop(level="HIGH")
    messages = shop.messages(number, shop.customers(number, 10_000), 1000 * (SECONDS + 10))
    shop.settle_down()
    with (
        processes.web() as web,
        processes.stub() as meta,
        processes.worker("webhooks,default", 1),
        sender.pumping(number, meta),
    ):
        time.sleep(4)
        each = itertools.chain.from_iterable(zip(bodies.texts(), _delivered(number, messages), strict=True))
        _post(web, each, 1)  # Connections, caches and prepared statements are there.
        before = WebhookDelivery.objects.count()
        result = _post(web, each, SECONDS)
        rows = WebhookDelivery.objects.count() - before
        arrivals = meta.arrivals()
    times = [at for at, _ in arrivals]
    return [
        at_most("99 of 100 answered within", result.percentile(0.99) * 1000, "ms", 250),
        at_most("the slowest", max(result.latencies) * 1000, "ms", 1000),
        exactly("answers other than 200", result.others, "", 0),
        exactly("posts without a row", max(0, len(result.latencies) - rows), "", 0),
        note("posts meanwhile", result.rate, "/s"),
        note("messages sent meanwhile", len(times) / (max(times) - min(times)), "/s"),
    ]


def _delivered(number: PhoneNumber, messages: list[Message]) -> Iterator[bytes]:
    """Ten statuses in each post, of the campaign's messages in turn."""
    statuses = (bodies.status_of(message, "delivered") for message in itertools.cycle(messages))
    return bodies.with_statuses(number, statuses, 10)


def _post(port: int, each, seconds: float) -> load.Result:
    return load.post(port, each, connections=CONNECTIONS, seconds=seconds, rate=POSTS_A_SECOND)
