"""What a message puts into each kind of template, and how the phone shows and answers it."""

import time

import pytest
import requests

from .conftest import CUSTOMER, HIDDEN_USER_ID, SHOP, SHOP_NUMBER, wait_for
from .designs import body, buttons, footer, media_header, reply, text_header, url

PHONE = f"/phone/{CUSTOMER}/{SHOP_NUMBER}"
PICTURE = {"type": "image", "image": {"link": "https://example.com/a.png"}}
PLACE = {"latitude": "37.4", "longitude": "-122.1", "name": "The shop", "address": "1 Example Street"}
PRODUCT = {"product_retailer_id": "sku-1", "catalog_id": "400000000000001"}
SECTION = {"title": "New", "product_items": [{"product_retailer_id": "sku-1"}, {"product_retailer_id": "sku-2"}]}
ITEMS = {"thumbnail_product_retailer_id": "sku-1", "sections": [SECTION]}
SOON, PAST = int(time.time() + 3600) * 1000, 1209600000


def values(kind, *parameters):
    return {"type": kind, "parameters": list(parameters)}


def text(value, name=""):
    return {"type": "text", "text": value} | ({"parameter_name": name} if name else {})


def button(index, sub_type, parameter):
    return {"type": "button", "sub_type": sub_type, "index": str(index), "parameters": [parameter]}


def coupon(code):
    return {"type": "coupon_code", "coupon_code": code}


def action(**content):
    return {"type": "action", "action": content}


def ends(moment):
    return values(
        "limited_time_offer", {"type": "limited_time_offer", "limited_time_offer": {"expiration_time_ms": moment}}
    )


def one_card(index, *components):
    given = components or (
        values("header", PICTURE),
        button(0, "quick_reply", {"type": "payload", "payload": f"p{index}"}),
    )
    return {"card_index": index, "components": list(given)}


def carousel(*cards):
    return {"type": "carousel", "cards": list(cards)}


def design_of_card(form="IMAGE", *more):
    return {"components": [{"type": "HEADER", "format": form}, body("A card."), buttons(reply("More"), *more)]}


OFFER = {"type": "LIMITED_TIME_OFFER", "limited_time_offer": {"text": "Today only", "has_expiration": True}}
LINK = url("https://example.com/o/{{1}}", "A1")
CARDS = {"type": "CAROUSEL", "cards": [design_of_card(), design_of_card()]}
PRODUCT_CARD = {"components": [{"type": "HEADER", "format": "PRODUCT"}, buttons({"type": "SPM", "text": "View"})]}
PRODUCT_CARDS = {"type": "CAROUSEL", "cards": [PRODUCT_CARD, PRODUCT_CARD]}
FLOW = {"type": "FLOW", "text": "Book", "flow_id": "1"}
NAMED = {"type": "BODY", "text": "Dear {{first_name}}, your order {{order_id}} is ready."}
CODE_ADDRESS = {"type": "URL", "text": "Copy code", "url": "https://www.whatsapp.com/otp/code/?code=otp{{1}}"}
CODE = [{"type": "BODY", "text": "*{{1}}* is your verification code."}, buttons(CODE_ADDRESS)]
KINDS = {
    "plain": [body("Hello you."), footer("Bye")],
    "turned": [body("Order {{2}} is for you, dear {{1}}, and ready.")],
    "header": [text_header("Hi {{1}}", "a"), body("Hello you.")],
    "named": [NAMED],
    "image": [media_header("IMAGE", "x"), body("Hello you.")],
    "document": [media_header("DOCUMENT", "x"), body("Hello you.")],
    "location": [{"type": "HEADER", "format": "LOCATION"}, body("Hello you.")],
    "product": [{"type": "HEADER", "format": "PRODUCT"}, body("Hello you."), buttons({"type": "SPM", "text": "View"})],
    "link": [body("Hello you."), buttons(reply("Yes"), LINK)],
    "coupon": [body("Hello you."), buttons({"type": "COPY_CODE", "text": "Copy offer code"})],
    "offer": [body("Hello you."), OFFER, buttons({"type": "COPY_CODE", "text": "Copy offer code"}, LINK)],
    "catalog": [body("Hello you."), buttons({"type": "CATALOG", "text": "View catalog"})],
    "items": [body("Hello you."), buttons({"type": "MPM", "text": "View items"})],
    "flow": [body("Hello you."), buttons(FLOW)],
    "carousel": [body("Hello you."), CARDS],
    "product carousel": [body("Hello you."), PRODUCT_CARDS],
    "code": CODE,
}


