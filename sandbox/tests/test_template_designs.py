"""What Meta takes as a design, asked of the real call."""

import pytest

from sandbox.examples import document, picture, video

from .conftest import SHOP
from .designs import (
    AUTHENTICATION,
    body,
    buttons,
    card,
    design,
    footer,
    media_header,
    reply,
    text_header,
    url,
    with_handles,
)


@pytest.fixture
def create(sandbox, token):
    """Creates a template and returns the answer; where it names a file, the handle of its upload stands."""
    handles = {}

    def handle(kind):
        if kind not in handles:
            data, file_type = {
                "image": (picture(), "image/png"),
                "video": (video(), "video/mp4"),
                "document": (document("x"), "application/pdf"),
            }[kind]
            handles[kind] = sandbox.handle(token, data, file_type)
        return handles[kind]

    def create(*components, **fields):
        made = design(*components, **fields)
        return sandbox.post(f"{SHOP}/message_templates", token, json=with_handles(made, handle))

    sandbox.control("review", automatic=False)
    return create


GOOD = {
    "smallest": ([body("Your order is ready.")], {}),
    "positional": ([body("Hello {{1}}, your order {{2}} is ready now.", "Ann", "A1")], {}),
    "flat examples": (
        [{"type": "BODY", "text": "Hello {{1}}, here we are again.", "example": {"body_text": ["Ann"]}}],
        {},
    ),
    "one text as example": (
        [{"type": "BODY", "text": "Hello {{1}}, here we are again.", "example": {"body_text": "Ann"}}],
        {},
    ),
    "Meta's own sample": (
        [
            {
                "type": "HEADER",
                "format": "TEXT",
                "text": "Hello {{first_name}}",
                "example": {"header_text_named_params": [{"param_name": "first_name", "example": "Ann"}]},
            },
            {
                "type": "BODY",
                "text": "Order {{order_id}} is ready, {{first_name}}. Thank you.",
                "example": {
                    "body_text_named_params": [
                        {"param_name": "order_id", "example": "A1"},
                        {"param_name": "first_name", "example": "Ann"},
                    ]
                },
            },
            footer("Reply STOP to opt out"),
            buttons(url("https://example.com/o/{{1}}", "A1"), reply("Help")),
        ],
        {"parameter_format": "NAMED", "message_send_ttl_seconds": "600"},
    ),
    "kinds in any case": (
        [body("Your order is ready.") | {"type": "body"}, buttons(reply("Help") | {"type": "quick_reply"})],
        {"category": "utility", "parameter_format": "positional"},
    ),
    "picture": ([media_header("IMAGE", "image"), body("Look at this.")], {}),
    "video": ([media_header("VIDEO", "video"), body("Look at this.")], {}),
    "document": ([media_header("DOCUMENT", "document"), body("Look at this.")], {}),
    "location": ([{"type": "HEADER", "format": "LOCATION"}, body("Here we are.")], {}),
    "ten buttons": ([body("Choose one."), buttons(*[reply(f"Choice {n}") for n in range(10)])], {}),
    "phone": (
        [body("Call us."), buttons({"type": "PHONE_NUMBER", "text": "Call", "phone_number": "+15550100001"})],
        {},
    ),
    "flow": ([body("Book now."), buttons({"type": "FLOW", "text": "Book", "flow_id": "1"})], {}),
    "catalog": ([body("Our products."), buttons({"type": "CATALOG", "text": "View catalog"})], {}),
    "products": ([body("Our products."), buttons({"type": "MPM", "text": "View items"})], {"category": "MARKETING"}),
    "one product": (
        [{"type": "HEADER", "format": "PRODUCT"}, body("This one."), buttons({"type": "SPM", "text": "View"})],
        {"category": "MARKETING"},
    ),
    "coupon": (
        [body("A gift for you."), buttons({"type": "COPY_CODE", "example": "SAVE25"})],
        {"category": "MARKETING"},
    ),
    "offer": (
        [
            media_header("IMAGE", "image"),
            {"type": "LIMITED_TIME_OFFER", "limited_time_offer": {"text": "Today only", "has_expiration": True}},
            body("A gift for you."),
            buttons({"type": "COPY_CODE", "example": "SAVE25"}, url("https://example.com/{{1}}", "a")),
        ],
        {"category": "MARKETING"},
    ),
    "carousel": (
        [body("New things."), {"type": "CAROUSEL", "cards": [card(), card()]}],
        {"category": "MARKETING"},
    ),
    "authentication": (AUTHENTICATION, {"category": "AUTHENTICATION", "message_send_ttl_seconds": 60}),
}


