"""10,000 messages while web, worker, beat and Valkey are killed with SIGKILL at random and the sandbox misbehaves."""

import tempfile
from pathlib import Path

from benchmarks.report import Figure, exactly, note
from tests import chaos
from tests.stack import prepared

MESSAGES, KILLS, PAUSE, PATIENCE = 10_000, 14, (1.0, 4.0), 120


def measure() -> list[Figure]:
    with tempfile.TemporaryDirectory(prefix="galantis-chaos-") as folder:
        options = {"own_valkey": True, "SENDING_LEASE_SECONDS": "12", "GRAPH_READ_TIMEOUT": "6"}
        with prepared(Path(folder), **options) as stack:
            books = chaos.run(stack, messages=MESSAGES, kills=KILLS, pause=PAUSE, patience=PATIENCE)
    accepted_or_in_doubt = len(books.metas) + len(books.never_accepted)
    return [
        exactly("messages in exactly one state", len(books.ours), "", MESSAGES),
        exactly("accepted twice by Meta", len(books.twice), "", 0),
        exactly("lost, or said otherwise than Meta says", len(books.lost), "", 0),
        exactly("in doubt although Meta has them", len(books.unsettled), "", 0),
        exactly("accepted, or known never to have been", accepted_or_in_doubt, "", MESSAGES),
        note("in doubt: begun by a killed worker, never at Meta", len(books.never_accepted), ""),
        *(note(f"{name} killed", count, "times") for name, count in sorted(books.kills.items())),
        note("from the first message to the last status", books.seconds, "s"),
    ]