@pytest.fixture
def send(sandbox, token):
    """Makes `hello_world` a template of the kind, and sends it."""

    def send(kind, *components, to=CUSTOMER):
        names = {"waba_id": SHOP, "name": "hello_world"}
        more = {"parameter_format": "NAMED" if kind == "named" else "POSITIONAL", "tell": False}
        assert "error" not in sandbox.control("template", do="change", components=KINDS[kind], **names, **more)
        if kind == "code":
            sandbox.control("template", do="change_category", category="AUTHENTICATION", tell=False, **names)
        content = {"name": "hello_world", "language": {"code": "en_US"}, "components": list(components)}
        return sandbox.send(token, to=to, type="template", template=content)

    return send


LINKED = button(1, "url", text("A-7"))
GOOD = {
    "plain": ("plain", []),
    "by number, not by place": ("turned", [values("body", text("Ann"), text("A-7"))]),
    "header": ("header", [values("header", text("Ann"))]),
    "named in any order": ("named", [values("body", text("A-7", "order_id"), text("Ann", "first_name"))]),
    "picture": ("image", [values("header", PICTURE)]),
    "place": ("location", [values("header", {"type": "location", "location": PLACE})]),
    "product": ("product", [values("header", {"type": "product", "product": PRODUCT})]),
    "link": ("link", [LINKED]),
    "link and payload": ("link", [LINKED, button(0, "quick_reply", {"type": "payload", "payload": "yes"})]),
    "coupon": ("coupon", [button(0, "copy_code", coupon("SAVE25"))]),
    "offer": ("offer", [ends(SOON), button(0, "copy_code", coupon("SAVE25")), LINKED]),
    "catalog": ("catalog", [button(0, "catalog", action(thumbnail_product_retailer_id="sku-1"))]),
    "catalog without a picture": ("catalog", []),
    "items": ("items", [button(0, "mpm", action(**ITEMS))]),
    "flow": ("flow", [button(0, "flow", action(flow_token="t", flow_action_data={"a": "b"}))]),
    "flow without data": ("flow", []),
    "carousel": ("carousel", [carousel(one_card(0), one_card(1))]),
    "five products": (
        "product carousel",
        [carousel(*[one_card(n, values("header", {"type": "product", "product": PRODUCT})) for n in range(5)])],
    ),
    "code": ("code", [values("body", text("123456")), button(0, "url", text("123456"))]),
}


@pytest.mark.parametrize(("kind", "components"), GOOD.values(), ids=GOOD)
def test_what_fits_is_accepted(send, kind, components):
    answer = send(kind, *components)
    assert answer.json()["messages"][0]["message_status"] == "accepted"


BAD = {
    "footer has no gap": ("plain", [values("footer", text("x"))], 132000),
    "an unknown component": ("plain", [values("stamp", text("x"))], 132012),
    "a carousel where none is": ("plain", [carousel(one_card(0))], 132000),
    "a button where none is": ("plain", [button(0, "url", text("x"))], 132000),
    "a name is missing": ("named", [values("body", text("A-7", "order_id"), text("Ann"))], 132012),
    "no header": ("image", [], 132000),
    "a place for a picture": ("image", [values("header", {"type": "location", "location": PLACE})], 132012),
    "a picture for a document": ("document", [values("header", PICTURE)], 132012),
    "half a place": ("location", [values("header", {"type": "location", "location": {"latitude": "1"}})], 132012),
    "a place beyond the earth": (
        "location",
        [values("header", {"type": "location", "location": PLACE | {"latitude": "91"}})],
        132012,
    ),
    "product without its catalog": (
        "product",
        [values("header", {"type": "product", "product": {"product_retailer_id": "sku-1"}})],
        132012,
    ),
    "no value for the link": ("link", [], 132000),
    "the link as a payload": ("link", [button(1, "quick_reply", {"type": "payload", "payload": "x"})], 132012),
    "a long payload": ("link", [LINKED, button(0, "quick_reply", {"type": "payload", "payload": "x" * 129})], 132012),
    "no coupon": ("coupon", [], 132000),
    "a long coupon": ("coupon", [button(0, "copy_code", coupon("X" * 16))], 132012),
    "offer without its end": ("offer", [button(0, "copy_code", coupon("A")), LINKED], 132000),
    "offer that lasts instead of ending": ("offer", [ends(PAST), button(0, "copy_code", coupon("A")), LINKED], 132012),
    "no items": ("items", [], 132000),
    "too many items": (
        "items",
        [
            button(
                0, "mpm", action(**(ITEMS | {"sections": [SECTION | {"product_items": SECTION["product_items"] * 16}]}))
            )
        ],
        132012,
    ),
    "sections without titles": (
        "items",
        [button(0, "mpm", action(**(ITEMS | {"sections": [{"product_items": SECTION["product_items"]}] * 2})))],
        132012,
    ),
    "no cards": ("carousel", [], 132000),
    "a card too few": ("carousel", [carousel(one_card(0))], 132000),
    "a card too many": ("carousel", [carousel(one_card(0), one_card(1), one_card(2))], 132000),
    "the same card twice": ("carousel", [carousel(one_card(0), one_card(0))], 132000),
    "card without its picture": ("carousel", [carousel(one_card(0), one_card(1, values("header")))], 132000),
    "one product": (
        "product carousel",
        [carousel(one_card(0, values("header", {"type": "product", "product": PRODUCT})))],
        132000,
    ),
    "two codes": ("code", [values("body", text("123456")), button(0, "url", text("654321"))], 132012),
    "a long code": ("code", [values("body", text("1" * 16)), button(0, "url", text("1" * 16))], 132012),
    "a long header": ("header", [values("header", text("x" * 60))], 132005),
}


