"""Embedded Signup: the login dialog as a pop-up of the SDK. One number is chosen, and two results go to the opener."""

import json
import secrets
import time
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from .. import account_events
from ..state import Number, Waba
from .render import STATIC, Html, el, join, one, page, template

PARAMETERS = ("display", "origin", "channel", "extras")
COEXISTENCE = "whatsapp_business_app_onboarding"
STEP = "PHONE_NUMBER_SETUP"
REFUSED = {"authResponse": None, "status": "unknown"}


async def sdk(request: Request) -> Response:
    # Pages load it with crossorigin="anonymous", as Meta's instructions say.
    return FileResponse(STATIC / "sdk.js", media_type="text/javascript", headers={"Access-Control-Allow-Origin": "*"})


def is_signup(asked: dict) -> bool:
    """A pop-up with an address to go back to is an ordinary login in a small window."""
    return one(asked, "display") == "popup" and "redirect_uri" not in asked


def trouble(asked: dict) -> str:
    origin = urlsplit(one(asked, "origin"))
    if origin.scheme not in ("http", "https") or not origin.netloc or origin.path or origin.query:
        return "Invalid origin: the page that opens this window must name its own http or https origin."
    return ""


# --- what is chosen


def choices(meta, form: dict) -> Html:
    """Every number there is, and accounts that have none yet."""
    rows = [row for waba in meta.world.living_wabas() for row in meta.world.numbers_of(waba) or [waba]]
    chosen = one(form, "number") or (_id(rows[0]) if rows else "")
    return join(_choice(meta, row, chosen) for row in rows)


def _choice(meta, row: Number | Waba, chosen: str) -> Html:
    value = _id(row)
    box = el("input", type="radio", name="number", value=value, id=f"number-{value}", checked=value == chosen)
    if isinstance(row, Waba):
        words = el("strong", row.name), el("span", "no phone number yet", class_="quiet")
    else:
        words = el("strong", row.display_phone_number), el("span", meta.world.wabas[row.waba_id].name, class_="quiet")
    return el("label", box, el("span", *words), class_="choice")


def _id(row: Number | Waba) -> str:
    return row.waba_id if isinstance(row, Waba) else row.phone_number_id


def chosen(meta, form: dict) -> tuple[Waba, Number | None] | None:
    value = one(form, "number")
    number = meta.world.numbers.get(value)
    waba = meta.world.wabas.get(number.waba_id if number else value)
    if waba is None or waba not in meta.world.living_wabas():
        return None
    return (waba, number) if number else None if meta.world.numbers_of(waba) else (waba, None)


# --- how it ends


def finish(request: Request, form: dict, code: str, waba: Waba, number: Number | None) -> Response:
    meta = request.app.state.meta
    if number:
        number.verify()  # the real pop-up asks for the code of the text message
    ids = {"waba_id": waba.waba_id, "business_id": meta.world.business_id}
    if number is None:
        event, data = "FINISH_ONLY_WABA", ids
    elif number.is_on_biz_app or _extras(form).get("featureType") == COEXISTENCE:
        number.is_on_biz_app, number.status = True, "CONNECTED"  # on the phone app already: nothing is left to register
        event, data = "FINISH_WHATSAPP_BUSINESS_APP_ONBOARDING", {"waba_id": waba.waba_id}
    else:
        event, data = "FINISH", {"phone_number_id": number.phone_number_id, **ids}
    account_events.happen(meta, waba, "account_update", {"event": "PARTNER_ADDED"})
    answer = {"authResponse": {"code": code}, "status": "connected"}
    return _end(request, form, "You are done here", event, data, answer)


def cancel(request: Request, form: dict) -> Response:
    return _end(request, form, "Cancelled", "CANCEL", {"current_step": STEP}, REFUSED)


def break_off(request: Request, form: dict) -> Response:
    """As when something goes wrong at Meta's and the person reports it."""
    data = {
        "error_message": "Something went wrong. Made by hand in the sandbox.",
        "error_id": "1000001",
        "session_id": secrets.token_hex(16),
        "timestamp": str(int(time.time())),
    }
    return _end(request, form, "Something went wrong", "CANCEL", data, REFUSED)


def _extras(form: dict) -> dict:
    try:
        extras = json.loads(one(form, "extras") or "{}")
    except ValueError:
        return {}
    return extras if isinstance(extras, dict) else {}


def _end(request: Request, form: dict, title: str, event: str, data: dict, response: dict) -> Response:
    weather = request.app.state.meta.weather
    message = {"type": "WA_EMBEDDED_SIGNUP", "event": event, "version": "3", "data": data}
    result = el(
        "div",
        id="signup-result",
        data_origin=one(form, "origin"),
        data_channel=one(form, "channel"),
        data_message=None if weather.strikes("ids_lost") else json.dumps(message),
        data_response=json.dumps(response),
        data_is_code_first=weather.strikes("code_before_ids"),
    )
    content = template("signup_end.html", title=title, target=urlsplit(one(form, "origin")).netloc, result=result)
    return page(request, title, content)


routes = [Route("/{locale}/sdk.js", sdk)]
