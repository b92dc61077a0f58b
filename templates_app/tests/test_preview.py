"""The bubble: what a customer will see, and nothing that a person wrote does anything on our pages."""

import pytest
from django.template.loader import render_to_string

from meta_integration.models import MediaAsset
from templates_app.formatting import html_of
from templates_app.preview import bubble_of, preview


def drawn(components: list, language: str = "en", values=None, **fields) -> str:
    bubble = preview({"language": language, "components": components, **fields}, values)
    return render_to_string("templates_app/_preview.html", {"bubble": bubble})


def body(text: str, *examples: str) -> dict:
    return {"type": "BODY", "text": text, "example": {"body_text": [list(examples)]}}


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("*bold* _it_ ~no~", "<strong>bold</strong> <em>it</em> <s>no</s>"),
        ("_*both*_", "<em><strong>both</strong></em>"),
        ("2*3*4 and a_b_c, * no *", "2*3*4 and a_b_c, * no *"),
        ("```*code*``` and `x`", "<code>*code*</code> and <code>x</code>"),
        ("a\nb", "a<br>b"),
        ("- one\n* two", "• one<br>• two"),
        ("> said", '<span class="t-quote">said</span>'),
        ("*<b>&*", "<strong>&lt;b&gt;&amp;</strong>"),
    ],
)
def test_signs_are_drawn_as_whatsapp_draws_them(text, html):
    assert html_of(text) == html


def test_gaps_show_values_else_examples_else_themselves():
    shown = preview({"components": [body("{{1}} {{2}} {{3}}", "ex", "ex")]}, {"body.1": "given"})["body"]
    assert shown == " ".join(f'<span class="t-gap">{each}</span>' for each in ("given", "ex", "{{3}}"))


def test_named_gaps_have_their_examples():
    example = {"body_text_named_params": [{"param_name": "who", "example": "Ann"}]}
    assert ">Ann</span>" in drawn([{"type": "BODY", "text": "Hi {{who}}", "example": example}])


@pytest.mark.parametrize("odd", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>'])
def test_nothing_that_was_typed_becomes_markup(odd):
    everywhere = [
        {"type": "HEADER", "format": "TEXT", "text": odd},
        body(f"{odd} {{{{1}}}}", odd),
        {"type": "FOOTER", "text": odd},
        {"type": "BUTTONS", "buttons": [{"type": "URL", "text": odd, "url": odd}] * 4},
        {"type": "LIMITED_TIME_OFFER", "limited_time_offer": {"text": odd, "has_expiration": True}},
        {"type": "CAROUSEL", "cards": [{"components": [body(odd)]}]},
    ]
    html = drawn(everywhere, language=odd)
    assert "<script" not in html and "<img" not in html
    assert html.count("&lt;") >= 8


@pytest.mark.parametrize("language", ["ar", "ar_EG", "he", "fa", "ur"])
def test_languages_from_right_to_left_are_drawn_so(language):
    assert 'dir="rtl"' in drawn([body("مرحبا")], language)
    assert 'dir="ltr"' in drawn([body("Hi")], "de")


def test_with_more_than_three_buttons_a_list_has_them_all():
    buttons = [{"type": "QUICK_REPLY", "text": f"Reply {number}"} for number in range(4)]
    three = preview({"components": [{"type": "BUTTONS", "buttons": buttons[:3]}]})
    four = preview({"components": [{"type": "BUTTONS", "buttons": buttons}]})
    assert (len(three["buttons"]), three["options"]) == (3, [])
    assert (len(four["buttons"]), len(four["options"])) == (2, 4)
    assert "See all options" in drawn([{"type": "BUTTONS", "buttons": buttons}])


def test_an_address_shows_its_example_whole_or_by_its_end():
    for example in ("42", "https://example.com/o/42"):
        button = {"type": "URL", "text": "Go", "url": "https://example.com/o/{{1}}", "example": [example]}
        shown = preview({"components": [{"type": "BUTTONS", "buttons": [button]}]})
        assert shown["buttons"][0]["about"] == "https://example.com/o/42"


def test_a_header_shows_the_file_of_its_place():
    picture = MediaAsset(pk=7, mime_type="image/png", file_name="sale.png")
    pdf = MediaAsset(pk=8, mime_type="application/pdf", file_name="bill.pdf")
    cards = [{"components": [{"type": "HEADER", "format": "DOCUMENT"}]}]
    components = [{"type": "HEADER", "format": "IMAGE"}, {"type": "CAROUSEL", "cards": cards}]
    shown = preview({"components": components}, media={"header": picture, "cards[0].header": pdf})
    assert (shown["header"]["url"], shown["header"]["name"]) == ("/media/7/", "sale.png")
    assert (shown["cards"][0]["header"]["url"], shown["cards"][0]["header"]["name"]) == ("", "bill.pdf")


def test_a_one_time_code_is_shown_in_metas_words():
    components = [
        {"type": "BODY", "add_security_recommendation": True},
        {"type": "FOOTER", "code_expiration_minutes": 5},
        {"type": "BUTTONS", "buttons": [{"type": "OTP", "otp_type": "COPY_CODE"}]},
    ]
    html = drawn(components, category="AUTHENTICATION")
    for words in ("123456", "do not share this code", "expires in 5 minutes", "Copy code"):
        assert words in html


def test_the_parts_of_a_rendered_message_are_the_same_bubble():
    place = {"format": "LOCATION", "location": {"name": "Shop", "address": "Main Street 1"}}
    shown = bubble_of({"header": place, "body": "Hi *Ann*", "cards": [{"body": "One"}]}, "ar")
    assert (shown["header"]["name"], shown["body"], shown["dir"]) == ("Shop", "Hi <strong>Ann</strong>", "rtl")
    assert shown["cards"][0]["body"] == "One"


@pytest.mark.parametrize("odd", [None, {}, "text", [None, 3, {"type": 4}, {"type": "BUTTONS", "buttons": [1, {}]}]])
def test_nothing_odd_stops_the_preview(odd):
    assert drawn(odd) and drawn([{"type": "HEADER", "format": odd}, {"type": "CAROUSEL", "cards": odd}])
    assert drawn(odd, category="AUTHENTICATION")
