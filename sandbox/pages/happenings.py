"""What may befall an account or a number, as buttons of the start page. All of it can be had by `/control/` too."""

import json
import time

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from .. import control_connection as connection
from ..errors import BadRequest
from ..graph.access import MESSAGING
from ..state import Number, Waba
from .render import Html, el, one, page, problem, read_form, template

HOUR = 3600


def _ban(state: str) -> dict:
    return {
        "event": "DISABLED_UPDATE",
        "ban_info": {"waba_ban_state": state, "waba_ban_date": time.strftime("%B %d, %Y")},
    }


def _restriction() -> dict:
    info = {"restriction_type": "RESTRICTED_BIZ_INITIATED_MESSAGING", "expiration": int(time.time()) + HOUR}
    return {"event": "ACCOUNT_RESTRICTION", "restriction_info": [info]}


def _event(label: str, value) -> tuple:
    """`value` may be a function, for what depends on the time."""
    return label, connection.account_event, lambda: {"value": value() if callable(value) else value}


OF_ACCOUNT = {
    "partner_removed": _event("Take it away from the app", {"event": "PARTNER_REMOVED"}),
    "app_uninstalled": _event("Uninstall the app", {"event": "PARTNER_APP_UNINSTALLED"}),
    "restricted": _event("No templates for an hour", _restriction),
    "disabled": _event("Disable", lambda: _ban("DISABLE")),
    "reinstated": _event("Reinstate", lambda: _ban("REINSTATE")),
    "deleted": _event("Delete", {"event": "ACCOUNT_DELETED"}),
    "unsubscribed": ("Drop the subscription silently", connection.unsubscribe, dict),
    "expired": ("Tokens expire now", connection.change_tokens, lambda: {"expires_in": -1}),
    "expiring": ("Tokens expire in an hour", connection.change_tokens, lambda: {"expires_in": HOUR}),
    "no_messaging": ("Tokens lose messaging", connection.change_tokens, lambda: {"lose_scope": MESSAGING}),
}
OF_NUMBER = {
    "red": ("Quality red", connection.change_number, lambda: {"quality_rating": "RED", "tell": True}),
    "green": ("Quality green", connection.change_number, lambda: {"quality_rating": "GREEN", "tell": True}),
    "approved": ("Approve the name", connection.change_number, lambda: {"name_status": "APPROVED", "tell": True}),
    "declined": ("Decline the name", connection.change_number, lambda: {"name_status": "DECLINED", "tell": True}),
    "offline": ("Disconnect", connection.change_number, lambda: {"status": "DISCONNECTED"}),
}


def of_account(waba: Waba) -> Html:
    return _folded("What may happen to this account", OF_ACCOUNT, "waba_id", waba.waba_id)


def of_number(number: Number) -> Html:
    return _folded("What may happen to this number", OF_NUMBER, "phone_number_id", number.phone_number_id)


def _folded(title: str, choices: dict, id_name: str, id_value: str) -> Html:
    buttons = [
        el("button", label, type="submit", name="what", value=what, class_="plain small")
        for what, (label, *_) in choices.items()
    ]
    hidden = el("input", type="hidden", name=id_name, value=id_value)
    form = el("form", hidden, *buttons, method="post", action="/happen/", class_="buttons")
    return el("details", el("summary", title), form, class_="happenings")


async def happen(request: Request) -> Response:
    form = await read_form(request)
    id_name = "waba_id" if "waba_id" in form else "phone_number_id"
    choice = (OF_ACCOUNT if id_name == "waba_id" else OF_NUMBER).get(one(form, "what"))
    if choice is None:
        return problem(request, "That did not happen", "There is nothing of that name.")
    _, control_function, data = choice
    try:
        control_function(request.app.state.meta, {id_name: one(form, id_name), **data()})
    except BadRequest as exc:
        return problem(request, "That did not happen", str(exc))
    return RedirectResponse("/", status_code=303)


OF_PERSON = {
    "deauthorize": ("The person removes the app", connection.deauthorize),
    "data_deletion": ("The person wants her data deleted", connection.delete_data),
}


def of_person() -> Html:
    buttons = [
        el("button", label, type="submit", name="what", value=what, class_="plain small")
        for what, (label, _) in OF_PERSON.items()
    ]
    return el("form", *buttons, method="post", action="/person/", class_="buttons")


async def ask(request: Request) -> Response:
    """Shows what the app answered."""
    label, control_function = OF_PERSON.get(one(await read_form(request), "what"), ("", None))
    if control_function is None:
        return problem(request, "That did not happen", "There is nothing of that name.")
    try:
        result = await control_function(request.app.state.meta, {})
    except BadRequest as exc:
        return problem(request, "That did not happen", str(exc))
    content = template("answer.html", title=label, **result | {"answer": json.dumps(result["answer"], indent=1)})
    return page(request, label, content)


routes = [Route("/happen/", happen, methods=["POST"]), Route("/person/", ask, methods=["POST"])]
