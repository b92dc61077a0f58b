import argparse
import importlib
import os
import sys
import time

import django

from benchmarks import report
from tests.stack import new_database

TITLES = {
    "intake": "Webhook intake",
    "statuses": "Statuses applied",
    "sending": "Sending, one number at 1,000 a second",
    "pace": "Pace at 80 a second",
    "reply": "An agent's answer beside a campaign",
    "campaign": "Intake while a campaign runs",
    "inbox": "The inbox, 1,000,000 messages",
    "replay": "Replay, three times in random order",
    "chaos": "Processes killed at random",
    "catalog": "A catalog of 10,000 products",
    "tabs": "Open inbox pages while nothing changes",
}


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="bin/bench", description="The measured promises; all of them, or those named."
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(TITLES))
    parser.add_argument("--json", metavar="FILE", help="write what was found there too")
    arguments = parser.parse_args()
    if strangers := set(arguments.names) - TITLES.keys():
        parser.error(f"there is no {', '.join(sorted(strangers))}; there are {', '.join(TITLES)}")
    machine, results = report.machine(), {}
    print("\n".join(f"{name.replace('_', ' ')}: {value}" for name, value in machine.items()))
    _make_database()
    for name in arguments.names or TITLES:
        begun = time.monotonic()
        results[name] = importlib.import_module(f"benchmarks.{name}").measure()
        report.show(f"{TITLES[name]} ({time.monotonic() - begun:.0f} s)", results[name])
    if arguments.json:
        with open(arguments.json, "w") as file:
            file.write(report.as_json(machine, results))
    return int(any(figure.is_kept is False for figures in results.values() for figure in figures))


def _make_database() -> None:
    """A database of its own, empty, with all tables; for this process and all it starts."""
    os.environ["DATABASE_URL"] = new_database("galantis_bench")
    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)


if __name__ == "__main__":
    sys.exit(main())
