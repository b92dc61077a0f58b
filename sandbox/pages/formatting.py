"""WhatsApp's own formatting: *bold*, _italic_, ~struck~, `code`. Everything else stays as it was written."""

import re

from .render import Html, el, join

MARKS = {"*": "strong", "_": "em", "~": "s", "`": "code"}
MARKED = re.compile(r"(?<![\w*_~`])([*_~`])(?=\S)(.+?)(?<=\S)\1(?![\w*_~`])")


def formatted(text: str) -> Html:
    parts, end = [], 0
    for match in MARKED.finditer(text):
        inner = match[2] if match[1] == "`" else formatted(match[2])
        parts += [text[end : match.start()], el(MARKS[match[1]], inner)]
        end = match.end()
    return join([*parts, text[end:]])
