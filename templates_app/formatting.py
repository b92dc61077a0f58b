"""Text as WhatsApp draws it: *bold*, _italic_, ~strike~, `code`, lists and quotes. Everything else is escaped."""

import re

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

# Around what fills a gap, so that it can be told from the template's own words: no keyboard types these.
OPEN, CLOSE = "\ue000", "\ue001"
CODE = re.compile(r"```(.+?)```|`([^`\n]+)`", re.DOTALL)
# A sign counts where words begin and end, as in a *word* but not in 2*3*4.
SIGNS = [
    (re.compile(rf"(?<![^\W_])(?<!{sign}){sign}(?=\S)([^\n]*?[^\s{sign}]){sign}(?![^\W_])(?!{sign})"), tag)
    for sign, tag in ((r"\*", "strong"), ("_", "em"), ("~", "s"))
]
ITEM = re.compile(r"^[*-] (?=\S)", re.MULTILINE)
QUOTE = re.compile(r"^&gt; (.*)$", re.MULTILINE)


def marked(value: str) -> str:
    """What fills a gap, with the marks around it."""
    return f"{OPEN}{unmarked(value)}{CLOSE}"


def unmarked(text: str) -> str:
    return text.replace(OPEN, "").replace(CLOSE, "")


def html_of(text: str) -> SafeString:
    """The text as safe HTML. Marked gaps become `<span class="t-gap">`."""
    parts, end = [], 0
    for code in CODE.finditer(text):
        parts += [_signs(text[end : code.start()]), f"<code>{_lines(escape(code[1] or code[2]))}</code>"]
        end = code.end()
    return _with_gaps("".join([*parts, _signs(text[end:])]))


def plain_html_of(text: str) -> SafeString:
    """The same where WhatsApp knows no signs: headers, footers and buttons."""
    return _with_gaps(_lines(escape(text)))


def _signs(text: str) -> str:
    text = ITEM.sub("• ", escape(text))
    text = QUOTE.sub(r'<span class="t-quote">\1</span>', text)
    for pattern, tag in SIGNS:
        text = pattern.sub(rf"<{tag}>\1</{tag}>", text)
    return _lines(text)


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\n", "<br>")


def _with_gaps(text: str) -> SafeString:
    # All that people wrote was escaped before.
    return mark_safe(text.replace(OPEN, '<span class="t-gap">').replace(CLOSE, "</span>"))  # noqa: S308
