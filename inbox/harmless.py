"""Strangers' words made harmless for a page: what is not seen, or would break out of its place, is taken out.

Escaping is the template's. This takes care of what escaping leaves: control characters, signs that turn the direction
of all that follows, runs of nothing, and towers of accents.
"""

import re

# Control characters but tab and line feed; what turns directions and never turns them back; separators of lines.
UNSEEN = "\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u206a-\u206f\ufff9-\ufffb\ue000\ue001"
# Of no width: kept one at a time, since emoji and several scripts are joined by some of them.
NO_WIDTH = "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u2060-\u2064\u3164\ufeff\uffa0"
TAKEN_OUT = re.compile(f"[{UNSEEN}\ud800-\udfff]")
RUN_OF_NOTHING = re.compile(f"([{NO_WIDTH}])[{NO_WIDTH}]+")
# No script puts more of them on one letter.
MOST_ACCENTS = 4
ACCENTS = "\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u0610-\u061a\u064b-\u065f\u0e47-\u0e4e\u1ab0-\u1aff\u1dc0-\u1dff"
ACCENTS += "\u20d0-\u20ff\ufe20-\ufe2f"
TOWER = re.compile(f"([{ACCENTS}]{{{MOST_ACCENTS}}})[{ACCENTS}]+")
# The tags of a flag are six, and unseen anywhere else.
TAGS = re.compile("([\U000e0000-\U000e007f]{8})[\U000e0000-\U000e007f]+")


def words(text) -> str:
    """The text as it may stand on a page; empty for what is no text."""
    if not isinstance(text, str):
        return ""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n")
    text = TAKEN_OUT.sub("", text)
    return TAGS.sub(r"\1", TOWER.sub(r"\1", RUN_OF_NOTHING.sub(r"\1", text)))


def line(text, most: int = 300) -> str:
    """The same in one line, and no longer than `most`."""
    plain = " ".join(words(text).split())
    return plain if len(plain) <= most else f"{plain[: most - 1]}…"
