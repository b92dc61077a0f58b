"""What our rules let through, the sandbox takes; what they call an error, it refuses; what we fill, it sends.

Two readings of Meta's pages, made apart, that agree.
"""

from copy import deepcopy
from datetime import UTC, datetime

import pytest

from meta_integration.services import media
from sandbox.examples import document, picture, video
from sandbox.tests.conftest import CUSTOMER, SHOP, SHOP_NUMBER, Sandbox
from templates_app.design import buttons, parts
from templates_app.services.gaps import gaps_of
from templates_app.services.render import render_design
from templates_app.tests.bad_designs import BAD_DESIGNS
from templates_app.tests.good_designs import GOOD_DESIGNS

# A part or a button that nobody here knows: the sandbox knows no more than we do, and Meta may. And how many variables
# are too many Meta does not say: the sandbox refuses by the rule of thumb that we only advise.
OPEN = ("part_unknown", "button_unknown", "too_many_variables")
REFUSED = [bad for bad in BAD_DESIGNS if bad.is_error and bad.lies_in_design]
ADVISED = [bad for bad in BAD_DESIGNS if not bad.is_error and bad.rule not in OPEN]
VALUES = {
    "text": "value",
    "code": "123456",
    "suffix": "a1",
    "coupon": "SAVE25",
    "payload": "p",
    "image": {"asset": 7},
    "video": {"link": "https://example.com/a.mp4"},
    "document": {"asset": 7, "filename": "a.pdf"},
    "location": {"latitude": 37.4, "longitude": "-122.1", "name": "Shop", "address": "Street 1"},
    "product": {"retailer_id": "sku-1", "catalog_id": "400000000000001"},
    "thumbnail": "sku-1",
    "sections": [{"title": "", "retailer_ids": ["sku-1"]}],
    "flow": {"token": "t", "data": {"k": "v"}},
    "moment": datetime(2100, 1, 1, tzinfo=UTC),
}


class Shop:
    """A connected shop at a sandbox that approves at once."""

    def __init__(self, sandbox: Sandbox):
        self.sandbox, self.token = sandbox, sandbox.connect()
        sandbox.control("weather", no_template_limits=True, approved_at_once=True, no_pair_limit=True)
        self.handles = {
            "IMAGE": sandbox.handle(self.token, picture(), "image/png"),
            "VIDEO": sandbox.handle(self.token, video(), "video/mp4"),
            "DOCUMENT": sandbox.handle(self.token, document("x"), "application/pdf"),
        }
        self.media_id = sandbox.upload(self.token).json()["id"]
        self.count = 0

    def create(self, design: dict, *, renamed: bool = False):
        """Hand it in, with handles for the examples of its headers."""
        made = deepcopy(design)
        for _at, part in parts(made["components"]):
            for component in part:
                if component.get("format") in self.handles:
                    component["example"] = {"header_handle": [self.handles[component["format"]]]}
        if renamed:
            self.count += 1
            made["name"] = f"example_{self.count}"
        return self.sandbox.post(f"{SHOP}/message_templates", self.token, json=made)

    def read(self, template_id: str) -> dict:
        wanted = {"fields": "name,language,category,parameter_format,components,status"}
        return self.sandbox.get(template_id, self.token, params=wanted).json()

    def send(self, content: dict):
        body = media.with_ids(content, {7: self.media_id})
        message = {"messaging_product": "whatsapp", "to": CUSTOMER, "type": "template", **body}
        return self.sandbox.post(f"{SHOP_NUMBER}/messages", self.token, json=message)


def as_written(components: list[dict]) -> list[dict]:
    """What is read back names the example of a header by an address of Meta's, and labels the button for a code."""
    bare = deepcopy(components)
    for _at, part in parts(bare):
        for component in part:
            if component.get("format") in ("IMAGE", "VIDEO", "DOCUMENT"):
                component.pop("example", None)
        for button in buttons(part):
            if button["type"] == "COPY_CODE":
                button.pop("text", None)
                button["example"] = button["example"][0] if isinstance(button["example"], list) else button["example"]
    return bare


@pytest.fixture(scope="module")
def shop():
    sandbox = Sandbox()
    yield Shop(sandbox)
    sandbox.stop()


@pytest.mark.parametrize("name", GOOD_DESIGNS)
def test_what_has_no_findings_is_taken_listed_and_sent_as_we_fill_it(shop, name):
    answer = shop.create(GOOD_DESIGNS[name], renamed=True)
    assert answer.ok, answer.text
    listed = shop.read(answer.json()["id"])
    assert listed["status"] == "APPROVED"
    if GOOD_DESIGNS[name]["category"] != "AUTHENTICATION":  # Of which Meta writes the text itself.
        assert as_written(listed["components"]) == as_written(GOOD_DESIGNS[name]["components"])
    gaps = gaps_of(listed)
    assert [gap.key for gap in gaps] == [gap.key for gap in gaps_of(GOOD_DESIGNS[name])]
    for wanted in (gaps, [gap for gap in gaps if gap.is_required]):
        sent = shop.send(render_design(listed, {gap.key: VALUES[gap.kind] for gap in wanted}).content)
        assert sent.ok, sent.text


@pytest.mark.parametrize("bad", REFUSED, ids=[f"{n}-{bad.rule}" for n, bad in enumerate(REFUSED)])
def test_what_is_an_error_is_refused(shop, bad):
    answer = shop.create(bad.design)
    assert answer.status_code == 400, answer.text
    assert answer.json()["error"]["code"] == 100


@pytest.mark.parametrize("bad", ADVISED, ids=[f"{n}-{bad.rule}" for n, bad in enumerate(ADVISED)])
def test_what_is_only_advice_is_taken(shop, bad):
    answer = shop.create(bad.design, renamed=True)
    assert answer.ok, answer.text
