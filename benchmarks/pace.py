"""One number at 80 a second for a minute: close to Meta's limit, and above it in no second."""

import time

from benchmarks import processes, sender, shop
from benchmarks.report import Figure, at_least, at_most
from benchmarks.sending import most_in_a_second

LIMIT, SECONDS = 80, 60


def measure() -> list[Figure]:
    shop.empty()
    number = shop.open_shop()
    shop.messages(number, shop.customers(number, 2000), LIMIT * (SECONDS + 10))
    shop.settle_down()
    with processes.stub() as meta, sender.pumping(number, meta):
        time.sleep(SECONDS + 4)
        arrivals = meta.arrivals()
    times = sorted(at for at, _ in arrivals)
    begun = times[0] + 1
    times = [at for at in times if begun <= at < begun + SECONDS]
    return [
        at_least("of the limit, over a minute", 100 * len(times) / SECONDS / LIMIT, "%", 95),
        at_most("of the limit, over a minute", 100 * len(times) / SECONDS / LIMIT, "%", 100),
        at_most("most in any second", most_in_a_second(times), "", LIMIT),
    ]
