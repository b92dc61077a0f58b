"""The phone simulator: be a customer, write to the shop, see what comes."""

import time
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from .. import inbound, media, statuses
from ..errors import BadRequest
from ..examples import example_files
from ..state import ChatMessage, Customer, Number
from . import template_bubbles
from .bubbles import bubbles
from .render import Html, el, join, one, page, problem, read_form, template

LONGEST_TEXT = 4096


async def choose(request: Request) -> Response:
    meta = request.app.state.meta
    content = template("phone_choose.html", customers=_customers(meta, None, _first_number(meta)))
    return page(request, "Phone", content, wide=True)


def _first_number(meta) -> Number:
    """One that works, if there is one."""
    numbers = list(meta.world.numbers.values())
    return next((number for number in numbers if not inbound.reachable_problem(meta, number)), numbers[0])


async def chat(request: Request) -> Response:
    found = _find(request)
    if not found:
        return problem(request, "No such phone", "There is no such customer or number in this sandbox.", 404)
    customer, number = found
    meta = request.app.state.meta
    statuses.open_chat(meta, meta.world.chat(customer.wa_id, number.phone_number_id))
    content = template(
        "phone.html",
        customers=_customers(meta, customer, number),
        numbers=join(_number(meta, customer, each, number) for each in meta.world.numbers.values()),
        customer=customer.name,
        shop=number.verified_name,
        initial=number.verified_name[:1],
        shop_number=number.display_phone_number,
        address=_address(customer, number),
        chat=_fragment(meta, customer, number),
        longest=LONGEST_TEXT,
    )
    return page(request, f"{customer.name} and {number.verified_name}", content, wide=True)


async def messages(request: Request) -> Response:
    """The chat alone, for the page that watches it."""
    found = _find(request)
    if not found:
        return Response(status_code=404)
    customer, number = found
    meta = request.app.state.meta
    statuses.open_chat(meta, meta.world.chat(customer.wa_id, number.phone_number_id))
    return HTMLResponse(_fragment(meta, customer, number))


async def send(request: Request) -> Response:
    found = _find(request)
    if not found:
        return problem(request, "No such phone", "There is no such customer or number in this sandbox.", 404)
    customer, number = found
    meta = request.app.state.meta
    try:
        form = await read_form(request)
        if one(form, "kind") == "file":
            _send_example(meta, customer, number, one(form, "file"))
        elif content := _content(meta, customer, number, form):
            inbound.receive(meta, customer, number, content)
    except BadRequest as exc:
        return problem(request, "The message did not go out", str(exc))
    return RedirectResponse(_address(customer, number), status_code=303)


def _send_example(meta, customer: Customer, number: Number, kind: str) -> None:
    if kind not in example_files():
        raise BadRequest("There is no such example file.")
    data, mime_type, filename = example_files()[kind]
    inbound.receive_file(meta, customer, number, {"type": kind}, data, mime_type, filename)


async def file(request: Request) -> Response:
    """What a bubble shows, for the browser. No token: whoever holds the phone sees its pictures."""
    meta = request.app.state.meta
    found = media.find(meta, request.path_params["media_id"])
    data = meta.files.read(found.media_id) if found else None
    if data is None:
        return Response(status_code=404)
    return Response(data, media_type=found.mime_type)


def _find(request: Request) -> tuple[Customer, Number] | None:
    world = request.app.state.meta.world
    customer = world.find_customer(request.path_params["customer"])
    number = world.numbers.get(request.path_params["phone_number_id"])
    return (customer, number) if customer and number else None


def _address(customer: Customer, number: Number) -> str:
    return f"/phone/{quote(customer.wa_id)}/{number.phone_number_id}"


def _customers(meta, here: Customer | None, number: Number) -> Html:
    return join(_customer(customer, here, number) for customer in meta.world.customers.values())


def _customer(customer: Customer, here: Customer | None, number: Number) -> Html:
    hint = f"@{customer.username}, number hidden" if customer.hides_number else f"+{customer.wa_id}"
    words = el("span", el("strong", customer.name, dir="auto"), el("span", hint, class_="quiet"))
    return el("a", words, href=_address(customer, number), aria_current="true" if customer is here else None)


def _number(meta, customer: Customer, number: Number, here: Number) -> Html:
    mark = "" if inbound.reachable_problem(meta, number) else " connected"
    words = [el("strong", number.verified_name), el("span", number.display_phone_number, class_="quiet")]
    current = "true" if number is here else None
    return el("a", *words, href=_address(customer, number), class_=f"pick{mark}", aria_current=current)


def _fragment(meta, customer: Customer, number: Number) -> Html:
    chat = meta.world.chat(customer.wa_id, number.phone_number_id)
    trouble = inbound.reachable_problem(meta, number)
    notice = el("p", trouble, class_="notice warning", id="phone-trouble", role="status") if trouble else ""
    typing = el("p", "typing…", class_="typing") if chat.typing_until > time.time() else ""
    return join([notice, bubbles(meta, chat, _address(customer, number)), typing])


def _content(meta, customer: Customer, number: Number, form: dict) -> dict | None:
    """The message this form stands for; None for an empty text. Raises BadRequest."""
    kind = one(form, "kind") or "text"
    if kind == "text":
        text = one(form, "text").replace("\r\n", "\n").strip()[:LONGEST_TEXT]
        return {"type": "text", "text": {"body": text}} if text else None
    if kind == "location":
        place = {"latitude": 40.7128, "longitude": -74.006, "name": "Example Place", "address": "1 Example Street"}
        return {"type": "location", "location": place}
    message = meta.world.messages.get(one(form, "wamid"))
    if not message or message.wa_id != customer.wa_id or message.phone_number_id != number.phone_number_id:
        raise BadRequest("The message this answers is not in this chat.")
    if kind == "reaction":
        return {"type": "reaction", "reaction": {"message_id": message.wamid, "emoji": one(form, "emoji")[:12]}}
    return _tapped(meta, message, kind, form) | {"context": {"from": number.digits, "id": message.wamid}}


def _tapped(meta, message: ChatMessage, kind: str, form: dict) -> dict:
    chosen = one(form, "id")
    if kind == "button":
        return _tapped_in_template(meta, message, chosen, one(form, "card"))
    action = message.body.get("interactive", {}).get("action", {})
    if kind == "button_reply":
        choices = [button["reply"] for button in action.get("buttons", [])]
    else:
        choices = [row for section in action.get("sections", []) for row in section.get("rows", [])]
    for choice in choices:
        if choice["id"] == chosen:
            return {"type": "interactive", "interactive": {"type": kind, kind: choice}}
    raise BadRequest("The message has no such button.")


def _tapped_in_template(meta, message: ChatMessage, chosen: str, card: str) -> dict:
    """By its words; of a carousel `card` says in which card."""
    shown = template_bubbles.shown_of(meta, message)
    cards = shown.get("cards", [])
    holder = cards[int(card)] if card.isdigit() and int(card) < len(cards) else shown
    for button in holder.get("buttons", []):
        if button["type"] == "QUICK_REPLY" and button["text"] == chosen:
            return {"type": "button", "button": {"payload": button["payload"], "text": chosen}}
    raise BadRequest("The message has no such button.")


routes = [
    Route("/phone/", choose),
    Route("/phone/file/{media_id}", file),
    Route("/phone/{customer}/{phone_number_id}", chat),
    Route("/phone/{customer}/{phone_number_id}/messages", messages),
    Route("/phone/{customer}/{phone_number_id}/send", send, methods=["POST"]),
]
