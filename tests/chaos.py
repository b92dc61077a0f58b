"""Processes killed at random while messages go out and Meta misbehaves; then the books of both sides are compared."""

import random
import time
from collections import Counter
from dataclasses import dataclass, field

from tests import campaign
from tests.stack import Stack

VICTIMS = ("web", "worker", "beat", "valkey")
WEATHER = {"no_pair_limit": True, "duplicate": 0.2, "reorder": 0.2, "webhook_delay": 1.5, "early_status": 0.1}
# Final where no customer opens the chat. `unknown` is final only for what Meta never accepted.
DONE = {"sent", "delivered", "read", "failed"}


@dataclass
class Books:
    """What Galantis says of each message, what Meta accepted of each, and what was done to them."""

    ours: dict[str, str] = field(default_factory=dict)
    metas: dict[str, int] = field(default_factory=dict)
    kills: Counter = field(default_factory=Counter)
    seconds: float = 0.0

    @property
    def twice(self) -> list[str]:
        return [reference for reference, count in self.metas.items() if count > 1]

    @property
    def lost(self) -> list[str]:
        """Meta does not have them, and Galantis does not say so; or Meta has them, and Galantis does not know."""
        says_it_went = {reference for reference, status in self.ours.items() if status in ("sent", "delivered", "read")}
        return sorted(says_it_went ^ self.metas.keys())

    @property
    def never_accepted(self) -> list[str]:
        """In doubt for good: begun when the worker died, and Meta did not get them."""
        return [
            reference for reference, status in self.ours.items() if status == "unknown" and reference not in self.metas
        ]

    @property
    def unsettled(self) -> list[str]:
        return [
            reference
            for reference, status in self.ours.items()
            if status not in DONE and reference not in self.never_accepted
        ]


def run(stack: Stack, *, messages: int, kills: int, pause: tuple[float, float], patience: float) -> Books:
    """Connect, queue messages to many customers, kill `kills` processes at random, wait until all is settled."""
    campaign.connect(stack, **WEATHER)
    begun = time.monotonic()
    campaign.queue(stack, messages, customers=min(messages, 1000))
    books = Books()
    for _ in range(kills):
        time.sleep(random.uniform(*pause))
        victim = random.choice(VICTIMS)
        books.kills[victim] += 1
        stack.kill(victim)
        time.sleep(random.uniform(0, 0.5))
        stack.start(victim)
    until = time.monotonic() + patience
    while time.monotonic() < until:
        books.ours, books.metas = ours(stack), stack.accepted()
        if not (books.unsettled or books.lost):
            break
        time.sleep(1)
    books.seconds = time.monotonic() - begun
    return books


def ours(stack: Stack) -> dict[str, str]:
    return dict(stack.sql("SELECT reference::text, status FROM inbox_message WHERE direction = 'out'"))