@pytest.mark.parametrize(("components", "fields"), GOOD.values(), ids=GOOD)
def test_what_meta_takes_goes_into_review(create, components, fields):
    answer = create(*components, **fields)
    assert answer.status_code == 200, answer.text
    category = fields.get("category", "UTILITY").upper()
    assert answer.json() == {"id": answer.json()["id"], "status": "PENDING", "category": category}


LONG = "word " * 300
APP = {"package_name": "com.example.shop", "signature_hash": "K8a/AINcGX7"}
BAD = {  # components, fields, sub-code (0: Meta has none for it)
    "no body": ([footer("Only this")], {}, 0),
    "two bodies": ([body("One here."), body("Two here.")], {}, 0),
    "name in capitals": ([body("Hello you.")], {"name": "Hello"}, 0),
    "no language": ([body("Hello you.")], {"language": "english"}, 0),
    "no category": ([body("Hello you.")], {"category": "NEWS"}, 0),
    "long body": ([body(LONG)], {}, 2388040),
    "long header": ([text_header("x" * 61), body("Hello you.")], {}, 2388040),
    "long footer": ([body("Hello you."), footer("x" * 61)], {}, 2388040),
    "header with two gaps": ([text_header("Hi {{1}} and {{2}} too", "a", "b"), body("Hello you.")], {}, 2388047),
    "header in bold": ([text_header("Hello *you*"), body("Hello you.")], {}, 2388047),
    "header without a sample": ([{"type": "HEADER", "format": "IMAGE"}, body("Hello you.")], {}, 2388047),
    "made up handle": ([media_header("IMAGE", "4::made-up"), body("Hello you.")], {}, 2388047),
    "video as picture": ([media_header("IMAGE", "video"), body("Hello you.")], {}, 2388047),
    "gap at the beginning": ([body("{{1}}, your order is ready.", "Ann")], {}, 2388299),
    "gap at the end": ([body("Your order is number {{1}}", "A1")], {}, 2388299),
    "gaps side by side": ([body("Your order {{1}} {{2}} is ready for you now.", "a", "b")], {}, 2388072),
    "a number is missing": ([body("Hello {{1}}, order {{3}} is ready for you now.", "a", "b")], {}, 2388072),
    "a name for a number": ([body("Hello {{name}}, your order is ready.", "a")], {}, 2388072),
    "one brace too few": ([body("Hello {{1}, your order is ready.", "a")], {}, 2388072),
    "too many gaps": ([body("Hi {{1}}, now {{2}}.", "a", "b")], {}, 2388293),
    "no example": ([{"type": "BODY", "text": "Hello {{1}}, your order is ready."}], {}, 2388072),
    "an example too many": ([body("Hello {{1}}, your order is ready.", "a", "b")], {}, 2388072),
    "gap in the footer": ([body("Hello you."), footer("For {{1}}")], {}, 2388073),
    "eleven buttons": ([body("Hello you."), buttons(*[reply(f"N {n}") for n in range(11)])], {}, 0),
    "three addresses": ([body("Hello you."), buttons(*[url("https://example.com/")] * 3)], {}, 0),
    "reply between": (
        [body("Hello you."), buttons(url("https://example.com/"), reply("A"), url("https://example.com/b"))],
        {},
        0,
    ),
    "long button": ([body("Hello you."), buttons(reply("x" * 26))], {}, 2388040),
    "gap inside the address": ([body("Hello you."), buttons(url("https://example.com/{{1}}/x", "a"))], {}, 0),
    "no example of the address": ([body("Hello you."), buttons(url("https://example.com/{{1}}"))], {}, 0),
    "catalog with another": (
        [body("Hello you."), buttons({"type": "CATALOG", "text": "View catalog"}, reply("A"))],
        {},
        0,
    ),
    "one product without its header": ([body("Hello you."), buttons({"type": "SPM", "text": "View"})], {}, 0),
    "coupon in a utility": ([body("Hello you."), buttons({"type": "COPY_CODE", "example": "SAVE"})], {}, 0),
    "carousel in a utility": ([body("Hello you."), {"type": "CAROUSEL", "cards": [card(), card()]}], {}, 0),
    "one card": ([body("Hello you."), {"type": "CAROUSEL", "cards": [card()]}], {"category": "MARKETING"}, 0),
    "cards of different makes": (
        [body("Hello you."), {"type": "CAROUSEL", "cards": [card(), card("VIDEO", "video")]}],
        {"category": "MARKETING"},
        0,
    ),
    "only one card with a text": (
        [body("Hello you."), {"type": "CAROUSEL", "cards": [card(), card(text="")]}],
        {"category": "MARKETING"},
        0,
    ),
    "offer with a footer": (
        [body("Hello you."), footer("Bye"), {"type": "LIMITED_TIME_OFFER", "limited_time_offer": {"text": "Today"}}],
        {"category": "MARKETING"},
        2388073,
    ),
    "offer with a long body": (
        [body("word " * 125), {"type": "LIMITED_TIME_OFFER", "limited_time_offer": {"text": "Today"}}],
        {"category": "MARKETING"},
        2388040,
    ),
    "authentication with own words": (
        [body("Your code."), AUTHENTICATION[-1]],
        {"category": "AUTHENTICATION"},
        2388072,
    ),
    "authentication for one tap without its app": (
        [AUTHENTICATION[0], buttons({"type": "OTP", "otp_type": "ONE_TAP"})],
        {"category": "AUTHENTICATION"},
        0,
    ),
    "zero tap without its terms": (
        [AUTHENTICATION[0], buttons({"type": "OTP", "otp_type": "ZERO_TAP", "supported_apps": [APP]})],
        {"category": "AUTHENTICATION"},
        0,
    ),
    "short life": ([body("Hello you.")], {"message_send_ttl_seconds": 10}, 0),
    "life of marketing": ([body("Hello you.")], {"category": "MARKETING", "message_send_ttl_seconds": -1}, 0),
}


