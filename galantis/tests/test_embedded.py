"""Real servers in a temporary directory, started the way the scripts in bin/ do."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TELL = "import json, os; print(json.dumps({n: os.environ[n] for n in ('DATABASE_URL', 'REDIS_URL')}), flush=True)"
STAY = TELL + "; import time; time.sleep(60)"
COUNT = """
import os, psycopg
with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
    connection.execute("CREATE TABLE IF NOT EXISTS kept (at timestamptz)")
    connection.execute("INSERT INTO kept VALUES (now())")
    print(connection.execute("SELECT count(*) FROM kept").fetchone()[0])
"""


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """One directory for the module: making a cluster takes a second. Each test must leave it with nothing running."""
    return tmp_path_factory.mktemp("embedded")


@pytest.fixture
def start(data):
    """start(code, **env): run Python code between the servers. Whatever still runs at the end of the test is killed."""
    started = []

    def start(code, **env):
        clean = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")}
        command = [
            sys.executable,
            "-m",
            "galantis.embedded",
            "--data",
            data,
            "--fast",
            "--",
            sys.executable,
            "-c",
            code,
        ]
        process = subprocess.Popen(
            command, cwd=ROOT, env=clean | env, text=True, stdout=subprocess.PIPE, start_new_session=True,
            preexec_fn=hear_ctrl_c,
        )  # fmt: skip
        started.append(process)
        return process

    yield start
    for process in started:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        process.stdout.close()


def hear_ctrl_c():
    """Tests started in the background inherit a SIGINT that is ignored."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def urls_of(process):
    return json.loads(process.stdout.readline())


def answer_of(process):
    output, _ = process.communicate(timeout=30)
    assert process.returncode == 0
    return output.strip()


def running_servers(data):
    listing = subprocess.run(["ps", "-wweo", "args"], capture_output=True, text=True, check=True).stdout
    return [line for line in listing.splitlines() if f"{data}/" in line and "galantis.embedded" not in line]


def test_data_survives_a_restart(start, data):
    before = int(answer_of(start(COUNT)) or 0)
    assert running_servers(data) == []
    assert answer_of(start(COUNT)) == str(before + 1)


def test_valkey_answers_and_refuses_to_evict(start):
    code = "import os, redis; print(redis.from_url(os.environ['REDIS_URL']).config_get('maxmemory-policy'))"
    assert "noeviction" in answer_of(start(code))


def test_killed_without_warning_it_starts_again(start, data):
    before = int(answer_of(start(COUNT)))
    process = start(STAY)
    urls_of(process)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    assert answer_of(start(COUNT)) == str(before + 1)
    assert running_servers(data) == []


def test_pid_file_with_the_number_of_another_process_is_no_obstacle(start, data):
    answer_of(start(TELL))
    stale = data / "postgres" / "data" / "postmaster.pid"
    stale.write_text(f"{os.getpid()}\n{stale.parent}\n1\n5432\n\n127.0.0.1\n\nready\n")
    answer_of(start(TELL))


def test_second_start_joins_and_leaves_the_servers_running(start, data):
    owner = start(STAY)
    urls = urls_of(owner)
    assert json.loads(answer_of(start(TELL))) == urls
    assert running_servers(data)
    owner.send_signal(signal.SIGTERM)
    owner.wait(timeout=30)
    assert running_servers(data) == []


def test_two_starts_at_once_share_one_server(start):
    one, two = start(STAY), start(STAY)
    assert urls_of(one) == urls_of(two)
    for process in (one, two):
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)


@pytest.mark.parametrize(
    ("code", "expected"), [("raise SystemExit(7)", 7), ("import os; os.kill(os.getpid(), 9)", 128 + signal.SIGKILL)]
)
def test_exit_code_is_passed_on(start, code, expected):
    assert start(code).wait(timeout=30) == expected


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_signal_reaches_the_command_before_the_servers_end(start, data, sign):
    process = start(f"""
import os, signal, sys, time, psycopg
def end(*_):
    time.sleep(0.3)
    print(psycopg.connect(os.environ["DATABASE_URL"]).execute("SELECT 'still there'").fetchone()[0])
    sys.exit(3)
signal.signal({int(sign)}, end)
print("ready", flush=True)
time.sleep(60)
""")
    process.stdout.readline()
    process.send_signal(sign)
    output, _ = process.communicate(timeout=30)
    assert (output.strip(), process.returncode) == ("still there", 3)
    assert running_servers(data) == []


def test_url_of_the_environment_is_left_alone(start, data):
    given = "postgres://somebody@db.example.com/galantis"
    process = start(STAY, DATABASE_URL=given)
    assert urls_of(process)["DATABASE_URL"] == given
    assert not any("/postgres " in line for line in running_servers(data))
    process.send_signal(signal.SIGTERM)
    process.wait(timeout=30)


def test_failed_start_shows_the_servers_log(tmp_path):
    data = tmp_path / "postgres" / "data"
    data.mkdir(parents=True)
    clean = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")}
    started = time.monotonic()
    result = subprocess.run(
        [sys.executable, "-m", "galantis.embedded", "--data", tmp_path, "--", "true"],
        cwd=ROOT, env=clean, text=True, capture_output=True,
    )  # fmt: skip
    assert result.returncode == 1
    assert "PostgreSQL did not start" in result.stderr
    assert "postgres" in result.stderr.lower()
    assert time.monotonic() - started < 10
