"""The switches of the weather."""

from dataclasses import asdict

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from ..errors import BadRequest
from ..weather import IN_WORDS, Weather, changed
from .render import Html, el, join, one, page, problem, read_form, template


async def show(request: Request) -> Response:
    values = asdict(request.app.state.meta.weather)
    switches = join(_switch(name, value) for name, value in values.items() if isinstance(value, bool))
    delays = join(_delay(name, value) for name, value in values.items() if not isinstance(value, bool))
    return page(request, "Weather", template("weather.html", switches=switches, delays=delays))


def _switch(name: str, value: bool) -> Html:
    title, text = IN_WORDS[name]
    box = el("input", type="checkbox", name=name, id=name, value="on", checked=value)
    words = el("span", el("strong", title), el("span", text, class_="quiet"))
    return el("label", box, words, class_="choice")


def _delay(name: str, value: float) -> Html:
    title, text = IN_WORDS[name]
    box = el("input", type="number", name=name, id=name, value=f"{value:g}", min="0", max="3600", step="any")
    words = el("span", el("strong", title), el("span", text, class_="quiet"))
    return el("label", words, box, class_="choice seconds")


async def change(request: Request) -> Response:
    meta = request.app.state.meta
    form = await read_form(request)
    try:
        meta.set_weather(changed(meta.weather, _wanted(form)))
    except BadRequest as exc:
        return problem(request, "The weather did not change", str(exc))
    return RedirectResponse("/weather/", status_code=303)


def _wanted(form: dict) -> dict:
    if "calm" in form:
        return asdict(Weather())
    return {
        name: name in form if isinstance(value, bool) else one(form, name) for name, value in asdict(Weather()).items()
    }


routes = [Route("/weather/", show), Route("/weather/", change, methods=["POST"])]
