"""What Meta's answers to a batch say of each product, whatever shape they have. Knows no rows, only numbers."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

SAID = 300
MOST_MESSAGES = 10


@dataclass
class Verdict:
    """Meta's words by product: `refused` without words is refused without a reason.

    `is_partial`: Meta counted more errors than it named, so a product that is not named need not have been taken.
    """

    refused: dict[int, list[str]] = field(default_factory=dict)
    warned: dict[int, list[str]] = field(default_factory=dict)
    is_partial: bool = False


def handle_in(answer: Mapping) -> str:
    """Meta's receipt; empty where nothing was accepted."""
    return next((each for each in _list(answer.get("handles")) if isinstance(each, str) and each), "")


def at_once(answer: Mapping, pks: Mapping[str, int]) -> Verdict:
    """Of the answer to `items_batch`. `pks` are the products that were sent, by their numbers."""
    refused, warned = defaultdict(list), defaultdict(list)
    for entry in _dicts(answer.get("validation_status")):
        pk = pks.get(str(entry.get("retailer_id")))
        if pk is None:
            continue
        if errors := _list(entry.get("errors")):
            refused[pk] += messages(errors)
        warned[pk] += messages(_list(entry.get("warnings")))
    return Verdict(dict(refused), _with_words(warned))


def at_the_end(status: Mapping, pks: Mapping[str, int], lines: Sequence[int]) -> Verdict:
    """Of a finished batch. `lines` are the products in the order in which they were sent; Meta counts from one."""
    refused, warned = defaultdict(list), defaultdict(list)
    errors = _dicts(status.get("errors"))
    nameless = 0
    for entry in errors:
        pk = _meant(entry, pks, lines)
        if pk is None:
            nameless += 1
        else:
            refused[pk] += messages([entry])
    for entry in _dicts(status.get("warnings")):
        if (pk := _meant(entry, pks, lines)) is not None:
            warned[pk] += messages([entry])
    for number in _list(status.get("ids_of_invalid_requests")):
        if (pk := pks.get(str(number))) is not None:
            refused.setdefault(pk, [])
    counted = status.get("errors_total_count")
    counted = counted if isinstance(counted, int) else 0
    named = max(len(errors) - nameless, len(refused))
    return Verdict(dict(refused), _with_words(warned), is_partial=max(counted, len(errors)) > named)


def is_finished(status: Mapping) -> bool:
    return str(status.get("status")).lower() == "finished"


def messages(entries: Sequence) -> list[str]:
    """The texts in a list of errors or warnings."""
    texts = (entry.get("message") if isinstance(entry, Mapping) else entry for entry in entries)
    return [str(text).replace("\0", "")[:SAID] for text in texts if text][:MOST_MESSAGES]


def _meant(entry: Mapping, pks: Mapping[str, int], lines: Sequence[int]) -> int | None:
    """By its number; where Meta names none, by its line."""
    if entry.get("id") not in (None, ""):
        return pks.get(str(entry["id"]))
    line = entry.get("line")
    return lines[line - 1] if isinstance(line, int) and 1 <= line <= len(lines) else None


def _with_words(said: Mapping[int, list[str]]) -> dict[int, list[str]]:
    return {pk: list(dict.fromkeys(words))[:MOST_MESSAGES] for pk, words in said.items() if words}


def _list(value) -> list:
    return value if isinstance(value, list) else []


def _dicts(value) -> list[dict]:
    return [each for each in _list(value) if isinstance(each, dict)]
