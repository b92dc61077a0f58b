"""An agent's answer beside a campaign at full speed: from pressing Send to the wire."""

import time
from statistics import quantiles

from benchmarks import processes, sender, shop
from benchmarks.report import Figure, at_most, exactly, note
from inbox.services import sending
from workspaces.models import User

REPLIES, EVERY = 150, 0.2


def measure() -> list[Figure]:
    return [*_beside_a_campaign("STANDARD", 80), *_beside_a_campaign("HIGH", 1000)]


def _beside_a_campaign(level: str, limit: int) -> list[Figure]:
    shop.empty()
    number = shop.open_shop(level=level)
    threads = shop.customers(number, 5000)
    author = User.objects.filter(username="agent").first() or User.objects.create(username="agent")
    shop.messages(number, threads, int(limit * (REPLIES * EVERY + 20)))
    shop.settle_down()
    pressed = {}
    with processes.stub() as meta, sender.pumping(number, meta):
        time.sleep(5)
        for n in range(REPLIES):
            begun = time.time()
            message = sending.reply(threads[n], "Yes, it is on its way.", author=author)
            pressed[str(message.reference)] = begun
            time.sleep(max(0.0, begun + EVERY - time.time()))
        time.sleep(3)
        arrivals = meta.arrivals()
    took = [at - pressed[reference] for at, reference in arrivals if reference in pressed]
    campaign = [at for at, reference in arrivals if reference not in pressed]
    cuts = quantiles(took, n=100)
    return [
        at_most(f"99 of 100 replies, campaign at {limit}/s", cuts[98], "s", 2),
        note("half of them", cuts[49], "s"),
        exactly("replies that did not go out", REPLIES - len(took), "", 0),
        note("the campaign meanwhile", len(campaign) / (max(campaign) - min(campaign)), "/s"),
    ]
