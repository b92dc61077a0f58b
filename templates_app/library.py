"""Where a new template can begin: good examples, and the shapes of messages."""

from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from templates_app.design import MARKETING, NAMED, POSITIONAL, UTILITY


@dataclass(frozen=True, slots=True)
class Start:
    """`name` is what the template is called unless somebody says otherwise."""

    key: str
    title: str | Promise
    means: str | Promise
    name: str
    draft: dict[str, Any]
    needs_catalog: bool = False


def _body(text: str, **examples: str) -> dict:
    body = {"type": "BODY", "text": text}
    params = [{"param_name": name, "example": example} for name, example in examples.items()]
    return {**body, "example": {"body_text_named_params": params}} if params else body


def _footer(text: str) -> dict:
    return {"type": "FOOTER", "text": text}


def _header(kind: str) -> dict:
    return {"type": "HEADER", "format": kind}


def _buttons(*buttons: dict) -> dict:
    return {"type": "BUTTONS", "buttons": list(buttons)}


def _url(text: str, url: str, example: str = "") -> dict:
    button = {"type": "URL", "text": text, "url": url}
    return {**button, "example": [example]} if example else button


def _reply(text: str) -> dict:
    return {"type": "QUICK_REPLY", "text": text}


def _draft(category: str, *components: dict, named: str = NAMED) -> dict:
    return {"category": category, "parameter_format": named, "components": list(components)}


def _card(text: str, product: str) -> dict:
    see = _url("See it", "https://example.com/products/{{1}}", f"https://example.com/products/{product}")
    return {"components": [_header("IMAGE"), {"type": "BODY", "text": text}, _buttons(see)]}


ORDER = "https://example.com/orders/{{1}}"
ORDER_EXAMPLE = "https://example.com/orders/1042"
SHOP = "https://example.com/{{1}}"

BLANK = Start(
    "blank",
    _("A blank page"),
    _("Only a text, to which you add what you need."),
    "",
    _draft(MARKETING, {"type": "BODY", "text": ""}, named=POSITIONAL),
)

EXAMPLES = (
    Start(
        "order_confirmation",
        _("Order confirmation"),
        _("Right after an order: what was ordered and what it costs."),
        "order_confirmation",
        _draft(
            UTILITY,
            _body(
                "Hello {{first_name}}, we have your order {{order_number}} of {{total_price}}. We write again when it "
                "is on its way.",
                first_name="Ann",
                order_number="1042",
                total_price="€49.90",
            ),
            _buttons(_url("See the order", ORDER, ORDER_EXAMPLE)),
        ),
    ),
    Start(
        "order_shipped",
        _("On its way"),
        _("When the parcel leaves, with a link to follow it."),
        "order_shipped",
        _draft(
            UTILITY,
            _body(
                "Good news, {{first_name}}: your order {{order_number}} is on its way and should be with you on "
                "{{delivery_day}}. You can follow it here.",
                first_name="Ann",
                order_number="1042",
                delivery_day="Friday, 12 June",
            ),
            _buttons(_url("Follow the parcel", "https://example.com/track/{{1}}", "https://example.com/track/AB12")),
        ),
    ),
    Start(
        "order_delivered",
        _("Delivered"),
        _("When the parcel has arrived, with a way to ask for help."),
        "order_delivered",
        _draft(
            UTILITY,
            _body(
                "Hello {{first_name}}, your order {{order_number}} was delivered today. If anything is not as it "
                "should be, answer here and we look after it.",
                first_name="Ann",
                order_number="1042",
            ),
            _buttons(_reply("Something is wrong"), _reply("All is well")),
        ),
    ),
    Start(
        "payment_failed",
        _("Payment did not work"),
        _("When a payment failed, with a link to try again."),
        "payment_failed",
        _draft(
            UTILITY,
            _body(
                "Hello {{first_name}}, the payment of {{total_price}} for your order {{order_number}} did not go "
                "through. Nothing was charged. We keep the order for you for two days.",
                first_name="Ann",
                total_price="€49.90",
                order_number="1042",
            ),
            _buttons(_url("Try again", "https://example.com/pay/{{1}}", "https://example.com/pay/1042")),
        ),
    ),
    Start(
        "appointment_reminder",
        _("Appointment reminder"),
        _("The day before, with one tap to confirm or to move it."),
        "appointment_reminder",
        _draft(
            UTILITY,
            _body(
                "Hello {{first_name}}, this is a reminder of your appointment on {{day}} at {{time}}. Please tell us "
                "whether that still suits you.",
                first_name="Ann",
                day="Tuesday, 9 June",
                time="14:30",
            ),
            _buttons(_reply("I will be there"), _reply("Another time, please")),
        ),
    ),
    Start(
        "back_in_stock",
        _("Back in stock"),
        _("For those who asked to be told when a product is there again."),
        "back_in_stock",
        _draft(
            MARKETING,
            _body(
                "Hello {{first_name}}, you asked us to tell you: {{product_name}} is back in stock. There are not "
                "many, so have a look soon.",
                first_name="Ann",
                product_name="the blue wool scarf",
            ),
            _footer("Reply STOP to opt out"),
            _buttons(_url("See it", SHOP, "https://example.com/products/scarf"), _reply("Not any more")),
        ),
    ),
    Start(
        "abandoned_cart",
        _("Left in the cart"),
        _("A few hours after somebody left without ordering. Once is enough."),
        "abandoned_cart",
        _draft(
            MARKETING,
            _body(
                "Hello {{first_name}}, {{product_name}} is still in your cart. We keep it for you until tomorrow "
                "evening. Is there anything we can help with?",
                first_name="Ann",
                product_name="the blue wool scarf",
            ),
            _footer("Reply STOP to opt out"),
            _buttons(_url("Back to the cart", SHOP, "https://example.com/cart/8f3a"), _reply("I have a question")),
        ),
    ),
    Start(
        "welcome",
        _("Welcome"),
        _("For somebody who has just agreed to hear from you."),
        "welcome_new_customer",
        _draft(
            MARKETING,
            _body(
                "Welcome to {{shop_name}}, {{first_name}}! From now on you hear first about what is new with us, "
                "about twice a month and never at night.",
                shop_name="Example Shop",
                first_name="Ann",
            ),
            _footer("Reply STOP to opt out"),
            _buttons(_url("Look around", "https://example.com/new"), _reply("Ask a question")),
        ),
    ),
    Start(
        "win_back",
        _("We miss you"),
        _("For those who have not ordered for long, with a code."),
        "win_back",
        _draft(
            MARKETING,
            _body(
                "It has been a while, {{first_name}}. Much is new at {{shop_name}} since then. With the code below "
                "you get 10 percent off your next order, until the end of the month.",
                first_name="Ann",
                shop_name="Example Shop",
            ),
            _footer("Reply STOP to opt out"),
            _buttons({"type": "COPY_CODE", "example": "WELCOME10"}, _url("Have a look", "https://example.com/new")),
        ),
    ),
    Start(
        "review_request",
        _("Ask for a review"),
        _("Some days after the delivery."),
        "review_request",
        _draft(
            MARKETING,
            _body(
                "Hello {{first_name}}, you have had {{product_name}} for a week now. Would you tell others how you "
                "like it? It takes a minute and helps us a lot.",
                first_name="Ann",
                product_name="the blue wool scarf",
            ),
            _footer("Reply STOP to opt out"),
            _buttons(_url("Write a review", "https://example.com/review/{{1}}", "https://example.com/review/1042")),
        ),
    ),
)

