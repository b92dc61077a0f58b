"""What every bubble is made of: paragraphs, links, files, and forms that answer."""

from urllib.parse import quote

from .formatting import formatted
from .render import Html, el, join

PLAYERS = {
    "image": lambda source: el("img", src=source, alt="Picture"),
    "sticker": lambda source: el("img", src=source, alt="Sticker", class_="sticker"),
    "audio": lambda source: el("audio", src=source, controls=True, preload="none"),
    "video": lambda source: el("video", src=source, controls=True, preload="none"),
}


def paragraph(text: str, kind: str = "text") -> Html:
    return el("p", formatted(text) if kind == "text" else text, class_=kind, dir="auto")


def link(url: str, text: str) -> Html:
    """Only web addresses become links."""
    if not url.startswith(("http://", "https://")):
        return el("span", text)
    return el("a", text, href=url, rel="noreferrer noopener", target="_blank")


def media(kind: str):
    """How a file of this kind is drawn."""
    name = kind.capitalize()

    def draw(content: dict) -> Html:
        label = content.get("filename") or content.get("link") or name
        source = content.get("sample") or (
            f"/phone/file/{quote(str(content['id']), safe='')}" if "id" in content else ""
        )
        if source:
            shown = PLAYERS[kind](source) if kind in PLAYERS else el("a", label, href=source, target="_blank")
        else:  # elsewhere in the world: named, never fetched
            shown = link(content.get("link") or "", label)
        parts = [el("p", el("span", name, class_="kind"), " ", shown, class_="media")]
        if content.get("caption"):
            parts.append(paragraph(content["caption"]))
        return join(parts)

    return draw


def location(content: dict) -> Html:
    where = f"{content['latitude']}, {content['longitude']}"
    parts = [el("p", el("span", "Location", class_="kind"), " ", where, class_="media")]
    return join(parts + [paragraph(content[name]) for name in ("name", "address") if content.get(name)])


def form(address: str, words, *, is_live: bool = True, **fields: str) -> Html:
    """A button that does one thing on the phone; a live one without loading the page again."""
    hidden = [el("input", type="hidden", name=name, value=value) for name, value in fields.items()]
    return el(
        "form", *hidden, el("button", words, type="submit"), method="post", action=f"{address}/send", data_live=is_live
    )
