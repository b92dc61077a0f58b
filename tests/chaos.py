"""Processes killed at random while messages go out and Meta misbehaves; then the books of both sides are compared."""

import random
import time
from collections import Counter
from dataclasses import dataclass, field

from tests.stack import NUMBER, Stack

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
    stack.start("valkey", "sandbox", "web", "worker", "beat")
    stack.wait_ready()
    stack.connect(stack.logged_in("merchant"))
    stack.control("weather", **WEATHER)
    stack.control("number", phone_number_id=NUMBER, throughput_level="HIGH")
    stack.sql("UPDATE meta_integration_phonenumber SET throughput_level = 'HIGH'")
    begun = time.monotonic()
    customers = stack.control("customers", count=min(messages, 1000), phone_number_id=NUMBER)["customers"]
    queue(stack, customers, messages)
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


def queue(stack: Stack, customers: list[str], messages: int) -> None:
    """As a campaign would, in one statement each: customers, their threads, and messages, each customer in turn."""
    stack.sql(
        """
        WITH number AS (SELECT id, workspace_id FROM meta_integration_phonenumber WHERE phone_number_id = %s),
        person AS (INSERT INTO inbox_contact (workspace_id, wa_id, name, username, parent_user_id, created_at)
          SELECT workspace_id, wa_id, '', '', '', now() FROM number, unnest(%s::text[]) wa_id RETURNING id),
        thread AS (INSERT INTO inbox_thread (workspace_id, number_id, contact_id, status, preview, last_type,
            unread_count, pair_strikes, window_expires_at)
          SELECT workspace_id, number.id, person.id, 'OPEN', '', '', 0, 0, now() + interval '12 hours'
          FROM number, person RETURNING id, workspace_id, number_id),
        placed AS (SELECT *, row_number() OVER () - 1 AS place, count(*) OVER () AS many FROM thread)
        INSERT INTO inbox_message (workspace_id, thread_id, number_id, direction, type, body, content, status,
          reference, created_at, priority, attempts, error)
        SELECT workspace_id, id, number_id, 'out', 'text', 'Hello', '{"text": {"body": "Hello"}}', 'queued',
          gen_random_uuid(), now(), 2, 0, ''
        FROM generate_series(0, %s - 1) n JOIN placed ON place = n %% many ORDER BY n
        """,
        NUMBER,
        customers,
        messages,
    )


def ours(stack: Stack) -> dict[str, str]:
    return dict(stack.sql("SELECT reference::text, status FROM inbox_message WHERE direction = 'out'"))
