"""Webhook intake: posts a second, beside the same server doing only HMAC and INSERT."""

import itertools
import json
import os
import uuid
from collections.abc import Iterator
from statistics import median

from benchmarks import load, processes, shop
from benchmarks.report import Figure, at_least, at_most, exactly, note
from meta_integration.models import WebhookDelivery

CONNECTIONS, SECONDS, ROUNDS = 24, 6, 3


def bodies() -> Iterator[bytes]:
    """Inbound texts of real shape, each of its own."""
    run = uuid.uuid4().hex
    for n in itertools.count():
        message = {"from": f"1555{n % 10**7:07d}", "id": f"wamid.{run}{n}", "timestamp": "1750000000", "type": "text"}
        value = {
            "messaging_product": "whatsapp",
            "metadata": {"display_phone_number": "15550200000", "phone_number_id": "200000000000000"},
            "contacts": [{"profile": {"name": "Example Customer"}, "wa_id": message["from"]}],
            "messages": [{**message, "text": {"body": f"When will order {n} arrive?"}}],
        }
        entry = {"id": "100000000000000", "changes": [{"value": value, "field": "messages"}]}
        yield json.dumps({"object": "whatsapp_business_account", "entry": [entry]}).encode()


def measure() -> list[Figure]:
    shop.empty()
    with processes.web() as ours, processes.web("benchmarks.bare_intake:application", name="bare") as bare:
        for port in (ours, bare):  # Connections, caches and prepared statements are there.
            _post(port, 1)
        rounds = [(_post(ours, SECONDS), _post(bare, SECONDS)) for _ in range(ROUNDS)]
    rate = median(result.rate for result, _ in rounds)
    reference = median(result.rate for _, result in rounds)
    slowest = median(result.percentile(0.99) for result, _ in rounds) * 1000
    others = sum(count for result, _ in rounds for status, count in result.statuses.items() if status != 200)
    answered = sum(len(result.latencies) for pair in rounds for result in pair)
    return [
        at_least("posts answered 200", rate, "/s", 2000),
        note("reference: only HMAC and INSERT", reference, "/s"),
        at_least("share of the reference", 100 * rate / reference, "%", 70),
        at_most("99 of 100 answered within", slowest, "ms", 50),
        exactly("answers other than 200", others, "", 0),
        at_least("rows for each 100 answers", 100 * WebhookDelivery.objects.count() / answered, "", 100),
    ]


def _post(port: int, seconds: float) -> load.Result:
    secret = os.environ["META_APP_SECRET"]
    return load.post(port, "/webhooks/meta/", bodies(), secret=secret, connections=CONNECTIONS, seconds=seconds)
