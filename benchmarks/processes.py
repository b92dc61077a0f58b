"""The processes of a benchmark: the same commands as in production, each with its log under .data/bench."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import requests

from galantis.embedded import free_port

ROOT = Path(__file__).resolve().parent.parent
LOGS = ROOT / ".data" / "bench" / "logs"


@contextlib.contextmanager
def running(name: str, *command: str, port: int | None = None, **environment: str) -> Iterator[subprocess.Popen]:
    """A process (python -m COMMAND) that answers on its port by now, and is ended with all its children afterwards."""
    LOGS.mkdir(parents=True, exist_ok=True)
    nice = ["nice", "-n", "10"] if name.startswith("worker") else []  # As in the Procfile.
    with open(LOGS / f"{name}.log", "wb") as log:
        process = subprocess.Popen(
            [*nice, sys.executable, "-m", *command],
            cwd=ROOT, env=os.environ | environment, stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip
    try:
        if port:
            _wait_for(port, process, name)
        yield process
    finally:
        _end(process)


@contextlib.contextmanager
def web(application: str = "galantis.wsgi:application", *, name: str = "web") -> Iterator[int]:
    """Granian as in the Procfile; yields its port."""
    with web_process(application, name=name) as (port, _):
        yield port


@contextlib.contextmanager
def web_process(
    application: str = "galantis.wsgi:application", *, name: str = "web"
) -> Iterator[tuple[int, subprocess.Popen]]:
    port = free_port()
    command = ["granian", "--interface", "wsgi", "--host", "127.0.0.1", "--workers", "2", "--blocking-threads", "24"]
    with running(name, *command, "--port", str(port), application, port=port) as process:
        yield port, process


@dataclass(frozen=True)
class Stub:
    """Where the stub listens, and what has arrived there."""

    url: str

    def arrivals(self) -> list[tuple[float, str]]:
        """When each message arrived, in seconds since the epoch, with its reference."""
        return [(at, reference) for at, reference in requests.get(f"{self.url}/arrivals", timeout=30).json()]

    def forget(self) -> None:
        requests.delete(f"{self.url}/arrivals", timeout=10)


@contextlib.contextmanager
def stub() -> Iterator[Stub]:
    """Meta's /messages, answering after a tenth of a second."""
    port = free_port()
    with running("stub", "benchmarks.stub", "--port", str(port), "--latency", "0.1", port=port):
        yield Stub(f"http://127.0.0.1:{port}")


def worker(queues: str, concurrency: int, **environment: str):
    name = queues.partition(",")[0]
    arguments = ["-A", "galantis", "worker", "-n", f"{name}@bench", "-Q", queues, "--concurrency", str(concurrency)]
    quiet = ["--without-gossip", "--without-mingle", "--loglevel", "WARNING"]
    return running(f"worker-{name}", "celery", *arguments, *quiet, **environment)


def _wait_for(port: int, process: subprocess.Popen, name: str) -> None:
    until = time.monotonic() + 30
    while time.monotonic() < until:
        if process.poll() is not None:
            break
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        time.sleep(0.05)
    raise RuntimeError(f"{name} does not answer; its log: {LOGS / name}.log")


def _end(process: subprocess.Popen) -> None:
    for number, patience in ((signal.SIGTERM, 10), (signal.SIGKILL, 5)):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(patience)
            return
