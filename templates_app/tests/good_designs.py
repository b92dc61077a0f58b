"""A good template of each kind that Galantis can write: no rule finds anything, and Meta takes it."""

from templates_app.design import sample_places
from templates_app.lint import Around

IMAGE = {"type": "HEADER", "format": "IMAGE"}
TYPES = {"IMAGE": "image/jpeg", "VIDEO": "video/mp4", "DOCUMENT": "application/pdf"}
QUICK = {"type": "QUICK_REPLY", "text": "More"}
LINK = {"type": "URL", "text": "Open", "url": "https://example.com/o/{{1}}", "example": ["A1"]}
SHOP = {"type": "URL", "text": "Shop", "url": "https://example.com/shop"}
CALL = {"type": "PHONE_NUMBER", "text": "Call us", "phone_number": "+15550100101"}
COUPON = {"type": "COPY_CODE", "example": "SAVE25"}


def design(*components: dict, category: str = "MARKETING", **fields) -> dict:
    """With a body of its own where none is given."""
    parts = list(components)
    if not any(each["type"] == "BODY" for each in parts):
        parts.append(body("Our new things are here for you to look at."))
    return {"name": "example_name", "language": "en_US", "category": category, "components": parts, **fields}


def body(text: str, *examples: str) -> dict:
    return {"type": "BODY", "text": text, **({"example": {"body_text": [list(examples)]}} if examples else {})}


def header(text: str, *examples: str) -> dict:
    example = {"example": {"header_text": list(examples)}} if examples else {}
    return {"type": "HEADER", "format": "TEXT", "text": text, **example}


def buttons(*each: dict) -> dict:
    return {"type": "BUTTONS", "buttons": list(each)}


def card(*components: dict) -> dict:
    return {"components": list(components)}


def carousel(*cards: dict) -> dict:
    return {"type": "CAROUSEL", "cards": list(cards)}


def named(kind: str, text: str, **examples: str) -> dict:
    given = [{"param_name": name, "example": value} for name, value in examples.items()]
    shape = {"format": "TEXT"} if kind == "header" else {}
    return {"type": kind.upper(), **shape, "text": text, "example": {f"{kind}_text_named_params": given}}


def otp(**fields) -> dict:
    return buttons({"type": "OTP", "otp_type": "COPY_CODE", "text": "Copy code", **fields})


APP = {"package_name": "com.example.shop", "signature_hash": "K8a/AINcGX7"}
SECURE = {"type": "BODY", "add_security_recommendation": True}
EXPIRES = {"type": "FOOTER", "code_expiration_minutes": 5}
OFFER = {"type": "LIMITED_TIME_OFFER", "limited_time_offer": {"text": "Ends soon", "has_expiration": True}}
PRODUCT_CARD = card({"type": "HEADER", "format": "PRODUCT"}, buttons({"type": "SPM", "text": "View"}))
CARD = card(
    IMAGE,
    body("It is for {{1}} and it is really very good.", "you"),
    buttons(QUICK, LINK),
)

GOOD_DESIGNS = {
    "body": design(),
    "without spaces": design(body("您好{{1}}，您的订单{{2}}已经发货。", "王", "A1"), language="zh_CN"),
    "without spaces, in Thai": design(body("สวัสดี {{1}} คำสั่งซื้อของคุณพร้อมแล้ว", "A1"), language="th"),
    "positional": design(
        header("Hello {{1}}", "Customer"),
        body("Your order {{1}} is ready and you can pick it up on {{2}} in the shop.", "A1", "Monday"),
        {"type": "FOOTER", "text": "Reply STOP to hear no more"},
        category="UTILITY",
        parameter_format="POSITIONAL",
        message_send_ttl_seconds=600,
    ),
    "named": design(
        named("header", "Hello {{first_name}}", first_name="Customer"),
        named(
            "body", "Your order {{order_id}} is ready for you, {{first_name}}.", order_id="A1", first_name="Customer"
        ),
        category="UTILITY",
        parameter_format="NAMED",
    ),
    "image": design(IMAGE),
    "video": design({"type": "HEADER", "format": "VIDEO"}),
    "document": design({"type": "HEADER", "format": "DOCUMENT"}, category="UTILITY"),
    "location": design({"type": "HEADER", "format": "LOCATION"}, category="UTILITY"),
    "buttons": design(buttons(QUICK, {**QUICK, "text": "Less"}, LINK, SHOP, CALL, COUPON)),
    "buttons_last": design(buttons(LINK, CALL, QUICK, {**QUICK, "text": "Less"})),
    "coupon": design(buttons(COUPON)),
    "catalog": design(buttons({"type": "CATALOG", "text": "View catalog"})),
    "products": design(header("Look at these"), buttons({"type": "MPM", "text": "View items"})),
    "product": design({"type": "HEADER", "format": "PRODUCT"}, buttons({"type": "SPM", "text": "View"})),
    "form": design(
        buttons({"type": "FLOW", "text": "Begin", "flow_id": "123", "flow_action": "navigate", "navigate_screen": "A"})
    ),
    "offer": design(IMAGE, OFFER, buttons(COUPON, LINK)),
    "carousel": design(body("Look at these things, {{1}}, which are new.", "Customer"), carousel(CARD, CARD)),
    "carousel_of_videos": design(carousel(*[card({"type": "HEADER", "format": "VIDEO"}, buttons(QUICK))] * 10)),
    "carousel_of_products": design(carousel(PRODUCT_CARD, PRODUCT_CARD)),
    "code": design(SECURE, EXPIRES, otp(), category="AUTHENTICATION", message_send_ttl_seconds=60),
    "code_one_tap": design(
        {"type": "BODY"},
        otp(otp_type="ONE_TAP", autofill_text="Autofill", supported_apps=[APP]),
        category="AUTHENTICATION",
    ),
    "code_zero_tap": design(
        SECURE,
        otp(otp_type="ZERO_TAP", supported_apps=[APP], zero_tap_terms_accepted=True),
        category="AUTHENTICATION",
    ),
}


def around_of(design: dict) -> Around:
    """Everything there that it needs: example files of the right types, a catalog."""
    samples = {place: TYPES[kind] for place, kind in sample_places(design["components"]).items()}
    return Around(samples=samples, has_catalog=True)
