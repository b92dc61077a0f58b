"""Meta's messaging limits: to how many new customers a business may write first in 24 hours."""

import re

UNLIMITED = "TIER_UNLIMITED"


def customers_a_day(tier: str) -> int | None:
    """None where there is no limit, or none we can read: then it is Meta's to enforce."""
    found = re.fullmatch(r"TIER_(\d{1,7})(K?)", tier or "")
    return int(found[1]) * (1000 if found[2] else 1) if found else None


def tier_of(value) -> str:
    """Meta writes a limit as the name of a tier or as a number, -1 for none. Empty for what is neither."""
    if isinstance(value, str) and value.startswith("TIER_"):
        return value[:40]
    try:
        count = int(value)
    except (TypeError, ValueError):
        return ""
    if isinstance(value, bool) or count == 0 or count < -1:
        return ""
    if count == -1:
        return UNLIMITED
    return f"TIER_{count // 1000}K" if count % 1000 == 0 else f"TIER_{count}"


def compare(new: str, old: str) -> int:
    """-1 when the new limit is lower, 1 when it is higher, 0 when they are the same or cannot be compared."""
    new_size, old_size = _size(new), _size(old)
    if new_size is None or old_size is None:
        return 0
    return (new_size > old_size) - (new_size < old_size)


def _size(tier: str) -> float | None:
    return float("inf") if tier == UNLIMITED else customers_a_day(tier)
