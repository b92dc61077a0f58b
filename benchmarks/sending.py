"""Sending at 1,000 a second from one number, beside a bare loop of the same client against the same stub."""

import time
from concurrent.futures import ThreadPoolExecutor

import requests
from django.conf import settings

from benchmarks import processes, shop
from benchmarks.report import Figure, at_least, exactly, note
from inbox.models import Message
from inbox.tasks import pump
from meta_integration.models import PhoneNumber
from meta_integration.services.calls import CallBuffer
from meta_integration.services.clients import graph_client_for

LATENCY, SECONDS, BARE_SECONDS = 0.1, 60, 12
LIMIT = 1000


def measure() -> list[Figure]:
    shop.empty()
    number = shop.open_shop(level="HIGH")
    threads = shop.customers(number, 20_000)
    with processes.stub(LATENCY) as port:
        settings.GRAPH_BASE_URL = f"http://127.0.0.1:{port}"
        bare = _bare_loop(number)
        requests.delete(f"http://127.0.0.1:{port}/arrivals", timeout=10)
        shop.messages(number, threads, int(LIMIT * SECONDS * 1.1))
        shop.settle_down()
        with processes.worker("sending", 2, GRAPH_BASE_URL=settings.GRAPH_BASE_URL):
            arrivals = _arrivals_of_a_minute(number, port)
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


def _arrivals_of_a_minute(number: PhoneNumber, port: int) -> list:
    pump.delay(number.pk)
    time.sleep(SECONDS + 5)
    arrivals = requests.get(f"http://127.0.0.1:{port}/arrivals", timeout=30).json()
    # What is left is not sent, so that the benchmark ends.
    Message.objects.filter(status="queued").update(status="cancelled")
    return arrivals


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
