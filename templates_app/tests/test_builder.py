"""The builder's pages: the form and the design are the same thing, nothing typed is lost, and no stranger writes."""

import re
from html.parser import HTMLParser

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from meta_integration.models import MediaAsset
from meta_integration.tests.factories import MediaAssetFactory, WABAFactory
from meta_integration.tests.samples import BY_TYPE, PNG
from templates_app import statuses
from templates_app.models import MessageTemplate
from templates_app.services import writing
from templates_app.tests.factories import MessageTemplateFactory, TemplateEventFactory
from workspaces.models import Role
from workspaces.tests.factories import MembershipFactory

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
PDF = BY_TYPE["application/pdf"]


@pytest.fixture
def account():
    return WABAFactory()


@pytest.fixture
def marketer(client, account):
    membership = MembershipFactory(workspace=account.workspace, role=Role.MARKETER)
    client.force_login(membership.user)
    return membership.user


@pytest.fixture
def template(account, marketer):
    body = {"type": "BODY", "text": "Hello {{1}}, welcome.", "example": {"body_text": [["Ann"]]}}
    draft = {"category": "MARKETING", "parameter_format": "POSITIONAL", "components": [body]}
    return writing.create(account, "hello", "en_US", draft, marketer)


def posted_by(page) -> dict:
    """What a browser would post of the form on this page."""

    class Inputs(HTMLParser):
        def __init__(self):
            super().__init__()
            self.values, self.area, self.select, self.inside = {}, None, None, False

        def handle_starttag(self, tag, attrs):
            attrs = dict(attrs)
            if tag == "form":
                self.inside = attrs.get("id") in ("builder", "start")
            if not self.inside:
                return
            name, kind = attrs.get("name"), attrs.get("type")
            is_sent = kind not in ("radio", "checkbox") or "checked" in attrs
            if tag == "input" and name and is_sent and kind != "file" and "disabled" not in attrs:
                self.values[name] = attrs.get("value", "")
            if tag == "textarea":
                self.area, self.values[name] = name, ""
            if tag == "select" and name:
                self.select = name
            if tag == "option" and self.select and ("selected" in attrs or self.select not in self.values):
                self.values[self.select] = attrs["value"]

        def handle_data(self, data):
            if self.area:
                self.values[self.area] += data

        def handle_endtag(self, tag):
            if tag == "textarea":
                self.values[self.area] = self.values[self.area].removeprefix("\n")
                self.area = None
            if tag == "select":
                self.select = None
            if tag == "form":
                self.inside = False

    inputs = Inputs()
    inputs.feed(page.content.decode())
    return inputs.values


def edit(client, template, do: str, fragment: bool = False, **changes):
    url = f"/templates/{template.pk}/edit/"
    data = {**posted_by(client.get(url)), "do": do, **changes}
    return client.post(url, data, headers=HTMX if fragment else {})


def saved(template) -> dict:
    template.refresh_from_db()
    return template.draft


def parts(template) -> dict:
    return {each["type"]: each for each in saved(template)["components"]}


# A new one ------------------------------------------------------------------------------------------------------------
def begin(client, **data):
    page = client.get("/templates/new/")
    return client.post("/templates/new/", {**posted_by(page), **data})


def test_a_new_one_begins_with_a_good_example_and_is_named_by_its_title(client, marketer, account):
    answer = begin(client, start="order_shipped", title="Straße & Söhne: on its way!", language="German – de")
    template = MessageTemplate.objects.get()
    assert answer.url == f"/templates/{template.pk}/edit/"
    assert (template.name, template.language, template.account) == ("strasse_sohne_on_its_way", "de", account)
    assert template.draft["category"] == "UTILITY" and "{{delivery_day}}" in template.text


def test_a_copy_is_of_this_shop_only(client, marketer, account):
    mine, other = MessageTemplateFactory(account=account), MessageTemplateFactory(name="zebra")
    page = client.get(f"/templates/new/?copy={mine.pk}").content.decode()
    assert f'value="{mine.pk}" selected' in page and "zebra" not in page
    assert begin(client, start="copy", copy=other.pk).status_code == 200
    begin(client, start="copy", copy=mine.pk, language="de")
    twin = MessageTemplate.objects.get(account=account, language="de")
    assert (twin.name, twin.text) == (f"{mine.name}_copy", mine.text)


