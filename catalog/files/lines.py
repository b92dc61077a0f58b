"""One product of a file, as its texts say it."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Line:
    """`number` is where it stands, for people; `texts` by the names of `catalog.fields`; problems as they are stored."""

    number: int
    texts: dict[str, str]
    problems: list[dict] = field(default_factory=list)