SHAPES = (
    Start(
        "single_rich_card",
        _("Single card"),
        _("A picture, a text and up to three buttons."),
        "single_card",
        _draft(
            MARKETING,
            _header("IMAGE"),
            _body("Our new collection is here, {{first_name}}. Come and see it.", first_name="Ann"),
            _footer("Reply STOP to opt out"),
            _buttons(_url("See it", "https://example.com/new"), _reply("Tell me more")),
        ),
    ),
    Start(
        "carousel",
        _("Several cards (carousel)"),
        _("2 to 10 cards to swipe through, each with its own picture, text and buttons."),
        "card_carousel",
        _draft(
            MARKETING,
            _body("Three things we like best this week, {{first_name}}. Swipe to see them.", first_name="Ann"),
            {
                "type": "CAROUSEL",
                "cards": [
                    _card("The scarf that goes with everything.", "scarf"),
                    _card("A mug for long mornings.", "mug"),
                    _card("A notebook that opens flat.", "notebook"),
                ],
            },
        ),
    ),
    Start(
        "single_product",
        _("Single product"),
        _("One product of your catalog, with its picture and price."),
        "single_product",
        _draft(
            MARKETING,
            _header("PRODUCT"),
            _body("This could be something for you, {{first_name}}. Have a look.", first_name="Ann"),
            _footer("Reply STOP to opt out"),
            _buttons({"type": "SPM", "text": "View"}),
        ),
        needs_catalog=True,
    ),
    Start(
        "multi_product",
        _("Several products"),
        _("Up to 30 products of your catalog, which you choose when you send it."),
        "several_products",
        _draft(
            MARKETING,
            {"type": "HEADER", "format": "TEXT", "text": "Chosen for you"},
            _body("Here is what goes well with your last order, {{first_name}}. Have a look.", first_name="Ann"),
            _footer("Reply STOP to opt out"),
            _buttons({"type": "MPM", "text": "View items"}),
        ),
        needs_catalog=True,
    ),
    Start(
        "whole_catalog",
        _("Whole catalog"),
        _("A button that opens all your products."),
        "whole_catalog",
        _draft(
            MARKETING,
            _body("All our products are on WhatsApp now, {{first_name}}. Have a look.", first_name="Ann"),
            _footer("Reply STOP to opt out"),
            _buttons({"type": "CATALOG", "text": "View catalog"}),
        ),
        needs_catalog=True,
    ),
)

STARTS = {start.key: start for start in (BLANK, *EXAMPLES, *SHAPES)}