def test_what_cannot_begin_says_why_at_its_field(client, marketer, account, template):
    account.catalogs = []
    account.save()
    for data, words in (
        ({"name": "hello", "title": ""}, "already"),
        ({"name": "Not Good"}, "Only small letters"),
        ({"language": "Klingon"}, "no language of that name"),
        ({"start": "whole_catalog"}, "no catalog is connected"),
        ({"start": "odd"}, "Choose what to begin with"),
        ({"account": "999"}, "valid choice"),
    ):
        assert words in begin(client, **data).content.decode(), data
    assert MessageTemplate.objects.count() == 1


@pytest.mark.parametrize(("field", "typed"), [("name", "Not Good"), ("language", "Klingon")])
def test_whoever_cannot_begin_is_brought_to_the_field(client, marketer, account, field, typed):
    page = begin(client, **{"title": "Hello", field: typed}).content.decode()
    assert page.count(" autofocus") == 1
    assert re.search(rf'<input [^>]*name="{field}"[^>]* autofocus>', page)


def test_shapes_with_products_are_shown_closed_with_the_way_to_open_them(client, account):
    account.catalogs = []
    account.save()
    client.force_login(MembershipFactory(workspace=account.workspace, role=Role.OWNER).user)
    page = client.get("/templates/new/").content.decode()
    assert 'value="whole_catalog" data-name="whole_catalog" disabled' in page
    assert f"/connection/catalogs/{account.pk}/" in page
    account.catalogs = [{"id": "1", "name": "Shop"}]
    account.save()
    page = client.get("/templates/new/").content.decode()
    assert 'value="whole_catalog" data-name="whole_catalog">' in page


# Who ------------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("role", [Role.AGENT, Role.ANALYST])
def test_who_does_not_write_templates_is_refused_everywhere(client, template, role):
    client.force_login(MembershipFactory(workspace=template.workspace, role=role).user)
    for url in (
        "/templates/new/",
        *(f"/templates/{template.pk}/{each}/" for each in ("edit", "check", "example", "discard")),
    ):
        assert client.post(url, {"do": "save"}).status_code == 403, url
    assert saved(template)["components"][0]["text"] == "Hello {{1}}, welcome."


def test_a_stranger_finds_nothing(client, template):
    client.force_login(MembershipFactory(role=Role.OWNER).user)
    for each in ("edit", "check", "example", "discard"):
        assert client.post(f"/templates/{template.pk}/{each}/").status_code == 404, each


