"""Reading a file of products into lines, a part at a time. Killed in the middle, it is begun anew without doubles."""

import contextlib
import itertools
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import OperationalError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from catalog.files import Unreadable
from catalog.files.reading import Line, Table, open_table
from catalog.models import ImportLine, ProductImport
from catalog.problems import problem
from catalog.services import import_lines, import_progress
from workspaces import live
from workspaces.bulk import insert_each

State = ProductImport.State
# Longer than a part takes, by far. A reading that was not heard of for so long died with its worker.
LEASE = timedelta(minutes=2)
CHUNK = 2000
MOST_LINES = 200_000
COUNTS = {"new_count": "new", "changed_count": "changed", "same_count": "same", "bad_count": "bad"}


class Lost(Exception):
    """Another worker reads it, or it was given up."""


def claim(import_pk: int) -> ProductImport | None:
    """The import, for us to be read from its beginning. None where there is nothing to read, or another reads."""
    now = timezone.now()
    free = ProductImport.objects.filter(Q(lease_until=None) | Q(lease_until__lt=now), pk=import_pk, state=State.READING)
    none = dict.fromkeys(["line_count", *COUNTS], 0)
    with transaction.atomic():
        if not free.update(lease_until=now + LEASE, **none):
            return None
        ImportLine.objects.filter(made=import_pk).delete()
    return ProductImport.objects.select_related("workspace").get(pk=import_pk)


def read(made: ProductImport) -> None:
    """All of it, if nobody takes it away: it is READY then, or FAILED with the reason."""
    work = _Reading(made, made.lease_until)
    try:
        work.read()
    except Lost:
        return
    except Unreadable as refused:
        work.end(State.FAILED, str(refused))
    except FileNotFoundError:
        work.end(State.FAILED, _("The file is not there any more. Upload it again."))
    except OperationalError:
        raise  # PostgreSQL went away: the lease runs out, and it is begun anew.
    except Exception:
        # It would be the same again: support finds the reason in the log.
        work.end(State.FAILED, _("Galantis could not read the file, and that is our fault. Support finds out why."))
        raise


@dataclass
class _Reading:
    made: ProductImport
    lease: datetime
    # Product numbers and the lines in which they stand first.
    seen: dict[str, int] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(["line_count", *COUNTS], 0))

    def read(self) -> None:
        with self.made.file.open("rb") as stored:
            table = open_table(stored.file)
            self._begin(table)
            while part := list(itertools.islice(table.lines, CHUNK)):
                self._take(part)
                with contextlib.suppress(OSError, ValueError):
                    import_progress.set_percent(self.made.pk, stored.file.tell() * 100 // max(self.made.size, 1))
        if not self.counts["line_count"]:
            raise Unreadable(_("The file names its columns, but below them there is no product."))
        self._heard(state=State.READY, lease_until=None)
        live.touch(self.made.workspace_id)

    def end(self, state: str, error: str) -> None:
        with contextlib.suppress(Lost), transaction.atomic():
            ImportLine.objects.filter(made=self.made).delete()
            none = dict.fromkeys(["line_count", *COUNTS], 0)
            self._heard(state=state, error=error[:500], finished_at=timezone.now(), lease_until=None, **none)
        live.touch(self.made.workspace_id)

    def _begin(self, table: Table) -> None:
        self._heard(
            format=table.format, encoding=table.encoding, delimiter=table.delimiter, columns=table.columns, error=""
        )

    def _take(self, part: list[Line]) -> None:
        texts = [import_lines.plain(line.texts) for line in part]
        problems = [[*line.problems, *self._twice(line)] for line in part]
        judged = import_lines.judge(self.made.workspace, zip(texts, problems, strict=True), self.made.currency)
        rows = [
            {
                "workspace_id": self.made.workspace_id,
                "made_id": self.made.pk,
                "line": line.number,
                "state": each.state,
                "retailer_id": import_lines.number_of(values),
                "values": values,
                "problems": each.problems,
            }
            for line, values, each in zip(part, texts, judged, strict=True)
        ]
        self.counts["line_count"] += len(rows)
        for name, state in COUNTS.items():
            self.counts[name] += sum(each["state"] == state for each in rows)
        if self.counts["line_count"] > MOST_LINES:
            message = _("The file has more than %(most)s products. Divide it into several files.")
            raise Unreadable(message % {"most": f"{MOST_LINES:,}"})
        with transaction.atomic():
            insert_each(ImportLine, rows)
            self._heard(**self.counts)

    def _twice(self, line: Line) -> list[dict]:
        number = import_lines.number_of(line.texts)
        if not number:
            return []
        first = self.seen.setdefault(number, line.number)
        return [] if first == line.number else [problem("retailer_id", "number_twice", line=first)]

    def _heard(self, **values) -> None:
        """Write it down. Raises Lost where it is not ours any more."""
        mine = ProductImport.objects.filter(pk=self.made.pk, state=State.READING, lease_until=self.lease)
        lease = timezone.now() + LEASE
        if not mine.update(**{"lease_until": lease, **values}):
            raise Lost
        self.lease = lease
