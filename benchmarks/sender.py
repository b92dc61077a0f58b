"""A worker that sends what is queued to a stub in Meta's place."""

import contextlib
import time
from collections.abc import Iterator

from benchmarks import processes
from inbox.models import Message
from inbox.tasks import pump
from meta_integration.models import PhoneNumber


@contextlib.contextmanager
def pumping(number: PhoneNumber, meta: processes.Stub) -> Iterator[None]:
    """The number's pump runs: the first message has arrived. What is left at the end is not sent, so that it ends."""
    with processes.worker("sending", 2, GRAPH_BASE_URL=meta.url):
        pump.delay(number.pk)
        _wait_for_the_first(meta)
        yield
        Message.objects.filter(status="queued").update(status="cancelled")


def _wait_for_the_first(meta: processes.Stub) -> None:
    """However long a worker takes to start: what is measured begins when it sends."""
    until = time.monotonic() + 30
    while not meta.arrivals():
        if time.monotonic() > until:
            raise RuntimeError(f"nothing was sent; the log: {processes.LOGS / 'worker-sending.log'}")
        time.sleep(0.1)