# Writing --------------------------------------------------------------------------------------------------------------
ALL = [
    {
        "type": "HEADER",
        "format": "TEXT",
        "text": "For {{1}}",
        "example": {"header_text": ["you"]},
    },
    {"type": "BODY", "text": "Hi {{1}}\n*{{2}}*", "example": {"body_text": [["Ann", "<b>"]]}},
    {"type": "FOOTER", "text": "Bye"},
    {"type": "LIMITED_TIME_OFFER", "limited_time_offer": {"text": "Ends soon", "has_expiration": True}},
    {
        "type": "BUTTONS",
        "buttons": [
            {"type": "COPY_CODE", "example": "SALE"},
            {"type": "URL", "text": "Go", "url": "https://example.com/{{1}}", "example": ["a"]},
            {"type": "QUICK_REPLY", "text": 'Say "yes"'},
            {"type": "PHONE_NUMBER", "text": "Call", "phone_number": "+15550100001"},
            {"type": "CATALOG", "text": "View catalog"},
            {"type": "MPM", "text": "View items"},
            {"type": "SPM", "text": "View"},
            {"type": "FLOW", "text": "Form", "flow_id": "1", "flow_action": "navigate", "navigate_screen": "A"},
            {"type": "VOICE_CALL", "text": "Ring", "ttl_minutes": 5},
        ],
    },
    {
        "type": "CAROUSEL",
        "cards": [
            {
                "components": [
                    {"type": "HEADER", "format": "IMAGE"},
                    {"type": "BODY", "text": f"Card {number} {{{{1}}}}", "example": {"body_text": [["x"]]}},
                    {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": "More"}]},
                ]
            }
            for number in (1, 2)
        ],
    },
    {"type": "CALL_PERMISSION_REQUEST"},
]
NAMED = [
    {
        "type": "BODY",
        "text": "Hi {{who}} {{text}}",
        "example": {
            "body_text_named_params": [{"param_name": "who", "example": "Ann"}, {"param_name": "text", "example": "b"}]
        },
    }
]
CODE = [
    {"type": "BODY", "add_security_recommendation": True},
    {"type": "FOOTER", "code_expiration_minutes": 5},
    {
        "type": "BUTTONS",
        "buttons": [
            {
                "type": "OTP",
                "otp_type": "ZERO_TAP",
                "text": "Copy",
                "autofill_text": "Fill",
                "supported_apps": [{"package_name": "com.example", "signature_hash": "K8a/AINcGX7"}],
                "zero_tap_terms_accepted": True,
            }
        ],
    },
]


@pytest.mark.parametrize(
    ("category", "named", "components"),
    [("MARKETING", "POSITIONAL", ALL), ("UTILITY", "NAMED", NAMED), ("AUTHENTICATION", "POSITIONAL", CODE)],
)
def test_what_is_opened_and_saved_is_the_same(client, template, category, named, components):
    draft = {"category": category, "parameter_format": named, "components": components, "message_send_ttl_seconds": 60}
    MessageTemplate.objects.filter(pk=template.pk).update(draft=draft)
    assert edit(client, template, "save").status_code == 302
    assert saved(template) == draft


def test_what_meta_lists_of_a_one_time_code_is_opened_as_it_is_created(client, marketer, account):
    url = "https://www.whatsapp.com/otp/code/?otp_type=COPY_CODE&code=otp{{1}}"
    listed = [
        {"type": "BODY", "text": "*{{1}}* is your code. Do not share it.", "example": {"body_text": [["1"]]}},
        {"type": "FOOTER", "text": "Expires in 5 minutes.", "code_expiration_minutes": 5},
        {"type": "BUTTONS", "buttons": [{"type": "URL", "text": "Copy code", "url": url, "example": [url]}]},
    ]
    template = MessageTemplateFactory(account=account, category="AUTHENTICATION", components=listed)
    edit(client, template, "save")
    button = {"type": "OTP", "otp_type": "COPY_CODE", "text": "Copy code"}
    assert parts(template) == {
        "BODY": {"type": "BODY", "add_security_recommendation": True},
        "FOOTER": {"type": "FOOTER", "code_expiration_minutes": 5},
        "BUTTONS": {"type": "BUTTONS", "buttons": [button]},
    }


def test_buttons_are_added_filled_moved_and_removed_without_javascript(client, template):
    edit(client, template, "add_button:", add="QUICK_REPLY")
    edit(client, template, "add_button:", add="URL", **{"buttons[0].text": "Help"})
    page = edit(
        client, template, "up:buttons[1]", **{"buttons[1].text": "Shop", "buttons[1].url": "https://example.com"}
    )
    assert b'id="f-buttons-0" tabindex="-1" autofocus' in page.content
    buttons = parts(template)["BUTTONS"]["buttons"]
    assert [(each["type"], each["text"]) for each in buttons] == [("URL", "Shop"), ("QUICK_REPLY", "Help")]
    edit(client, template, "remove:buttons[0]")
    edit(client, template, "remove:buttons[0]")
    assert "BUTTONS" not in parts(template)


def test_files_move_with_their_cards(client, template, account):
    edit(client, template, "add_card")
    first, second = (MediaAssetFactory(workspace=account.workspace, origin="uploaded") for _ in range(2))
    files = {"cards[0].header.asset": first.pk, "cards[1].header.asset": second.pk}
    edit(client, template, "down:cards[0]", **files, **{"cards[0].body": "One", "cards[1].body": "Two"})
    cards = parts(template)["CAROUSEL"]["cards"]
    assert [card["components"][1]["text"] for card in cards] == ["Two", "One"]
    samples = {each.place: each.asset for each in template.samples.all()}
    assert samples == {"cards[0].header": second, "cards[1].header": first}
    edit(client, template, "add_card")
    edit(client, template, "remove:cards[0]")
    assert {each.place: each.asset for each in template.samples.all()} == {"cards[0].header": first}
    assert len(parts(template)["CAROUSEL"]["cards"]) == 2


def test_a_text_waits_while_meta_writes_its_own(client, template):
    page = edit(client, template, "refresh", category="AUTHENTICATION")
    assert "OTP" in str(parts(template)["BUTTONS"])
    back = client.post(f"/templates/{template.pk}/edit/", {**posted_by(page), "category": "UTILITY", "do": "refresh"})
    assert back.status_code == 200
    assert parts(template)["BODY"]["text"] == "Hello {{1}}, welcome."


def test_examples_appear_as_gaps_are_typed_and_stand_at_the_right_number(client, template):
    url = f"/templates/{template.pk}/check/"
    data = {**posted_by(client.get(f"/templates/{template.pk}/edit/")), "body": "{{2}} and {{1}} {{1}}"}
    fragment = client.post(url, data, headers=HTMX).content.decode()
    assert 'data-key="body.example.2 body.example.1" hx-swap-oob="true"' in fragment
    assert 'name="body.example.1" value="Ann"' in fragment
    edit(client, template, "save", body=data["body"], **{"body.example.2": "two"})
    assert parts(template)["BODY"]["example"] == {"body_text": [["Ann", "two"]]}


def test_what_a_rule_finds_stands_at_its_field_in_the_summary_and_apart_from_advice(client, template):
    buttons = {"buttons[0].type": "QUICK_REPLY", "buttons[0].text": "Yes", "buttons[1].type": "CATALOG"}
    offer = {"offer.here": "1", "offer.text": "Soon"}
    page = edit(client, template, "refresh", body="HELLO {{1}}, WELCOME TO ALL OF OUR NEW THINGS", **buttons, **offer)
    page = page.content.decode()
    assert re.search(r'<div id="f-body-example-1-says" class="t-says"></div>', page)
    data = {**posted_by(client.get(f"/templates/{template.pk}/edit/")), "body.example.1": ""}
    page = client.post(f"/templates/{template.pk}/check/", data).content.decode()
    at_field = re.search(r'<div id="f-body-example-1-says"[^>]* data-error><p class="t-error"><b>(.*?)</b>', page)
    assert f'<a class="g-link" href="#f-body-example-1">{at_field[1]}</a>' in page
    assert re.search(r'<div id="f-add-says"[^>]* data-error>', page)
    assert "that Meta would refuse" in page


def test_a_name_that_is_taken_does_not_keep_the_rest_from_being_saved(client, template, account):
    MessageTemplateFactory(account=account, name="taken")
    page = edit(client, template, "autosave", fragment=True, name="taken", body="New words")
    assert page.status_code == 200
    assert parts(template)["BODY"]["text"] == "New words" and template.name == "hello"
    assert "already" in edit(client, template, "save", name="taken").content.decode()


def test_who_saves_second_is_told_and_can_keep_theirs(client, template):
    url = f"/templates/{template.pk}/edit/"
    mine = {**posted_by(client.get(url)), "body": "Mine"}
    other = MembershipFactory(workspace=template.workspace, role=Role.ADMIN).user
    writing.save(
        template,
        {**template.draft, "components": [{"type": "BODY", "text": "Theirs"}]},
        None,
        other,
        template.draft_saved_at,
    )
    fragment = client.post(url, {**mine, "do": "autosave"}, headers=HTMX).content.decode()
    assert other.label in fragment and "data-stopped" in fragment
    assert parts(template)["BODY"]["text"] == "Theirs"
    page = client.post(url, {**mine, "do": "save"}).content.decode()
    assert "Mine</textarea>" in page and f'value="keep:{template.draft_saved_at.isoformat()}"' in page
    client.post(url, {**mine, "do": f"keep:{template.draft_saved_at.isoformat()}"})
    assert parts(template)["BODY"]["text"] == "Mine"


def test_an_autosave_hands_on_what_the_next_one_rests_on(client, template):
    url = f"/templates/{template.pk}/edit/"
    form = posted_by(client.get(url))
    for words in ("One", "Two"):
        fragment = client.post(url, {**form, "do": "autosave", "body": words}, headers=HTMX).content.decode()
        template.refresh_from_db()
        form["seen"] = template.draft_saved_at.isoformat()
        assert f'name="seen" value="{form["seen"]}"' in fragment
    assert parts(template)["BODY"]["text"] == "Two"


def test_a_new_name_stands_above_as_soon_as_it_is_saved(client, template):
    url = f"/templates/{template.pk}/edit/"
    form = posted_by(client.get(url))
    fragment = client.post(url, {**form, "do": "autosave", "name": "another_name"}, headers=HTMX).content.decode()
    assert 'id="its-name" hx-swap-oob="true"><bdi>another_name</bdi>' in fragment


def test_an_approved_one_says_what_a_change_means_and_keeps_name_and_category(client, marketer, account):
    template = MessageTemplateFactory(account=account)
    page = client.get(f"/templates/{template.pk}/edit/").content.decode()
    assert "cannot be sent until Meta has approved the change" in page
    edit(client, template, "save", body="New words", name="other", category="MARKETING")
    assert (saved(template)["category"], template.name, template.status) == (
        "UTILITY",
        template.name,
        statuses.APPROVED,
    )
    assert template.components[0]["text"] == "Hello {{1}}, it is ready."


def test_an_approved_one_says_how_many_changes_meta_still_takes_or_from_when_on(client, marketer, account):
    template = MessageTemplateFactory(account=account)
    page = client.get(f"/templates/{template.pk}/edit/").content.decode()
    assert "one change of it in 24 hours and ten in 30 days, of which 10 are left" in page
    TemplateEventFactory(template=template, kind="edited", was=statuses.APPROVED, became=statuses.PENDING)
    page = client.get(f"/templates/{template.pk}/edit/").content.decode()
    assert "Meta takes the next change of it from" in page and "are left" not in page


def test_what_meta_reviews_is_closed_and_can_be_copied(client, marketer, account):
    template = MessageTemplateFactory(account=account, status=statuses.PENDING)
    page = client.get(f"/templates/{template.pk}/edit/").content.decode()
    assert "It cannot be changed now" in page and f"?copy={template.pk}" in page
    assert client.post(f"/templates/{template.pk}/edit/", {"do": "save"}).status_code == 409


# Handing it in --------------------------------------------------------------------------------------------------------
def test_what_is_ready_is_saved_handed_in_and_shown_on_its_page(client, template):
    answer = edit(client, template, "submit", body="Hello {{1}}, welcome to our new shop in town.")
    assert answer.url == f"/templates/{template.pk}/"
    assert "new shop" in saved(template)["components"][0]["text"]
    assert template.work == MessageTemplate.Work.SUBMITTING
    assert client.get(f"/templates/{template.pk}/edit/").status_code == 200
    assert client.post(f"/templates/{template.pk}/edit/", {"do": "save"}).status_code == 409


def test_what_is_not_ready_is_saved_and_says_what_is_to_be_mended(client, template):
    page = edit(client, template, "submit", body="").content.decode()
    assert "data-stopped" not in page, "what is mended now is saved by itself"
    assert page.count("Meta would refuse it as it is") == 1
    assert "Meta would refuse it as it is" in page and '<div id="f-body-says" class="t-says" data-error>' in page
    assert parts(template)["BODY"]["text"] == "" and template.work == ""


def test_a_conflict_is_not_handed_in(client, template):
    url = f"/templates/{template.pk}/edit/"
    mine = {**posted_by(client.get(url)), "do": "submit", "body": "Hello {{1}}, welcome to our new shop in town."}
    writing.save(template, {**template.draft, "category": "UTILITY"}, None, None, template.draft_saved_at)
    assert "data-stopped" in client.post(url, mine).content.decode()
    assert saved(template)["category"] == "UTILITY" and template.work == ""


def test_without_a_connection_it_says_so_and_keeps_what_is_written(client, template, account):
    account.state = "broken"
    account.save()
    page = edit(client, template, "submit", body="Hello {{1}}, welcome to our new shop in town.")
    assert "Connect it again" in page.content.decode()
    assert "new shop" in str(saved(template))


def test_an_approved_one_without_a_change_is_not_handed_in_for_nothing(client, marketer, account):
    template = MessageTemplateFactory(account=account)
    page = edit(client, template, "submit").content.decode()
    assert "Nothing has been changed" in page
    assert saved(template) is None


def test_what_meta_refused_is_said_where_it_is_mended(client, template):
    problem = {"title": "Meta refused it", "happened": "It said:", "said": "<i>Too short</i>", "todo": "Write more."}
    MessageTemplate.objects.update(work_problem=problem)
    page = client.get(f"/templates/{template.pk}/edit/").content.decode()
    assert "Meta refused it" in page and "&lt;i&gt;Too short" in page and "Write more." in page


def test_a_draft_is_thrown_away_after_a_question(client, template):
    assert "cannot be brought back" in client.get(f"/templates/{template.pk}/discard/").content.decode()
    assert MessageTemplate.objects.exists()
    client.post(f"/templates/{template.pk}/discard/")
    assert not MessageTemplate.objects.exists()


# Files ----------------------------------------------------------------------------------------------------------------
def test_a_file_is_known_by_its_content_and_refused_in_words(client, template):
    url = f"/templates/{template.pk}/example/"
    for content, kind, is_taken in (
        (PNG, "IMAGE", True),
        (PDF, "IMAGE", False),
        (PDF, "DOCUMENT", True),
        (b"x", "VIDEO", False),
        (b"", "IMAGE", False),
        (PNG, "odd", False),
    ):
        answer = client.post(url, {"file": SimpleUploadedFile("a.png", content), "kind": kind})
        assert list(answer.json()) == (["asset"] if is_taken else ["words"]), (content[:9], kind)
    assert list(client.post(url).json()) == ["words"]
    assert MediaAsset.objects.count() == 2


def test_without_javascript_the_file_comes_with_the_form_and_can_be_removed(client, template):
    edit(client, template, "refresh", **{"header.format": "IMAGE"})
    edit(client, template, "save", **{"header.upload": SimpleUploadedFile("sale.png", PNG)})
    asset = MediaAsset.objects.get()
    assert template.samples.get().asset == asset
    page = edit(client, template, "save", **{"header.upload": SimpleUploadedFile("a.pdf", PDF)})
    assert template.samples.get().asset == asset
    assert "does not take this file as an example" in page.content.decode()
    edit(client, template, "remove:header")
    assert not template.samples.exists()


def test_a_file_of_another_shop_is_neither_shown_nor_kept(client, template):
    stranger = MediaAssetFactory(origin="uploaded", file_name="zebra.png")
    page = edit(client, template, "refresh", **{"header.format": "IMAGE", "header.asset": stranger.pk})
    assert "zebra" not in page.content.decode() and not template.samples.exists()


# Robust and quick -----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "odd",
    [
        {},
        {"do": "up:buttons[999]"},
        {"do": "remove:cards[0]"},
        {"do": "add_button:cards[7].", "cards[7].add": "URL"},
        {"do": "add_button:", "add": "ODD"},
        {"shape": "fixed", "aside": "[[[", "category": "UTILITY"},
        {"shape": "fixed", "aside": '{"components": {"a": 1}, "assets": [1]}', "category": "MARKETING"},
        {"shape": "fixed", "aside": '{"components": [{"type": "CAROUSEL", "cards": 4}], "assets": {"header": "x"}}'},
        {"unknown": '[1, {"type": 4}]', "buttons[0].type": "ODD", "buttons[0].unknown": "[]", "header.format": "GIF"},
        {"seen": "yesterday", "message_send_ttl_seconds": "soon", "language": "\0", "name": "x" * 9000},
        {"body": "{{" * 500 + "}}" * 500 + "{{1}}{{99999999}}{{-1}}{{é}}\0", "body.example.1": "\ue000"},
        {"cards[0].here": "1", "cards[0].header.asset": "9" * 30, "cards[0].header.format": "IMAGE"},
    ],
)
def test_nothing_odd_that_is_posted_is_an_error(client, template, odd):
    for url in (f"/templates/{template.pk}/edit/", f"/templates/{template.pk}/check/"):
        assert client.post(url, odd).status_code in (200, 302), odd
    assert client.get(f"/templates/{template.pk}/edit/").status_code == 200


def test_ten_cards_and_fifty_others_take_as_many_queries_as_none(client, template, account, django_assert_num_queries):
    url = f"/templates/{template.pk}/check/"
    edit(client, template, "add_card")
    form = posted_by(client.get(f"/templates/{template.pk}/edit/"))
    asset = MediaAssetFactory(workspace=account.workspace, origin="uploaded")
    form |= {"cards[0].header.asset": asset.pk}
    with CaptureQueriesContext(connection) as few:
        client.post(url, form, headers=HTMX)
    count = len(few)
    MessageTemplateFactory.create_batch(50, account=account)
    for _ in range(8):
        edit(client, template, "add_card")
    form = posted_by(client.get(f"/templates/{template.pk}/edit/"))
    for place in range(10):
        other = MediaAssetFactory(workspace=account.workspace, origin="uploaded")
        form[f"cards[{place}].header.asset"] = other.pk
    with django_assert_num_queries(count):
        assert client.post(url, form, headers=HTMX).content.count(b"t-card") >= 10
    assert count <= 8
