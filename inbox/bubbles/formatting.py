"""Words as WhatsApp draws them: *bold*, _italic_, ~strike~, code, quotes and lists, with links that are safe.

Everything is escaped before a tag is put around it, and a text of any length takes time in proportion to it.
"""

import re
from collections.abc import Iterator

from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

from inbox import harmless

BLOCK = re.compile(r"```(.+?)```", re.DOTALL)
# Taken as they are, with no signs inside: code, web addresses, e-mail addresses and what names its own scheme.
ATOM = re.compile(
    r"`(?P<code>[^`\n]+)`"
    r"|(?P<url>\bhttps?://[^\s<>\"'`]+|\bwww\.[^\s<>\"'`]+)"
    r"|(?P<named>\b(?:mailto:[^\s<>\"'`@]{1,64}@[^\s<>\"'`]+|tel:\+?[0-9()./-]{3,20}))"
    r"|(?<![\w.+@-])(?P<email>[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5})",
    re.IGNORECASE,
)
SIGNS = {"*": "strong", "_": "em", "~": "s"}
# What ends a sentence belongs to it, not to the address.
AFTER_ADDRESS = ".,:;!?…*_~"
QUOTE = re.compile(r"> ?(.*)")
ITEM = re.compile(r"[*-] (?=\S)(.*)")
NUMBERED = re.compile(r"(\d{1,4})\. (?=\S)(.*)")


def html_of(text) -> SafeString:
    """The text as safe HTML."""
    parts, end, text = [], 0, harmless.words(text)
    for block in BLOCK.finditer(text):
        parts += [
            *_lines(text[end : block.start()].removesuffix("\n")),
            f"<pre>{escape(block[1].strip(chr(10)))}</pre>",
        ]
        end = block.end()
        end += text[end : end + 1] == "\n"
    parts += _lines(text[end:])
    return mark_safe("".join(parts))  # noqa: S308 - each part was escaped when it was made


def safe_url(url) -> str:
    """An address that may be a link: of the web, of mail, of a phone. Empty for any other."""
    url = harmless.words(url).strip()
    return url if re.match(r"(?:https?://[^\s/]|mailto:[^\s]|tel:\+?[0-9])", url, re.IGNORECASE) else ""


def link(url: str, text: str) -> SafeString:
    """A link that tells the other side nothing of us; only the text where the address is none to follow."""
    url = safe_url(url)
    if not url:
        return escape(text)
    return format_html('<a href="{}" target="_blank" rel="noopener noreferrer">{}</a>', url, text)


# Lines ----------------------------------------------------------------------------------------------------------------
def _lines(text: str) -> Iterator[str]:
    """Lines of one kind that follow each other are one quote or one list; the others are parted by `<br>`."""
    kept, of = [], ""
    for line in text.split("\n") if text else []:
        kind, shown = _kind_of(line)
        if kept and kind != of:
            yield _together(of, kept)
            kept = []
        kept.append(shown)
        of = kind
    if kept:
        yield _together(of, kept)


def _kind_of(line: str) -> tuple[str, str]:
    if found := QUOTE.fullmatch(line):
        return "quote", _inline(found[1])
    if found := ITEM.fullmatch(line):
        return "items", f"<li>{_inline(found[1])}</li>"
    if found := NUMBERED.fullmatch(line):
        return "numbers", f'<li value="{int(found[1])}">{_inline(found[2])}</li>'
    return "words", _inline(line)


def _together(kind: str, lines: list[str]) -> str:
    if kind == "quote":
        return f"<blockquote>{'<br>'.join(lines)}</blockquote>"
    if kind == "items":
        return f"<ul>{''.join(lines)}</ul>"
    return f"<ol>{''.join(lines)}</ol>" if kind == "numbers" else "<br>".join(lines)


# Inside a line --------------------------------------------------------------------------------------------------------
def _inline(line: str) -> str:
    parts, end, opened = [], 0, []
    for atom in ATOM.finditer(line):
        _signs(line, end, atom.start(), parts, opened)
        shown, rest = _atom(atom)
        parts.append(shown)
        end = atom.end() - len(rest)
    _signs(line, end, len(line), parts, opened)
    for place, sign in opened:  # What is never closed is a sign like any other.
        parts[place] = sign
    return "".join(parts)


def _atom(atom: re.Match) -> tuple[str, str]:
    """The atom drawn, and what at its end is not part of it."""
    if atom["code"]:
        return f"<code>{escape(atom['code'])}</code>", ""
    text = atom[0]
    kept = text[: _end_of_address(text)]
    if atom["email"]:
        return link(f"mailto:{kept}", kept), text[len(kept) :]
    url = f"https://{kept}" if kept[:4].lower() == "www." else kept
    return link(url, kept), text[len(kept) :]


def _end_of_address(text: str) -> int:
    """Before what ends the sentence, and before brackets that were opened before the address."""
    end, strays = len(text), {")": text.count(")") - text.count("("), "]": text.count("]") - text.count("[")}
    while end and (text[end - 1] in AFTER_ADDRESS or strays.get(text[end - 1], 0) > 0):
        end -= 1
        if text[end] in strays:
            strays[text[end]] -= 1
    return end


def _signs(line: str, start: int, end: int, parts: list[str], opened: list[tuple[int, str]]) -> None:
    """Add this stretch of a line. A sign counts where words begin and end, as in a *word* but not in 2*3*4."""
    since = start
    for place in range(start, end):
        sign = line[place]
        if sign not in SIGNS:
            continue
        before, after = line[place - 1 : place] or " ", line[place + 1 : place + 2] or " "
        may_open = not (before.isalnum() or before == sign) and not (after.isspace() or after == sign)
        may_close = not (before.isspace() or before == sign) and not (after.isalnum() or after == sign)
        is_open = any(each == sign for _place, each in opened)
        if not (may_close and is_open or may_open and not is_open):
            continue
        parts.append(escape(line[since:place]))
        since = place + 1
        if is_open:
            _close(sign, parts, opened)
        else:
            opened.append((len(parts), sign))
            parts.append("")
    parts.append(escape(line[since:end]))


def _close(sign: str, parts: list[str], opened: list[tuple[int, str]]) -> None:
    """Put the tag around what stands since it was opened. What was opened inside and not closed is a mere sign."""
    while opened:
        place, each = opened.pop()
        if each == sign:
            parts[place] = f"<{SIGNS[sign]}>"
            parts.append(f"</{SIGNS[sign]}>")
            return
        parts[place] = each
