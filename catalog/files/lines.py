"""One product of a file, as its texts say it."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Line:
    """`number`: where it stands, for people. `texts` by the names of `catalog.fields`. Problems as they are stored."""

    number: int
    texts: dict[str, str]
    problems: list[dict] = field(default_factory=list)