@pytest.mark.parametrize(("kind", "components", "code"), BAD.values(), ids=BAD)
def test_what_does_not_fit_is_refused(sandbox, send, kind, components, code):
    assert send(kind, *components).json()["error"]["code"] == code
    assert sandbox.sent() == []


def test_code_does_not_go_to_a_user_id(send):
    code = [values("body", text("123456")), button(0, "url", text("123456"))]
    assert send("code", *code, to=HIDDEN_USER_ID).json()["error"]["code"] == 131062


@pytest.mark.parametrize("code", [132007, 132068, 132069])
def test_template_may_be_set_to_fail(sandbox, send, code):
    sandbox.control("template", waba_id=SHOP, name="hello_world", error_when_sent=code)
    assert send("plain").json()["error"]["code"] == code
    sandbox.control("template", waba_id=SHOP, name="hello_world", error_when_sent=0)
    assert send("plain").ok


def test_held_template_goes_on_later(sandbox, send, app):
    sandbox.control("weather", template_held={"seconds": 0.3, "count": 1})
    assert send("plain").json()["messages"][0]["message_status"] == "held_for_quality_assessment"
    assert send("plain").json()["messages"][0]["message_status"] == "accepted"
    first = sandbox.sent()[0]["wamid"]
    wait_for(lambda: [status["id"] for status in app.statuses()][-2:] == [first, first])


def test_file_of_a_card_must_be_one_of_the_numbers_own(sandbox, token, send):
    media_id = sandbox.upload(token).json()["id"]
    own, foreign = ({"type": "image", "image": {"id": each}} for each in (media_id, "123"))
    assert (
        send("carousel", carousel(one_card(0), one_card(1, values("header", foreign)))).json()["error"]["code"] == 100
    )
    assert send("carousel", carousel(one_card(0), one_card(1, values("header", own)))).ok


def shown(sandbox, send, app, kind, *components):
    """The phone, once the message is there."""
    wamid = send(kind, *components).json()["messages"][0]["id"]
    wait_for(lambda: [s for s in app.statuses() if (s["id"], s["status"]) == (wamid, "delivered")])
    return wamid, requests.get(sandbox.base + PHONE, timeout=5).text


def test_phone_shows_offer_coupon_and_link(sandbox, send, app):
    components = [ends(SOON), button(0, "copy_code", coupon("SAVE25")), LINKED]
    _, page = shown(sandbox, send, app, "offer", *components)
    assert "Today only" in page and "Ends " in page and "Copies SAVE25" in page
    assert 'href="https://example.com/o/A-7"' in page


@pytest.mark.parametrize(
    ("kind", "components", "words"),
    [
        ("location", [values("header", {"type": "location", "location": PLACE})], "37.4, -122.1"),
        ("product", [values("header", {"type": "product", "product": PRODUCT})], "Example socks"),
        ("items", [button(0, "mpm", action(**ITEMS))], "View items"),
        ("code", [values("body", text("123456")), button(0, "url", text("123456"))], "<strong>123456</strong> is your"),
    ],
)
def test_phone_shows_each_kind(sandbox, send, app, kind, components, words):
    assert words in shown(sandbox, send, app, kind, *components)[1]


def test_reply_of_a_card_comes_with_its_own_payload(sandbox, send, app):
    wamid, page = shown(sandbox, send, app, "carousel", carousel(one_card(0), one_card(1)))
    assert page.count('class="template-card"') == 2
    form = {"kind": "button", "wamid": wamid, "id": "More", "card": "1"}
    assert requests.post(f"{sandbox.base}{PHONE}/send", data=form, timeout=5, allow_redirects=False).status_code == 303
    answer = wait_for(lambda: [m for value in app.values() for m in value.get("messages", [])])[0]
    assert answer["button"] == {"payload": "p1", "text": "More"} and answer["context"]["id"] == wamid
