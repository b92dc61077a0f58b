"""The switches of the weather, and what else can happen to tokens and numbers."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from .. import control_connection as connection
from .. import rules
from ..codes import TOKEN_DEATHS
from ..errors import BadRequest
from ..switches import GROUPS, SWITCHES, UNITS, Switch
from ..weather import Setting, Weather, changed, unusual
from .render import Html, el, join, one, page, problem, read_form, template

DEATHS = {code: why.split(" because")[0].rstrip(".") for code, why in TOKEN_DEATHS.items()}
STEADY = ("hold_statuses", "hold_webhooks", "batch")  # a share of the cases makes no sense


async def show(request: Request) -> Response:
    meta = request.app.state.meta
    weather = meta.weather
    content = template(
        "weather.html",
        now=_now(weather),
        groups=join(_group(name, *words, weather) for name, words in GROUPS.items()),
        accounts=join(el("option", waba.name, value=waba.waba_id) for waba in meta.world.wabas.values()),
        deaths=join(el("option", f"{code}: {why}", value=code, selected=code == 467) for code, why in DEATHS.items()),
        numbers=join(_number(number) for number in meta.world.numbers.values()),
    )
    return page(request, "Weather", content)


def _now(weather: Weather) -> Html:
    if not weather.settings:
        return el("p", "Fair weather: Meta does what it should.", class_="notice", role="status")
    return el("ul", *(el("li", words) for words in unusual(weather)), class_="notice warning list")


def _group(group: str, title: str, text: str, weather: Weather) -> Html:
    rows = [_row(name, each, weather.settings.get(name)) for name, each in SWITCHES.items() if each.group == group]
    is_open = any(SWITCHES[name].group == group for name in weather.settings)
    count = sum(SWITCHES[name].group == group for name in weather.settings)
    badge = el("span", f"{count} on", class_="badge bad") if count else ""
    summary = el("summary", el("strong", title), badge, el("span", text, class_="quiet"))
    return el("details", summary, *rows, class_="card group", open=is_open or group == "calls", id=f"group-{group}")


def _row(name: str, switch: Switch, setting: Setting | None) -> Html:
    box = el("input", type="checkbox", name=name, id=name, value="on", checked=setting is not None)
    words = el("label", el("strong", switch.title), el("span", switch.text, class_="quiet"), for_=name)
    number = _number_field(name, switch, setting) if switch.unit else ""
    often = "" if name in STEADY or switch.group == "rules" else _seldom(name, setting)
    return el("div", box, words, number, often, class_="switch")


def _number_field(name: str, switch: Switch, setting: Setting | None) -> Html:
    unit, highest, is_whole = UNITS[switch.unit]
    field = f"{name}.{switch.unit}"
    value = setting.number if setting else switch.default
    label = el("span", f"{switch.title}: {unit}", class_="hidden")
    if switch.unit == "code":
        value = ", ".join(map(str, value)) if isinstance(value, list) else value
        box = el("input", type="text", name=field, value=value, inputmode="numeric", size=14)
        return el("label", label, box, class_="number")
    step = "1" if is_whole else "any"
    box = el("input", type="number", name=field, value=f"{value:.12g}", min=0, max=highest, step=step)
    return el("label", label, box, el("span", unit, class_="quiet"), class_="number")


def _seldom(name: str, setting: Setting | None) -> Html:
    """How often: behind a fold, for most want it always."""
    share = 100 if setting is None else setting.share * 100
    left = "" if setting is None or setting.left is None else setting.left
    per_cent = el("input", type="number", name=f"{name}.share", value=f"{share:g}", min=0, max=100, step="any")
    count = el("input", type="number", name=f"{name}.count", value=left, min=0, max=1_000_000, step=1)
    parts = [
        el("label", "In ", per_cent, " % of the cases"),
        el("label", "Only the next ", count, el("span", "empty: without end", class_="quiet")),
    ]
    is_seldom = share != 100 or left != ""
    return el("details", el("summary", "How often"), *parts, class_="often", open=is_seldom)


def _number(number) -> Html:
    levels = [
        el("option", f"{rate} messages a second", value=level, selected=level == number.throughput_level)
        for level, rate in rules.BY_LEVEL.items()
    ]
    box = el("input", type="checkbox", name="is_on_biz_app", value="on", checked=number.is_on_biz_app)
    fields = [
        el("input", type="hidden", name="phone_number_id", value=number.phone_number_id),
        el("label", el("strong", number.display_phone_number), el("select", *levels, name="throughput_level")),
        el("label", box, f" also on the phone app: {rules.ON_THE_PHONE_APP_TOO} a second"),
        el("button", "Set", type="submit", class_="plain small"),
    ]
    return el("form", *fields, method="post", action="/weather/number/", class_="line row")


async def change(request: Request) -> Response:
    meta = request.app.state.meta
    form = await read_form(request)
    try:
        meta.set_weather(Weather() if "calm" in form else changed(meta.weather, _wanted(form)))
    except BadRequest as exc:
        return problem(request, "The weather did not change", str(exc))
    return RedirectResponse("/weather/", status_code=303)


def _wanted(form: dict) -> dict:
    return {name: _one_wanted(form, name, switch) for name, switch in SWITCHES.items()}


def _one_wanted(form: dict, name: str, switch: Switch) -> dict | bool:
    if name not in form:
        return False
    wanted = {}
    if one(form, f"{name}.share"):
        wanted["share"] = _per_cent(name, one(form, f"{name}.share"))
    if one(form, f"{name}.count"):
        wanted["count"] = one(form, f"{name}.count")
    if switch.unit and one(form, f"{name}.{switch.unit}"):
        wanted[switch.unit] = one(form, f"{name}.{switch.unit}")
    return wanted


def _per_cent(name: str, text: str) -> float:
    try:
        return float(text) / 100
    except ValueError:
        raise BadRequest(f"{name}: the share must be a number of per cent.") from None


async def revoke(request: Request) -> Response:
    return await _controlled(request, connection.revoke)


async def number(request: Request) -> Response:
    return await _controlled(request, connection.change_number)


async def _controlled(request: Request, control_function) -> Response:
    form = {"is_on_biz_app": ""} | {name: values[-1] for name, values in (await read_form(request)).items()}
    try:
        control_function(request.app.state.meta, form)
    except BadRequest as exc:
        return problem(request, "That did not work", str(exc))
    return RedirectResponse("/weather/", status_code=303)


routes = [
    Route("/weather/", show),
    Route("/weather/", change, methods=["POST"]),
    Route("/weather/revoke/", revoke, methods=["POST"]),
    Route("/weather/number/", number, methods=["POST"]),
]
