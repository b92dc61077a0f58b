"""Escaped HTML from plain values: elements, template files and whole pages."""

import functools
import html
import string
from pathlib import Path
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import HTMLResponse

from ..weather import unusual

TEMPLATES = Path(__file__).parent.parent / "templates"
STATIC = Path(__file__).parent.parent / "static"
MENU = {
    "/": "Start",
    "/phone/": "Phone",
    "/moderator/": "Templates",
    "/products/": "Products",
    "/log/": "Request log",
    "/weather/": "Weather",
}
EMPTY_ELEMENTS = {"input", "br", "link", "img"}


class Html(str):
    """Text that is HTML already."""


def escape(value) -> Html:
    return value if isinstance(value, Html) else Html(html.escape(str(value)))


def join(parts, between: str = "") -> Html:
    return Html(between.join(escape(part) for part in parts))


def el(tag: str, *children, **attributes) -> Html:
    """One element. `class_` and `for_` lose their underscore, others get a dash for it; None and False are left out."""
    written = "".join(_attribute(name, value) for name, value in attributes.items() if value not in (None, False))
    if tag in EMPTY_ELEMENTS:
        return Html(f"<{tag}{written}>")
    return Html(f"<{tag}{written}>{join(children)}</{tag}>")


def _attribute(name: str, value) -> str:
    name = name.rstrip("_").replace("_", "-")
    return f" {name}" if value is True else f' {name}="{html.escape(str(value))}"'


def template(name: str, **values) -> Html:
    return Html(_read(name).substitute({key: escape(value) for key, value in values.items()}))


@functools.cache
def _read(name: str) -> string.Template:
    return string.Template((TEMPLATES / name).read_text())


def page(request: Request, title: str, content: Html, *, status: int = 200, wide: bool = False) -> HTMLResponse:
    body = template(
        "page.html",
        title=title,
        menu=join(_menu_item(request, path, text) for path, text in MENU.items()),
        weather=_weather_line(request),
        width="wide" if wide else "narrow",
        content=content,
    )
    return HTMLResponse(body, status_code=status)


def problem(request: Request, title: str, text: str, status: int = 400) -> HTMLResponse:
    return page(request, title, template("problem.html", title=title, text=text), status=status)


def _menu_item(request: Request, path: str, text: str) -> Html:
    here = request.url.path
    is_here = here == path if path == "/" else here.startswith(path)
    return el("a", text, href=path, aria_current="page" if is_here else None)


def _weather_line(request: Request) -> Html:
    switches = unusual(request.app.state.meta.weather)
    if not switches or request.url.path == "/weather/":
        return Html()
    text = f"Weather: {'; '.join(switches)}. "
    return el("p", text, el("a", "Change it", href="/weather/"), class_="notice warning", role="status")


async def read_form(request: Request) -> dict[str, list[str]]:
    """Fields of a posted form; each may come several times."""
    form: dict[str, list[str]] = {}
    for name, value in parse_qsl((await request.body()).decode(errors="replace"), keep_blank_values=True):
        form.setdefault(name, []).append(value)
    return form


def one(form: dict[str, list[str]], name: str) -> str:
    return form.get(name, [""])[-1]