@pytest.mark.parametrize(("components", "fields", "subcode"), BAD.values(), ids=BAD)
def test_what_meta_refuses_is_error_100_with_words_for_people(sandbox, create, components, fields, subcode):
    answer = create(*components, **fields)
    error = answer.json()["error"]
    assert (answer.status_code, error["code"], error.get("error_subcode", 0)) == (400, 100, subcode), error
    assert error["error_user_title"] and error["error_user_msg"]
    assert len(sandbox.session.get(f"{sandbox.base}/control/templates?waba_id={SHOP}", timeout=5).json()) == 3


def test_refusals_speak_the_language_of_the_tokens_user(sandbox, create):
    sandbox.control("review", locale="es_ES")
    error = create(body("Hola {{1}}", "Ana")).json()["error"]
    assert error["error_subcode"] == 2388299 and error["error_user_title"].startswith("No se permiten")


def test_authentication_is_given_back_with_metas_words(sandbox, token, create):
    template_id = create(*AUTHENTICATION, category="authentication").json()["id"]
    first, second, third = sandbox.get(template_id, token).json()["components"]
    assert first["text"].startswith("*{{1}}* is your verification code. For your security")
    assert second["text"] == "This code expires in 5 minutes."
    (button,) = third["buttons"]
    assert button["type"] == "URL" and button["url"].startswith("https://www.whatsapp.com/otp/code/?otp_type=COPY_CODE")
    assert button["url"].endswith("{{1}}")


def test_sample_becomes_an_address_with_the_approval(sandbox, token, create):
    template_id = create(media_header("IMAGE", "image"), body("Look at this.")).json()["id"]
    header = sandbox.get(template_id, token).json()["components"][0]
    assert header["example"]["header_handle"][0].startswith("4::")
    sandbox.control("template", template_id=template_id, do="approve")
    (address,) = sandbox.get(template_id, token).json()["components"][0]["example"]["header_handle"]
    assert address.startswith(sandbox.base) and sandbox.session.get(address, timeout=5).content == picture()


def test_samples_expire_in_the_weather(sandbox, create):
    sandbox.control("weather", handles_expired=True)
    error = create(media_header("IMAGE", "image"), body("Look at this.")).json()["error"]
    assert error["error_subcode"] == 2388047 and "expired" in error["error_user_msg"]


def test_form_fields_may_carry_the_components_as_json(sandbox, token):
    form = {
        "name": "by_form",
        "language": "en",
        "category": "UTILITY",
        "components": '[{"type":"BODY","text":"Hi you."}]',
    }
    assert sandbox.post(f"{SHOP}/message_templates", token, data=form).json()["status"] == "PENDING"
