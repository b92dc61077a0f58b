"""The inbox of a large shop: every way to look into it, and what open tabs cost that ask whether anything is new.

The reference of each page is the same page of a shop with 1,000 conversations, in the same run.
"""

import http.client
import os
import threading
import time
from pathlib import Path
from statistics import median
from urllib.parse import urlencode

import requests
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from benchmarks import processes, shop
from benchmarks.report import Figure, at_most, exactly, note
from inbox import seeding
from inbox.models import Contact, Message, Tag, Thread
from meta_integration.models import PhoneNumber
from workspaces import live
from workspaces.models import Membership, Role, User

THREADS = int(os.environ.get("BENCH_THREADS", 100_000))
MESSAGES = int(os.environ.get("BENCH_MESSAGES", 1_000_000))
TIMES, REFERENCE_TIMES, SLOWEST = 30, 10, 200
TABS, SECONDS, SHARE = 200, 30, 5


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
    with processes.web_process() as (port, web):
        fast, usual = _session(people[small]), _session(people[large])
        for name, path in pages.items():
            reference = _milliseconds(port, fast, same[name], REFERENCE_TIMES)
            took = _milliseconds(port, usual, path, TIMES)
            figures.append(at_most(f"{name}: 95 of 100 within", _share(took, 0.95), "ms", SLOWEST))
            figures.append(note("  half of them within", median(took), "ms"))
            figures.append(note("  reference: half, in a small shop", median(reference), "ms"))
        share = _polling(port, web.pid, people[large], large)
    more = sum(_queries(people[large], pages[name]) != _queries(people[small], same[name]) for name in pages)
    figures.append(exactly("pages that need other queries than in a small shop", more, "", 0))
    figures.append(at_most(f"{TABS} open tabs, of one core", share, "%", SHARE))
    return figures


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


def _queries(person: User, path: str) -> int:
    client = Client(headers={"host": "127.0.0.1"})
    client.force_login(person)
    client.get(path)
    with CaptureQueriesContext(connection) as queries:
        client.get(path)
    return len(queries)


# Open tabs -----------------------------------------------------------------------------------------------------------
def _polling(port: int, pid: int, person: User, number: PhoneNumber) -> float:
    """What share of one core the web process takes while tabs ask once a second, a conversation open in each."""
    token = live.token_for(number.workspace_id, person.pk)
    opened = Thread.objects.for_workspace(number.workspace).order_by("-last_message_at").values_list("pk", flat=True)
    tabs = [_Tab(port, {"token": token, "thread": pk, "doing": "reading.1"}) for pk in opened[:TABS]]
    before, begun = _processor_seconds(pid), time.perf_counter()
    threads = [threading.Thread(target=_ask, args=(tabs[n::20], begun + SECONDS)) for n in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return 100 * (_processor_seconds(pid) - before) / (time.perf_counter() - begun)


class _Tab:
    """As live.js asks: with the version that it was told last."""

    def __init__(self, port: int, question: dict):
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        self.question, self.version = question, ""
        self.ask()

    def ask(self) -> None:
        self.connection.request("GET", f"/inbox/live/?{urlencode({**self.question, 'version': self.version})}")
        answer = self.connection.getresponse()
        body = answer.read().decode()
        if answer.status not in (200, 204):
            raise RuntimeError(f"an open tab was answered {answer.status}")
        self.version = body or self.version


def _ask(tabs: list[_Tab], until: float) -> None:
    while (due := time.perf_counter() + 1) <= until:
        for place, tab in enumerate(tabs):
            time.sleep(max(0, due - 1 + place / len(tabs) - time.perf_counter()))
            tab.ask()
        time.sleep(max(0, due - time.perf_counter()))


def _processor_seconds(pid: int) -> float:
    """Of a process and all it started."""
    ticks = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[2]) == pid:  # The group: `processes.running` makes one for each.
            ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")
