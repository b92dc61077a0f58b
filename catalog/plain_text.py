"""The words of a piece of HTML, as a customer would read them.

Not by `html.parser`: for HTML that was made for it, it takes minutes. Here each character is looked at once.
"""

import re
from html import unescape

# More than any shop writes; what is behind it is not even looked at.
MOST_READ = 100_000
# A comment, a tag, or a declaration. What is not closed goes on to the end, so that there is nothing to try again.
TOKEN = re.compile(
    r"""<!--.*?(?:-->|\Z)"""
    r"""|<(/?)([a-zA-Z][^\s/>]*+)(?:[^>"']|"[^"]*(?:"|\Z)|'[^']*(?:'|\Z))*+(?:>|\Z)"""
    r"""|<[!?/][^>]*(?:>|\Z)""",
    re.S,
)
SILENT = ("script", "style", "template", "noscript", "head", "title", "iframe", "object", "svg")
END_OF = {tag: re.compile(rf"</{tag}\b", re.I) for tag in SILENT}
BLOCKS = {
    *("address", "article", "aside", "blockquote", "br", "dd", "div", "dl", "dt", "figcaption", "figure", "footer"),
    *("form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav", "ol", "p", "pre", "section"),
    *("table", "td", "th", "tr", "ul"),
}


def of_html(html: str, most: int) -> str:
    """At most so many characters, cut between two words. Never raises, whatever the HTML looks like."""
    # Their own line breaks mean nothing in HTML.
    html = re.sub(r"\s", " ", html[:MOST_READ])
    lines = (re.sub(r"\s+", " ", line).strip() for line in unescape("".join(_parts(html))).split("\n"))
    return shortened("\n".join(line for line in lines if line not in ("", "•")), most)


def _parts(html: str):
    """Its texts, and a line break for each tag that makes one."""
    at = 0
    while token := TOKEN.search(html, at):
        yield html[at : token.start()]
        at, tag = token.end(), (token[2] or "").lower()
        if tag in BLOCKS:
            yield "\n• " if tag == "li" and not token[1] else "\n"
        elif tag in END_OF and not token[1]:
            end = END_OF[tag].search(html, at)
            at = end.start() if end else len(html)
    yield html[at:]


def shortened(text: str, most: int) -> str:
    if len(text) <= most:
        return text
    cut = text[: most - 1]
    at_a_word = cut[: cut.rindex(" ")] if " " in cut[most // 2 :] else cut
    return f"{at_a_word.rstrip()}…"
