import json

from django.core.management.base import BaseCommand

from workspaces import doctor
from workspaces.doctor import Result, State

SYMBOLS = {State.OK: "✓", State.WARNING: "!", State.FAULT: "✗", State.NOT_KNOWN: "?"}


class Command(BaseCommand):
    help = "Say what is wrong with this installation, and what helps. Ends with 0 when there is no fault."
    # It is to run where nothing else does.
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("--json", action="store_true", help="one JSON object, for programs")
        parser.add_argument("--local", action="store_true", help="do not ask Meta")
        parser.add_argument("--accounts", type=int, default=25, help="ask Meta about at most so many accounts (25)")

    def handle(self, *args, json: bool, local: bool, accounts: int, **options):
        results = doctor.examine(asks_meta=not local, accounts=accounts)
        faults = [each for each in results if each.state == State.FAULT]
        self.stdout.write(_as_json(results) if json else _as_text(results))
        if faults:
            raise SystemExit(1)


def _as_json(results: list[Result]) -> str:
    counts = {str(state): sum(each.state == state for each in results) for state in State}
    return json.dumps({"counts": counts, "results": [each.as_json() for each in results]}, indent=1)


def _as_text(results: list[Result]) -> str:
    lines = []
    for each in results:
        about = f" ({each.about})" if each.about else ""
        lines.append(f"{SYMBOLS[each.state]} {each.name}{about}: {each.meaning}")
        if each.next_step:
            lines.append(f"    → {each.next_step}")
    faults = sum(each.state == State.FAULT for each in results)
    warnings = sum(each.state == State.WARNING for each in results)
    lines += ["", f"{faults} faults, {warnings} warnings. docs/operations.md has an entry for each name."]
    return "\n".join(lines)
