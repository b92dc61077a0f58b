"""Webhook intake: posts a second, beside the same server doing only HMAC and INSERT."""

from statistics import median

from benchmarks import bodies, load, processes, shop
from benchmarks.report import Figure, at_least, at_most, exactly, note
from meta_integration.models import WebhookDelivery

CONNECTIONS, SECONDS, ROUNDS = 24, 6, 3


def measure() -> list[Figure]:
    shop.empty()
    with processes.web() as ours, processes.web("benchmarks.bare_intake:application", name="bare") as bare:
        for port in (ours, bare):  # Connections, caches and prepared statements are there.
            _post(port, 1)
        before = WebhookDelivery.objects.count()
        rounds = [(_post(ours, SECONDS), _post(bare, SECONDS)) for _ in range(ROUNDS)]
        rows = WebhookDelivery.objects.count() - before
    rate = median(result.rate for result, _ in rounds)
    reference = median(result.rate for _, result in rounds)
    slowest = median(result.percentile(0.99) for result, _ in rounds) * 1000
    answered = sum(len(result.latencies) for pair in rounds for result in pair)
    return [
        at_least("posts answered 200", rate, "/s", 2000),
        note("reference: only HMAC and INSERT", reference, "/s"),
        at_least("share of the reference", 100 * rate / reference, "%", 70),
        at_most("99 of 100 answered within", slowest, "ms", 50),
        exactly("answers other than 200", sum(result.others for result, _ in rounds), "", 0),
        at_least("rows for each 100 answers", 100 * rows / answered, "", 100),
    ]


def _post(port: int, seconds: float) -> load.Result:
    return load.post(port, bodies.texts(), connections=CONNECTIONS, seconds=seconds)
