"""The inbox of a large shop: every way to look into it, and what open tabs cost that ask whether anything is new.

The reference of each page is the same page of a shop with 1,000 conversations, in the same run.
"""

import os
import re
import time
from collections import Counter
from statistics import median
from urllib.parse import urlencode

import requests
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from benchmarks import processes, shop, tabs
from benchmarks.report import Figure, at_most, exactly, note
from inbox import seeding
from inbox.models import Contact, Message, Tag, Thread
from meta_integration.models import PhoneNumber
from workspaces.models import Membership, Role, User

THREADS = int(os.environ.get("BENCH_THREADS", 100_000))
MESSAGES = int(os.environ.get("BENCH_MESSAGES", 1_000_000))
TIMES, REFERENCE_TIMES, SLOWEST = 30, 10, 200
VALUES = re.compile(r"(?:'(?:[^']|'')*'|\d+)(?:, (?:'(?:[^']|'')*'|\d+))*")


def measure() -> list[Figure]:
    shop.empty()
    User.objects.filter(username__startswith="bench").delete()
    large, small = shop.open_shop("large"), shop.open_shop("small")
    people = {number: _agent(number) for number in (large, small)}
    seeding.fill(large.workspace, threads=THREADS, messages=MESSAGES)
    seeding.fill(small.workspace, threads=1_000, messages=5_000)
    shop.settle_down()
    call_command("collectstatic", interactive=False, verbosity=0)
    pages, same = _pages(large), _pages(small)
    figures = []
    with processes.web() as port:
        fast, usual = _session(people[small]), _session(people[large])
        for name, path in pages.items():
            reference = _milliseconds(port, fast, same[name], REFERENCE_TIMES)
            took = _milliseconds(port, usual, path, TIMES)
            figures.append(at_most(f"{name}: 95 of 100 within", _share(took, 0.95), "ms", SLOWEST))
            figures.append(note("  half of them within", median(took), "ms"))
            figures.append(note("  reference: half, in a small shop", median(reference), "ms"))
    more = sum(_repeats(people[large], pages[name], people[small], same[name]) for name in pages)
    figures.append(exactly("pages that repeat a query more often than in a small shop", more, "", 0))
    return [*figures, *tabs.measure()]


def _pages(number: PhoneNumber) -> dict[str, str]:
    """What people do in an inbox, and the address of each."""
    mine = number.workspace
    some = Message.objects.for_workspace(mine).order_by("pk")[Message.objects.for_workspace(mine).count() // 2 :]
    message = some.first()
    contact = Contact.objects.for_workspace(mine).order_by("pk").last()
    longest = Thread.objects.for_workspace(mine).order_by("pk").first()
    tag = Tag.objects.for_workspace(mine).order_by("pk").first()
    asked = {
        "list": {},
        "list, mine": {"who": "mine"},
        "list, unassigned": {"who": "nobody"},
        "list, mentions": {"who": "mentions"},
        "list, pending": {"status": "PENDING"},
        "list, resolved": {"status": "RESOLVED"},
        "list, snoozed": {"status": "snoozed"},
        "list, blocked": {"status": "blocked"},
        "list, a number": {"number": number.pk, "status": "any"},
        "list, a tag": {"tag": tag.pk},
        "list, unread": {"unread": 1},
        "list, longest waiting": {"sort": "waiting"},
        "list, far down": {"status": "any", "older_than": f"{_middle(mine).isoformat()}_1"},
        "search, a rare word": {"search": "EX-500"},
        "search, a common word": {"search": "order"},
        "search, two common words": {"search": "the question"},
        "search, a word nobody wrote": {"search": "xylophone"},
        "search, two letters": {"search": "ad"},
        "search, a phone": {"search": f"+{contact.wa_id[:4]} {contact.wa_id[4:8]}-{contact.wa_id[8:]}"},
        "search, a name": {"search": contact.name},
        "search, a first name": {"search": contact.name.split()[0]},
        "search, Meta's id": {"search": message.wamid},
        "search, our reference": {"search": str(message.reference)},
    }
    pages = {name: f"/inbox/?{urlencode(query)}" for name, query in asked.items()}
    pages |= {"open a conversation": f"/inbox/{message.thread_id}/", "open a long one": f"/inbox/{longest.pk}/"}
    inside = Message.objects.for_workspace(mine).filter(thread=longest).order_by("occurred_at")
    place = inside[inside.count() // 2]
    pages["scroll back"] = f"/inbox/{longest.pk}/?before={place.occurred_at.isoformat()}_{place.pk}".replace("+", "%2B")
    pages["at a message"] = f"/inbox/{longest.pk}/?around={place.pk}"
    return pages


def _middle(workspace):
    moments = (
        Thread.objects.for_workspace(workspace).order_by("last_message_at").values_list("last_message_at", flat=True)
    )
    return moments[moments.count() // 2]


def _agent(number: PhoneNumber) -> User:
    person = User.objects.create_user(f"bench-{number.pk}")
    Membership.objects.create(user=person, workspace=number.workspace, role=Role.AGENT)
    return person


def _session(person: User) -> requests.Session:
    client, session = Client(), requests.Session()
    client.force_login(person)
    for name, cookie in client.cookies.items():
        session.cookies.set(name, cookie.value)
    return session


def _milliseconds(port: int, session: requests.Session, path: str, times: int) -> list[float]:
    took = []
    for attempt in range(times + 2):
        begun = time.perf_counter()
        answer = session.get(f"http://127.0.0.1:{port}{path}", timeout=60, allow_redirects=False)
        if answer.status_code != 200:
            raise RuntimeError(f"{path} answered {answer.status_code}")
        if attempt >= 2:  # Caches and prepared statements are there.
            took.append((time.perf_counter() - begun) * 1000)
    return took


def _share(took: list[float], share: float) -> float:
    return sorted(took)[min(len(took) - 1, int(len(took) * share))]


def _repeats(person: User, path: str, other: User, same: str) -> bool:
    """Whether any query of the page is made more often there than in the small shop.

    One may be missing there altogether: of what that shop happens not to have, such as tags of blocked customers.
    """
    many, few = _queries(person, path), _queries(other, same)
    return any(many[query] > max(few[query], 1) for query in many)


def _queries(person: User, path: str) -> Counter[str]:
    """How often each query is made, whatever values are in it."""
    client = Client(headers={"host": "127.0.0.1"})
    client.force_login(person)
    client.get(path)
    with CaptureQueriesContext(connection) as queries:
        client.get(path)
    return Counter(VALUES.sub("?", query["sql"]) for query in queries)
