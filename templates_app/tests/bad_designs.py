"""Templates that break one rule each, and nothing else: by the rule's name, with what is known around them."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from templates_app.lint import Around
from templates_app.tests.good_designs import (
    APP,
    CALL,
    CARD,
    COUPON,
    EXPIRES,
    GOOD_DESIGNS,
    IMAGE,
    LINK,
    OFFER,
    PRODUCT_CARD,
    QUICK,
    SECURE,
    SHOP,
    around_of,
    body,
    buttons,
    card,
    carousel,
    design,
    header,
    named,
    otp,
)

CODE = {"category": "AUTHENTICATION"}
LONG = "word " * 300
FLOW = {"type": "FLOW", "text": "Begin", "flow_id": "1"}
TEXT = "Our new things are here for you to look at."


@dataclass(frozen=True)
class Bad:
    """`is_error`: Meta refuses it. `lies_in_design`: so it does for the design alone, whatever is around it."""

    rule: str
    design: dict
    is_error: bool = True
    lies_in_design: bool = True
    change_around: Callable[[Around], Around] = field(default=lambda around: around)

    def around(self) -> Around:
        return self.change_around(around_of(self.design))


def link(url: str, *examples: str) -> dict:
    return design(
        buttons({"type": "URL", "text": "Open", "url": url, **({"example": [*examples]} if examples else {})})
    )


def advice(rule: str, made: dict, **more) -> Bad:
    return Bad(rule, made, is_error=False, **more)


def around(rule: str, made: dict, change: Callable[[Around], Around], *, is_error: bool = True) -> Bad:
    return Bad(rule, made, is_error, lies_in_design=False, change_around=change)


def other(name: str, language: str, category: str, text: str) -> Callable[[Around], Around]:
    return lambda given: replace(given, others=((name, language, category, text),))


def footer(text: str) -> dict:
    return {"type": "FOOTER", "text": text}


FIELDS = [
    Bad("name", design() | {"name": ""}),
    Bad("name", design() | {"name": "Order ready"}),
    Bad("name", design() | {"name": "x" * 513}),
    Bad("language", design() | {"language": ""}),
    Bad("language", design() | {"language": "english"}),
    Bad("category_known", design(category="")),
    Bad("category_known", design(category="TRANSACTIONAL")),
    Bad("parameter_format", design(parameter_format="MIXED")),
    Bad("time_to_live", design(category="UTILITY", message_send_ttl_seconds=29)),
    Bad("time_to_live", design(category="UTILITY", message_send_ttl_seconds=43_201)),
    Bad("time_to_live", design(message_send_ttl_seconds=600)),
    Bad("time_to_live", design(message_send_ttl_seconds=-1)),
    Bad("time_to_live", design(SECURE, otp(), **CODE, message_send_ttl_seconds=901)),
    Bad("time_to_live", design(message_send_ttl_seconds="a day")),
]

PARTS = [
    Bad("body_there", design(IMAGE) | {"components": [IMAGE]}),
    Bad("body_there", design() | {"components": []}),
    Bad("part_without_kind", design() | {"components": [body(TEXT), {"type": "", "text": "What?"}]}),
    Bad("part_twice", design(body(TEXT), body("Another text which is just as good."))),
    Bad("header_format", design({"type": "HEADER", "format": "AUDIO"})),
    Bad("marketing_only", design(carousel(CARD, CARD), category="UTILITY")),
    Bad("marketing_only", design(OFFER, buttons(SHOP), category="UTILITY")),
    Bad("marketing_only", design(buttons(COUPON), category="UTILITY")),
    Bad("offer_with_footer", design(OFFER, footer("Bye"), buttons(SHOP))),
]

TEXTS = [
    Bad("text_missing", design(body(" "))),
    Bad("text_missing", design(header(""))),
    Bad("text_missing", design(footer(""))),
    Bad("text_missing", design(buttons({"type": "QUICK_REPLY", "text": ""}))),
    Bad("text_missing", design({**OFFER, "limited_time_offer": {"text": "", "has_expiration": True}}, buttons(SHOP))),
    Bad("text_too_long", design(header("x" * 61))),
    Bad("text_too_long", design(body("x" * 1025))),
    Bad("text_too_long", design(footer("x" * 61))),
    Bad("text_too_long", design(body("x" * 601), OFFER, buttons(SHOP))),
    Bad("text_too_long", design({**OFFER, "limited_time_offer": {"text": "x" * 17, "has_expiration": True}})),
    Bad("text_too_long", design(buttons({"type": "QUICK_REPLY", "text": "x" * 26}))),
    Bad("text_too_long", design(carousel(*[card(IMAGE, body("x" * 161), buttons(SHOP))] * 2))),
    Bad("header_plain", design(header("Two\nlines"))),
    Bad("header_plain", design(header("It is *bold* here"))),
    Bad("footer_plain", design(footer("Bye {{1}}"))),
    Bad("footer_plain", design(footer("Two\nlines"))),
    Bad("label_plain", design(buttons({"type": "QUICK_REPLY", "text": "Hello {{1}}"}))),
    Bad("label_plain", design(buttons({"type": "QUICK_REPLY", "text": "Two\nlines"}))),
    Bad("offer_form", design({**OFFER, "limited_time_offer": {"text": "Ends soon", "has_expiration": "yes"}})),
]

GAPS = [
    Bad("braces", design(body("Your order {{1} is ready."))),
    Bad("braces", design(header("Hello {{1"))),
    Bad("variable_name", design(body("Your order {{#1}} is ready."))),
    Bad("variable_name", design(body("Your order {{}} is ready."))),
    Bad("variable_name", design(named("body", "Your order {{Order Id}} is ready."), parameter_format="NAMED")),
    Bad("variable_kind", design(body("Your order {{order_id}} is ready."))),
    Bad("variable_kind", design(named("body", "Your order {{1}} is ready."), parameter_format="NAMED")),
    Bad(
        "variable_kind",
        design(body("Your order {{1}} is ready for you now, dear {{first_name}}.", "A1")),
    ),
    Bad("variable_numbers", design(body("Your order {{2}} is ready.", "A1"))),
    Bad("variable_numbers", design(body("Your order {{1}} is ready and you can pick it up on {{3}}.", "A1", "Monday"))),
    Bad("variable_numbers", design(header("Hello {{0}}", "Customer"))),
    Bad("header_variables", design(header("Hello {{1}} and {{2}}", "one", "two"))),
    Bad("variable_at_edge", design(body("{{1}}, your order is ready.", "Customer"))),
    Bad("variable_at_edge", design(body("Your order is ready for you, {{1}}", "Customer"))),
    Bad("variables_adjacent", design(body("Your order {{1}} {{2}} is ready for you to be picked up.", "A", "1"))),
    advice("too_many_variables", design(body("Hello {{1}} there.", "Customer"))),
    advice("too_many_variables", design(carousel(*[card(IMAGE, body("Hello {{1}} there.", "you"))] * 2))),
    Bad("example_missing", design(body("Your order {{1}} is ready."))),
    Bad("example_missing", design(body("Your order {{1}} is ready for you on {{2}} now.", "A1"))),
    Bad("example_missing", design(header("Hello {{1}}"))),
    Bad("example_missing", design(named("body", "Your order {{order_id}} is ready."), parameter_format="NAMED")),
    Bad("example_unused", design(body("Your order {{1}} is ready.", "A1", "B2"))),
]

SAMPLES = [
    around("sample_missing", design(IMAGE), lambda given: replace(given, samples={})),
    around(
        "sample_missing",
        design(carousel(CARD, CARD)),
        lambda given: replace(given, samples={"cards[0].header": "image/png"}),
    ),
    around("sample_type", design(IMAGE), lambda given: replace(given, samples={"header": "video/mp4"})),
    around("sample_type", GOOD_DESIGNS["video"], lambda given: replace(given, samples={"header": "video/3gpp"})),
    around("sample_type", GOOD_DESIGNS["document"], lambda given: replace(given, samples={"header": "text/plain"})),
    around("catalog_missing", GOOD_DESIGNS["catalog"], lambda given: replace(given, has_catalog=False)),
    around("catalog_missing", GOOD_DESIGNS["product"], lambda given: replace(given, has_catalog=False)),
    around("catalog_missing", GOOD_DESIGNS["carousel_of_products"], lambda given: replace(given, has_catalog=False)),
]

BUTTONS = [
    Bad("button_without_kind", design(buttons({"type": "", "text": "Open"}))),
    Bad("url", link("")),
    Bad("url", link("example.com/orders")),
    Bad("url", link("ftp://example.com/orders")),
    Bad("url", link("https://example.com/two words")),
    Bad("url", link("https://example.com/" + "x" * 1990)),
    Bad("url_variable", link("https://example.com/{{1}}/status", "A1")),
    Bad("url_variable", link("https://example.com/{{1}}/{{2}}", "A1")),
    Bad("url_variable", link("https://example.com/{{2}}", "A1")),
    Bad("button_example", link("https://example.com/{{1}}")),
    Bad("button_example", design(buttons({"type": "COPY_CODE"}))),
    Bad("button_example", design(buttons({"type": "COPY_CODE", "example": "x" * 16}))),
    Bad("phone_number", design(buttons({**CALL, "phone_number": "our shop"}))),
    Bad("phone_number", design(buttons({**CALL, "phone_number": "+" + "1" * 20}))),
    Bad("fixed_label", design(buttons({"type": "CATALOG", "text": "All things"}))),
    Bad("flow", design(buttons({"type": "FLOW", "text": "Begin"}))),
    Bad("flow", design(buttons({**FLOW, "flow_name": "a_form"}))),
    Bad("flow", design(buttons({**FLOW, "flow_action": "jump"}))),
    Bad("button_count", design(buttons())),
    Bad("button_count", design(buttons(*[{"type": "QUICK_REPLY", "text": f"No. {n}"} for n in range(9)], LINK, SHOP))),
    Bad("button_count", design(carousel(*[card(IMAGE, buttons(QUICK, LINK, SHOP))] * 2))),
    Bad("buttons_of_kind", design(buttons(LINK, SHOP, {**SHOP, "text": "Help"}))),
    Bad("buttons_of_kind", design(buttons(CALL, {**CALL, "text": "Call them"}))),
    Bad("button_alone", design(buttons({"type": "CATALOG", "text": "View catalog"}, QUICK))),
    Bad("button_alone", design(buttons({"type": "MPM", "text": "View items"}, SHOP))),
    Bad("quick_replies_together", design(buttons(QUICK, LINK, {**QUICK, "text": "Less"}))),
    Bad("quick_replies_together", design(buttons(LINK, QUICK, CALL))),
    Bad("product_button", design(buttons({"type": "SPM", "text": "View"}))),
    Bad("code_button_elsewhere", design(otp())),
    Bad("coupon_before_link", design(OFFER, buttons(LINK, COUPON))),
]

CARDS = [
    Bad("card_count", design(carousel(CARD))),
    Bad("card_count", design(carousel(*[CARD] * 11))),
    Bad("card_count", design({"type": "CAROUSEL"})),
    Bad("card_header", design(carousel(*[card(body(TEXT), buttons(SHOP))] * 2))),
    Bad("card_header", design(carousel(*[card({"type": "HEADER", "format": "DOCUMENT"}, buttons(SHOP))] * 2))),
    Bad("card_parts", design(carousel(*[card(IMAGE, footer("Bye"), buttons(SHOP))] * 2))),
    Bad("card_buttons", design(carousel(*[card(IMAGE, buttons(FLOW))] * 2))),
    Bad("card_buttons", design(carousel(*[card({"type": "HEADER", "format": "PRODUCT"}, buttons(QUICK))] * 2))),
    Bad("cards_alike", design(carousel(card(IMAGE), card({"type": "HEADER", "format": "VIDEO"})))),
    Bad("cards_alike", design(carousel(card(IMAGE, body(TEXT)), card(IMAGE)))),
    Bad("cards_alike", design(carousel(card(IMAGE, buttons(QUICK)), card(IMAGE, buttons(LINK))))),
    Bad("cards_alike", design(carousel(PRODUCT_CARD, card(IMAGE, buttons(SHOP))))),
]

CODES = [
    Bad("code_parts", design(header("Hello"), SECURE, otp(), **CODE)),
    Bad("code_text", design(body("Your code is here."), otp(), **CODE)),
    Bad("code_text", design({"type": "BODY", "add_security_recommendation": "yes"}, otp(), **CODE)),
    Bad("code_expiry", design(SECURE, {**EXPIRES, "code_expiration_minutes": 91}, otp(), **CODE)),
    Bad("code_expiry", design(SECURE, footer("Bye"), otp(), **CODE)),
    Bad("code_button", design(SECURE, **CODE)),
    Bad("code_button", design(SECURE, buttons(QUICK), **CODE)),
    Bad("code_button", design(SECURE, otp(otp_type="MAGIC"), **CODE)),
    Bad("code_button", design(SECURE, otp(text="x" * 26), **CODE)),
    Bad("code_button", design(SECURE, otp(otp_type="ZERO_TAP", supported_apps=[APP]), **CODE)),
    Bad("code_button", design(SECURE, otp(otp_type="ONE_TAP"), **CODE)),
    Bad("code_button", design(SECURE, otp(otp_type="ONE_TAP", supported_apps=[APP] * 6), **CODE)),
    Bad(
        "code_button", design(SECURE, otp(otp_type="ONE_TAP", supported_apps=[{**APP, "package_name": "shop"}]), **CODE)
    ),
    Bad(
        "code_button", design(SECURE, otp(otp_type="ONE_TAP", supported_apps=[{**APP, "signature_hash": "x"}]), **CODE)
    ),
]

OTHERS = [
    around("name_taken", design(), other("example_name", "en_US", "MARKETING", "Another text.")),
    around("same_text", design(), other("another_name", "de", "UTILITY", f" {TEXT}\n")),
    around("same_text", design(body(TEXT), footer("Bye")), other("another_name", "en_US", "", f"{TEXT}\nBye")),
    around("same_text", design(), other("example_name", "de", "MARKETING", TEXT)),
    around("other_category", design(), other("example_name", "de", "UTILITY", "Ein Text."), is_error=False),
]

ADVICE = [
    advice("part_unknown", design({"type": "ORDER_DETAILS"})),
    advice("empty_lines", design(body("Look at this.\n\n\nAnd at that."))),
    advice("single_braces", design(body("Your order {1} is ready."))),
    advice("button_unknown", design(buttons({"type": "PAY_NOW", "text": "Pay"}))),
    advice("phone_country", design(buttons({**CALL, "phone_number": "0155 501 0101"}))),
    advice("same_labels", design(buttons(QUICK, QUICK))),
    advice("promotional", design(body("Your order is ready. Get a discount on the next one."), category="UTILITY")),
    advice("promotional", design(body("Your order is ready. The next one is 20 % cheaper."), category="UTILITY")),
    advice("link_to_whatsapp", link("https://wa.me/15550100101")),
    advice("link_to_whatsapp", design(body("Write to us at wa.me/15550100101 if you like."))),
    advice("short_link", link("https://bit.ly/abc")),
    advice("short_link", design(body("See https://www.tinyurl.com/abc for more of this."))),
    advice("link_without_https", link("http://example.com/orders")),
    advice("capitals", design(body("LOOK AT OUR NEW THINGS NOW."))),
    advice("many_emoji", design(body("Look at these: 🎉🎉🎉🎉🎉🎉!"))),
    advice("emoji_in_plain_text", design(header("Hello 🎉"))),
    advice("emoji_in_plain_text", design(buttons({"type": "QUICK_REPLY", "text": "Yes 🎉"}))),
]

BAD_DESIGNS = [*FIELDS, *PARTS, *TEXTS, *GAPS, *SAMPLES, *BUTTONS, *CARDS, *CODES, *OTHERS, *ADVICE]
