"""The login dialog: a merchant grants an app her accounts. Works without JavaScript."""

import secrets
import time
from urllib.parse import urlencode, urlsplit

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from .. import log
from ..seed import ALL_SCOPES, DEFAULT_SCOPES
from ..state import Code, Waba
from .render import Html, el, join, one, page, problem, read_form, template

# Meta's codes live 30 seconds. Ten minutes leave time to look at the redirect.
CODE_LIFE = 600


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
    if "cancel" in form:
        return _back(form, _refusal())
    waba_ids = [waba_id for waba_id in meta.world.wabas if waba_id in form.get("waba", [])]
    if not waba_ids:
        return _dialog(request, form, notice="Choose at least one WhatsApp account, or cancel.", status=422)
    scopes = [scope for scope in _offered(form) if scope in form.get("permission", [])]
    code = Code(
        "AQsandbox" + secrets.token_urlsafe(48), one(form, "redirect_uri"), waba_ids, scopes, time.time() + CODE_LIFE
    )
    meta.world.codes[code.code] = code
    meta.note_change()
    return _back(form, {"code": code.code})


def _trouble(meta, asked: dict) -> str:
    if one(asked, "client_id") != meta.settings.app_id:
        return "Invalid App ID: no app with this client_id is known here. Check META_APP_ID and SANDBOX_APP_ID."
    target = urlsplit(one(asked, "redirect_uri"))
    if target.scheme not in ("http", "https") or not target.netloc:
        return "Invalid redirect_uri: it must be an http or https address."
    if one(asked, "response_type") not in ("", "code"):
        return "Invalid response_type: only code is known here."
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
    wanted = one(asked, "scope").replace(" ", ",").split(",")
    return [scope for scope in ALL_SCOPES if scope in wanted] or DEFAULT_SCOPES


def _dialog(request: Request, asked: dict, *, notice: str = "", status: int = 200) -> Response:
    meta = request.app.state.meta
    kept = ("client_id", "redirect_uri", "state", "response_type", "scope", "config_id")
    content = template(
        "dialog.html",
        business=meta.world.business_name,
        app_id=meta.settings.app_id,
        target=urlsplit(one(asked, "redirect_uri")).netloc,
        notice=el("p", notice, class_="notice bad", role="alert") if notice else "",
        action=request.url.path,
        hidden=join(el("input", type="hidden", name=name, value=one(asked, name)) for name in kept if name in asked),
        wabas=join(_waba(meta, waba, asked) for waba in meta.world.wabas.values()),
        permissions=join(_permission(scope) for scope in _offered(asked)),
    )
    return page(request, "Connect your WhatsApp accounts", content, status=status)


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


routes = [
    Route(path, endpoint, methods=[method])
    for path in ("/dialog/oauth", "/{version}/dialog/oauth")
    for endpoint, method in ((show, "GET"), (decide, "POST"))
]
