"""Sending at 1,000 a second from one number, beside a bare loop of the same client against the same stub."""

import time
from concurrent.futures import ThreadPoolExecutor

from django.conf import settings

from benchmarks import processes, sender, shop
from benchmarks.report import Figure, at_least, exactly, note
from meta_integration.models import PhoneNumber
from meta_integration.services.calls import CallBuffer
from meta_integration.services.clients import graph_client_for

SECONDS, BARE_SECONDS = 60, 12
LIMIT = 1000


def measure() -> list[Figure]:
    shop.empty()
    number = shop.open_shop(level="HIGH")
    threads = shop.customers(number, 20_000)
    with processes.stub() as meta:
        settings.GRAPH_BASE_URL = meta.url
        bare = _bare_loop(number)
        meta.forget()
        shop.messages(number, threads, int(LIMIT * SECONDS * 1.1))
        shop.settle_down()
        with sender.pumping(number, meta):
            time.sleep(SECONDS + 5)
            arrivals = meta.arrivals()
    times = sorted(at for at, _ in arrivals)
    # The first two seconds are a worker's start.
    times = [at for at in times if times[0] + 2 <= at <= times[0] + 2 + SECONDS]
    rate = len(times) / (times[-1] - times[0])
    references = [reference for _, reference in arrivals]
    return [
        at_least("messages sent, one number", rate, "/s", 950),
        note("reference: bare loop of the client, one process", bare, "/s"),
        note("the reference within Meta's limit", min(bare, LIMIT), "/s"),
        at_least("share of the reference within the limit", 100 * rate / min(bare, LIMIT), "%", 80),
        note("share of the reference", 100 * rate / bare, "%"),
        note("most in any second", most_in_a_second(times), ""),
        exactly("messages sent twice", len(references) - len(set(references)), "", 0),
    ]


def _bare_loop(number: PhoneNumber) -> float:
    """The client in as many threads as a pump has, one call after the other, and nothing else."""
    client = graph_client_for(number.account, recorder=CallBuffer())
    until = time.monotonic() + BARE_SECONDS
    counts = [0] * settings.SENDING_THREADS

    def loop(n: int) -> None:
        body = {"to": "+15550200001", "type": "text", "text": {"body": "Hello"}, "biz_opaque_callback_data": ""}
        while time.monotonic() < until:
            client.send_message(number.phone_number_id, body)
            counts[n] += 1

    begun = time.monotonic()
    with ThreadPoolExecutor(settings.SENDING_THREADS) as threads:
        list(threads.map(loop, range(settings.SENDING_THREADS)))
    return sum(counts) / (time.monotonic() - begun)


def most_in_a_second(times: list[float]) -> int:
    """The most arrivals in any window of a second, wherever it begins."""
    most, first = 0, 0
    for last, at in enumerate(times):
        while times[first] <= at - 1:
            first += 1
        most = max(most, last - first + 1)
    return most
