"""The login dialog: a merchant grants an app her accounts. Works without JavaScript."""

import secrets
import time
from urllib.parse import urlencode, urlsplit

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from .. import log
from ..seed import ALL_SCOPES, CONFIGURED_SCOPES, DEFAULT_SCOPES
from ..state import Code, Waba
from . import signup
from .render import Html, el, join, one, page, problem, read_form, template

# Meta's codes live 30 seconds. Ten minutes leave time to look at the redirect.
CODE_LIFE = 600
KEPT = ("client_id", "redirect_uri", "state", "response_type", "scope", "config_id", *signup.PARAMETERS)
BREAK_OFF = el(
    "button", "Something goes wrong", type="submit", name="break_off", value="1", id="dialog-break-off", class_="plain"
)

ENDINGS = (
    ("60_days", "In 60 days", "unless the app renews it"),
    ("never", "Never", "until somebody takes it away"),
)


async def show(request: Request) -> Response:
    meta = request.app.state.meta
    asked = {name: [value] for name, value in request.query_params.items()}
    trouble = _trouble(meta, asked)
    log.note(meta, "GET", request.url.path, dict(request.query_params), 400 if trouble else 200, "", time.monotonic())
    if trouble:
        return problem(request, "This login cannot go on", trouble)
    return _dialog(request, asked)


async def decide(request: Request) -> Response:
    meta = request.app.state.meta
    form = await read_form(request)
    trouble = _trouble(meta, form)
    if trouble:
        return problem(request, "This login cannot go on", trouble)
    return _decide_signup(request, form) if signup.is_signup(form) else _decide_login(request, form)


def _decide_login(request: Request, form: dict) -> Response:
    meta = request.app.state.meta
    if "cancel" in form:
        return _back(form, _refusal())
    waba_ids = [waba.waba_id for waba in meta.world.living_wabas() if waba.waba_id in form.get("waba", [])]
    if not waba_ids:
        return _dialog(request, form, notice="Choose at least one WhatsApp account, or cancel.", status=422)
    return _back(form, {"code": _new_code(meta, form, waba_ids).code})


def _decide_signup(request: Request, form: dict) -> Response:
    meta = request.app.state.meta
    if "cancel" in form:
        return signup.cancel(request, form)
    if "break_off" in form:
        return signup.break_off(request, form)
    chosen = signup.chosen(meta, form)
    if chosen is None:
        return _dialog(request, form, notice="Choose a number, or cancel.", status=422)
    code = _new_code(meta, form, [chosen[0].waba_id])
    return signup.finish(request, form, code.code, *chosen)


def _new_code(meta, form: dict, waba_ids: list[str]) -> Code:
    scopes = [scope for scope in _offered(form) if scope in form.get("permission", [])]
    life = meta.weather.number("short_codes") or CODE_LIFE
    code = Code(
        "AQsandbox" + secrets.token_urlsafe(48), one(form, "redirect_uri"), waba_ids, scopes, time.time() + life
    )
    code.is_forever = one(form, "ends") == "never"
    meta.world.codes[code.code] = code
    meta.note_change()
    return code


def _trouble(meta, asked: dict) -> str:
    if one(asked, "client_id") != meta.settings.app_id:
        return "Invalid App ID: no app with this client_id is known here. Check META_APP_ID and SANDBOX_APP_ID."
    if one(asked, "response_type") not in ("", "code"):
        return "Invalid response_type: only code is known here."
    if signup.is_signup(asked):
        return signup.trouble(asked)
    target = urlsplit(one(asked, "redirect_uri"))
    if target.scheme not in ("http", "https") or not target.netloc:
        return "Invalid redirect_uri: it must be an http or https address."
    return ""


def _refusal() -> dict:
    return {"error": "access_denied", "error_reason": "user_denied", "error_description": "Permissions error"}


def _back(asked: dict, result: dict) -> Response:
    """Back to the app, with its state; other parameters of its address stay."""
    target = urlsplit(one(asked, "redirect_uri"))
    query = urlencode(result | ({"state": one(asked, "state")} if "state" in asked else {}))
    url = target._replace(query=f"{target.query}&{query}" if target.query else query, fragment="").geturl()
    return RedirectResponse(url, status_code=303)


def _offered(asked: dict) -> list[str]:
    """What the app asks for by name, or what its configuration would ask for."""
    if one(asked, "config_id"):
        return CONFIGURED_SCOPES
    wanted = one(asked, "scope").replace(" ", ",").split(",")
    return [scope for scope in ALL_SCOPES if scope in wanted] or DEFAULT_SCOPES


def _dialog(request: Request, asked: dict, *, notice: str = "", status: int = 200) -> Response:
    meta = request.app.state.meta
    is_signup = signup.is_signup(asked)
    content = template(
        "dialog.html",
        business=meta.world.business_name,
        app_id=meta.settings.app_id,
        target=urlsplit(one(asked, "origin" if is_signup else "redirect_uri")).netloc,
        notice=el("p", notice, class_="notice bad", role="alert") if notice else "",
        action=request.url.path,
        hidden=join(el("input", type="hidden", name=name, value=one(asked, name)) for name in KEPT if name in asked),
        question="Which number do you want to connect?" if is_signup else "Which accounts may it use?",
        assets=signup.choices(meta, asked) if is_signup else _wabas(meta, asked),
        endings=join(_ending(asked, *each) for each in ENDINGS),
        permissions=join(_permission(scope) for scope in _offered(asked)),
        more_buttons=BREAK_OFF if is_signup else "",
    )
    return page(request, "Connect your WhatsApp accounts", content, status=status)


def _wabas(meta, asked: dict) -> Html:
    return join(_waba(meta, waba, asked) for waba in meta.world.living_wabas())


def _waba(meta, waba: Waba, asked: dict) -> Html:
    numbers = ", ".join(n.display_phone_number for n in meta.world.numbers_of(waba)) or "no phone numbers"
    is_ticked = waba.is_ticked_in_dialog and "permission" not in asked
    box = el("input", type="checkbox", name="waba", value=waba.waba_id, id=f"waba-{waba.waba_id}", checked=is_ticked)
    words = el("span", el("strong", waba.name), el("span", numbers, class_="quiet"))
    return el("label", box, words, class_="choice")


def _permission(scope: str) -> Html:
    box = el("input", type="checkbox", name="permission", value=scope, id=f"permission-{scope}", checked=True)
    words = el("span", el("strong", scope), el("span", ALL_SCOPES[scope], class_="quiet"))
    return el("label", box, words, class_="choice")


def _ending(asked: dict, value: str, title: str, text: str) -> Html:
    is_chosen = value == (one(asked, "ends") or ENDINGS[0][0])
    box = el("input", type="radio", name="ends", value=value, id=f"ends-{value}", checked=is_chosen)
    return el("label", box, el("span", el("strong", title), el("span", text, class_="quiet")), class_="choice")


routes = [
    Route(path, endpoint, methods=[method])
    for path in ("/dialog/oauth", "/{version}/dialog/oauth")
    for endpoint, method in ((show, "GET"), (decide, "POST"))
]
