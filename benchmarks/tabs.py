"""Open inbox pages that ask all the time whether anything changed, and what that costs the web process."""

import os
import selectors
import socket
import time
from pathlib import Path
from urllib.parse import urlencode

import requests

from benchmarks import processes
from benchmarks.report import Figure, at_most, exactly, note
from workspaces import live

TABS, SECONDS, WARM = 200, 30, 3
# As `live.js` does where nothing changes.
EVERY = 1.5


def measure() -> list[Figure]:
    share, answers = _run("galantis.wsgi:application")
    bare, _ = _run("benchmarks.bare_tabs:application")
    return [
        at_most(f"of one core, for {TABS} open pages", share, "%", 5),
        exactly("answers that said anything but “nothing new”", len(answers) - answers.count(204), "", 0),
        note("questions answered", len(answers) / SECONDS, "/s"),
        note("of one core, where every question is answered blindly", bare, "%"),
        note("of that, what ours costs", share / bare, "times"),
    ]


def _run(application: str) -> tuple[float, list[int]]:
    """How much of one core the web process used, and what it answered."""
    with processes.web_process(application) as (port, web):
        questions = [_question(port, n) for n in range(TABS)]
        ask(port, questions, WARM)
        spent, begun = cpu_seconds(web.pid), time.monotonic()
        answers = ask(port, questions, SECONDS)
        return 100 * (cpu_seconds(web.pid) - spent) / (time.monotonic() - begun), answers


def ask(port: int, questions: list[bytes], seconds: float) -> list[int]:
    """Each question again and again, over a connection of its own; the statuses that came."""
    selector, statuses, tabs = selectors.DefaultSelector(), [], len(questions)
    count = int(tabs * seconds / EVERY)
    for question in questions:
        sock = socket.create_connection(("127.0.0.1", port))
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        selector.register(sock, selectors.EVENT_READ, question)
    pages = [(key.fileobj, key.data) for key in selector.get_map().values()]
    begun = time.monotonic()
    for n in range(count):
        due = begun + n * EVERY / tabs
        while (left := due - time.monotonic()) > 0:
            for key, _ in selector.select(timeout=left):
                statuses.append(int(key.fileobj.recv(4096)[9:12]))
        sock, question = pages[n % tabs]
        sock.sendall(question)
    until = time.monotonic() + 1
    while len(statuses) < count and time.monotonic() < until:
        statuses += [int(key.fileobj.recv(4096)[9:12]) for key, _ in selector.select(timeout=0.1)]
    for sock, _ in pages:
        sock.close()
    return statuses


def _question(port: int, n: int) -> bytes:
    """What the n-th page asks from its second question on: each reads a conversation of its own."""
    given = {"token": live.token_for(1 + n % 4, 1 + n), "thread": 1 + n, "doing": "reading.1"}
    given["version"] = requests.get(f"http://127.0.0.1:{port}/inbox/live/", given, timeout=10).text
    return f"GET /inbox/live/?{urlencode(given)} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode()


def cpu_seconds(group: int) -> float:
    """What a process and its children, each of its group, have used of the processor so far."""
    ticks = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:  # Ended meanwhile.
            continue
        if int(fields[2]) == group:
            ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")
