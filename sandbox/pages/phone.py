"""The phone simulator: be a customer, write to the shop, see what comes."""

import time
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from .. import deeds, inbound, media, statuses
from ..deeds.given import LONGEST_TEXT
from ..errors import BadRequest
from ..state import ChatMessage, Customer, Number
from .bubble_parts import form as small_form
from .bubbles import bubbles
from .contents import summary_of
from .products import shop_address
from .render import Html, el, join, page, problem, read_form, template


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
        menu=_menu(meta, customer, number),
        **_answering(meta, customer, number, request.query_params),
        catalog=_catalog(meta, customer, number),
        others=join(el("option", deed.label, value=what) for what, deed in deeds.DEEDS.items() if deed.label),
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
    form = {name: values[-1] for name, values in (await read_form(request)).items()}
    try:
        deeds.do(meta, customer, number, form.get("kind") or "text", form)
    except BadRequest as exc:
        return problem(request, "The message did not go out", str(exc))
    here = _address(customer, number)
    back = form.get("back", "")
    return RedirectResponse(back if back.startswith(f"{here}/shop") else here, status_code=303)


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
    if chat.is_blocked:
        words = "The shop has blocked this customer: nothing reaches it from here, and the phone does not say so."
        notice = join([notice, el("p", words, class_="notice warning", id="phone-blocked", role="status")])
    typing = el("p", "typing…", class_="typing") if chat.typing_until > time.time() else ""
    return join([notice, bubbles(meta, chat, _address(customer, number)), typing])


def _menu(meta, customer: Customer, number: Number) -> Html:
    """What a phone has behind the shop's name. These forms load the page again."""
    address = _address(customer, number)
    wants = meta.world.chat(customer.wa_id, number.phone_number_id).wants_offers
    words, value = ("Stop offers and announcements", "stop") if wants else ("Resume offers and announcements", "resume")
    offers = small_form(address, words, is_live=False, kind="offers", value=value)
    return join([offers, small_form(address, "Change my phone number", is_live=False, kind="new_number")])


def _answering(meta, customer: Customer, number: Number, query) -> dict:
    """The message that is being answered or edited, above the field, and the words in it."""
    name = next((name for name in ("reply_to", "edit") if query.get(name)), "")
    message = meta.world.messages.get(query.get(name, ""))
    if not message or (message.wa_id, message.phone_number_id) != (customer.wa_id, number.phone_number_id):
        return {"answering": "", "text": ""}
    kind = "edit" if name == "edit" else "text"
    parts = [
        el("input", type="hidden", name="kind", value=kind),
        el("input", type="hidden", name="wamid", value=message.wamid),
        el("p", el("strong", "Editing" if kind == "edit" else "Answering"), " ", summary_of(message), dir="auto"),
        el("a", "Cancel", href=_address(customer, number)),
    ]
    return {"answering": el("div", *parts, class_="answering"), "text": _own_words(message) if kind == "edit" else ""}


def _own_words(message: ChatMessage) -> str:
    content = message.body.get(message.type)
    content = content if isinstance(content, dict) else {}
    return str(content.get("body") or content.get("caption") or "")


def _catalog(meta, customer: Customer, number: Number) -> Html | str:
    """The way into the catalog without a message that shows it. A real phone has it while the shop shows it."""
    linked = meta.world.linked_catalog(number.waba_id)
    if linked is None:
        return ""
    is_visible = meta.world.commerce.get(number.phone_number_id, {}).get("is_catalog_visible", False)
    hint = "" if is_visible else " (the shop does not show it)"
    count = meta.carts.of(customer.wa_id, number.phone_number_id).count
    catalog = el("a", f"Look into the catalog{hint}", href=shop_address(_address(customer, number)), id="phone-catalog")
    cart = el("a", f"Cart ({count})", href=shop_address(_address(customer, number), cart="1"), id="phone-cart")
    return el("p", catalog, " · " if count else "", cart if count else "", class_="into-shop")


routes = [
    Route("/phone/", choose),
    Route("/phone/file/{media_id}", file),
    Route("/phone/{customer}/{phone_number_id}", chat),
    Route("/phone/{customer}/{phone_number_id}/messages", messages),
    Route("/phone/{customer}/{phone_number_id}/send", send, methods=["POST"]),
]
