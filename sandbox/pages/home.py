"""The first page: what this is, and the world it holds."""

import time

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from ..state import Number, Waba
from . import happenings
from .render import Html, el, join, page, template


async def home(request: Request) -> Response:
    meta = request.app.state.meta
    pending = meta.postman.pending
    content = template(
        "home.html",
        accounts=join(_account(meta, waba) for waba in meta.world.wabas.values()),
        app_id=meta.settings.app_id,
        callback=meta.world.callback_url or "none yet",
        pending=pending,
        person=happenings.of_person(),
        customers=len(meta.world.customers),
        templates=len(meta.world.templates),
        catalogs=len(meta.world.catalogs),
        products=len(meta.world.products),
    )
    return page(request, "Galantis sandbox", content)


def _account(meta, waba: Waba) -> Html:
    numbers = meta.world.numbers_of(waba)
    rows = join(_number(number) for number in numbers) or el("p", "No numbers.", class_="quiet")
    marks = [badge("An app is subscribed", "good") if waba.is_subscribed else badge("No app is subscribed")]
    marks += [badge("Deleted", "bad")] if waba.is_deleted else []
    marks += [badge("Disabled", "bad")] if waba.is_disabled else []
    marks += [badge(f"Restricted: {kind}", "bad") for kind in waba.restrictions if waba.is_restricted(kind)]
    marks += _token_marks(meta, waba)
    title = el("h3", waba.name, " ", el("span", waba.waba_id, class_="id"))
    head = el("div", title, el("div", *marks, class_="badges"), class_="row")
    return el("section", head, rows, happenings.of_account(waba), class_="card")


def _token_marks(meta, waba: Waba) -> list[Html]:
    tokens = [token for token in meta.world.tokens.values() if waba.waba_id in token.waba_ids]
    alive = [token for token in tokens if not token.is_revoked and not 0 < token.expires_at <= time.time()]
    if not tokens:
        return []
    return [badge(f"{len(alive)} of {len(tokens)} tokens alive", "" if alive else "bad")]


def _number(number: Number) -> Html:
    marks = [badge("Registered", "good") if number.is_registered else badge("Not registered")]
    marks += [badge("Two-step PIN is set")] if number.pin else []
    marks += [] if number.is_verified else [badge("Not verified", "bad")]
    marks += [badge(f"Name: {number.name_status}")] if number.name_status != "APPROVED" else []
    marks += [badge(number.status, "bad")] if number.status not in ("CONNECTED", "PENDING") else []
    marks += [badge(f"Quality: {number.quality_rating}")] if number.quality_rating != "GREEN" else []
    marks += [badge("Also on the phone app")] if number.is_on_biz_app else []
    name = el("div", el("strong", number.display_phone_number), el("span", number.verified_name, class_="quiet"))
    return el(
        "div", name, el("div", *marks, class_="badges"), _code(number), happenings.of_number(number), class_="row line"
    )


def _code(number: Number) -> Html | str:
    """The text message a real phone would get."""
    if not number.code:
        return ""
    text = f"{number.code_method}: your WhatsApp code is "
    return el("p", text, el("strong", f"{number.code[:3]}-{number.code[3:]}"), class_="notice sms")


def badge(text: str, kind: str = "") -> Html:
    return el("span", text, class_=f"badge {kind}".strip())


async def reset(request: Request) -> Response:
    request.app.state.meta.reset()
    return RedirectResponse("/", status_code=303)


routes = [Route("/", home), Route("/reset/", reset, methods=["POST"])]
