import pytest
import requests

from sandbox.message_templates.sending import check
from sandbox.seed import example_world

from .conftest import CUSTOMER, OUTLET, SHOP, SHOP_NUMBER, wait_for

PHONE = f"/phone/{CUSTOMER}/{SHOP_NUMBER}"


def body(*values):
    return {"type": "body", "parameters": [{"type": "text", "text": value} for value in values]}


def link(suffix, index="0"):
    return {"type": "button", "sub_type": "url", "index": index, "parameters": [{"type": "text", "text": suffix}]}


def header(**parameter):
    return {"type": "header", "parameters": [parameter]}


def send(sandbox, token, name, *components, language="en_US"):
    template = {"name": name, "language": {"code": language}, "components": list(components)}
    return sandbox.send(token, type="template", template=template)


READY = (body("Ann", "A-7"), link("A-7"))
PICTURE = header(type="image", image={"link": "https://example.com/a.png"})


def test_templates_are_listed_filtered_and_read(sandbox, token):
    listed = sandbox.get(f"{SHOP}/message_templates", token).json()["data"]
    assert [row["name"] for row in listed] == ["hello_world", "order_ready", "new_collection"]
    assert {row["status"] for row in listed} == {"APPROVED"}
    (one,) = sandbox.get(f"{SHOP}/message_templates?name=order_ready&status=approved", token).json()["data"]
    read = sandbox.get(f"{one['id']}?fields=status,quality_score", token).json()
    assert (read["status"], read["id"]) == ("APPROVED", one["id"])
    other = sandbox.get(f"{OUTLET}/message_templates?fields=name", token).json()["data"]
    assert not {row["id"] for row in other} & {row["id"] for row in listed}
    stranger = sandbox.token(wabas=(OUTLET,))
    assert sandbox.get(one["id"], stranger).json()["error"]["error_subcode"] == 33


@pytest.mark.parametrize(
    ("name", "components"),
    [("hello_world", ()), ("order_ready", READY), ("new_collection", (PICTURE, body("Ann")))],
)
def test_template_reaches_a_customer_outside_the_window(sandbox, token, app, name, components):
    answer = send(sandbox, token, name, *components)
    assert answer.json()["messages"][0]["message_status"] == "accepted"
    wait_for(lambda: [status["status"] for status in app.statuses()] == ["sent", "delivered"])
    assert app.statuses()[0]["pricing"]["category"] == ("marketing" if name == "new_collection" else "utility")


@pytest.mark.parametrize(
    ("name", "components", "code"),
    [
        ("goodbye_world", (), 132001),
        ("hello_world", (body("Ann"),), 132000),
        ("order_ready", (), 132000),
        ("order_ready", (body("Ann"), link("A-7")), 132000),
        ("order_ready", (body("Ann", "A-7", "more"), link("A-7")), 132000),
        ("order_ready", (body("Ann", "A-7"),), 132000),
        ("order_ready", (body("Ann", "A-7"), link("A-7", index="1")), 132000),
        ("order_ready", (body("Ann", "A\n7"), link("A-7")), 132012),
        ("order_ready", (body("Ann", ""), link("A-7")), 132012),
        ("order_ready", (body("Ann", "A" * 1000), link("A-7")), 132005),
        ("new_collection", (body("Ann"),), 132000),
        ("new_collection", (header(type="text", text="Hi"), body("Ann")), 132012),
        ("new_collection", (header(type="video", video={"link": "https://example.com/"}), body("Ann")), 132012),
        ("new_collection", (header(type="image", image={}), body("Ann")), 132012),
        ("new_collection", (header(type="image", image={"id": "1"}), body("Ann")), 100),
        ("new_collection", (PICTURE, {"type": "body", "parameters": "Ann"}), 132012),
        ("new_collection", (PICTURE, {"type": "body", "parameters": ["Ann"]}), 132012),
    ],
)
def test_wrong_parameters_are_refused(sandbox, token, name, components, code):
    assert send(sandbox, token, name, *components).json()["error"]["code"] == code
    assert sandbox.sent() == []


def test_index_may_be_a_number_and_kinds_in_capitals(sandbox, token):
    button = link("A-7", index=0) | {"type": "BUTTON", "sub_type": "URL"}
    assert send(sandbox, token, "order_ready", body("Ann", "A-7") | {"type": "BODY"}, button).ok


@pytest.mark.parametrize(("status", "code"), [("PAUSED", 132015), ("DISABLED", 132016), ("PENDING", 132001)])
def test_only_an_approved_template_goes_out(status, code):
    world = example_world()
    template = next(iter(world.templates.values()))
    content = {"name": template.name, "language": {"code": "en_US"}}
    assert check(world, template.waba_id, content)[0] is template
    template.status = status
    with pytest.raises(Exception) as caught:
        check(world, template.waba_id, content)
    assert caught.value.code == code


def test_named_parameters_may_come_in_any_order():
    world = example_world()
    template = next(iter(world.templates.values()))
    template.parameter_format = "NAMED"
    template.components = [{"type": "BODY", "text": "{{name}}: {{order}}"}]
    named = [{"type": "text", "parameter_name": each, "text": each.upper()} for each in ("order", "name")]
    content = {
        "name": template.name,
        "language": {"code": "en_US"},
        "components": [{"type": "body", "parameters": named}],
    }
    assert check(world, template.waba_id, content)
    del named[0]["parameter_name"]
    with pytest.raises(Exception) as caught:
        check(world, template.waba_id, content)
    assert caught.value.code == 132012


def walk(sandbox, token, **params):
    """All pages by their cursors; how many there were, and all names."""
    pages, names = 0, []
    while True:
        answer = sandbox.get(f"{SHOP}/message_templates", token, params=params).json()
        pages, names = pages + 1, names + [row["name"] for row in answer["data"]]
        if "next" not in answer.get("paging", {}):
            return pages, names
        params["after"] = answer["paging"]["cursors"]["after"]


def test_many_templates_come_in_pages(sandbox, token):
    added = sandbox.control("templates", waba_id=SHOP, count=60)["names"]
    pages, names = walk(sandbox, token, fields="name")
    assert (pages, len(names)) == (3, 63) and set(added) < set(names)
    assert walk(sandbox, token, limit=1000) == (1, names)
    pages, names = walk(sandbox, token, limit=7, name_or_content="EXAMPLE TEXT")
    assert (pages, names) == (9, added)


def test_links_keep_the_question_and_never_the_token(sandbox, token):
    sandbox.control("templates", waba_id=SHOP, count=5, status="REJECTED", category="MARKETING")
    params = {"limit": 2, "status": "rejected", "fields": "status,rejected_reason", "access_token": token}
    first = sandbox.get(f"{SHOP}/message_templates", params=params).json()
    assert "previous" not in first["paging"] and token not in first["paging"]["next"]
    second = requests.get(first["paging"]["next"], headers={"Authorization": f"Bearer {token}"}, timeout=5).json()
    assert {(row["status"], row["rejected_reason"]) for row in second["data"]} == {("REJECTED", "INVALID_FORMAT")}
    back = requests.get(second["paging"]["previous"], headers={"Authorization": f"Bearer {token}"}, timeout=5).json()
    assert back["data"] == first["data"]


def test_templates_are_found_by_what_they_say(sandbox, token):
    def found(**params):
        return [row["name"] for row in sandbox.get(f"{SHOP}/message_templates", token, params=params).json()["data"]]

    assert found(content="picked up") == ["order_ready"]
    assert found(name_or_content="hello") == ["hello_world", "order_ready"]
    assert found(category="marketing", language="en_us") == ["new_collection"]
    assert found(quality_score="red") == [] and len(found(quality_score="unknown")) == 3
    answer = sandbox.get(f"{SHOP}/message_templates", token, params={"fields": "shoe_size"}).json()
    assert answer["error"]["code"] == 100
    assert sandbox.get(f"{SHOP}/message_templates", token, params={"after": "%ff!"}).json()["error"]["code"] == 100


def test_phone_shows_a_filled_template_and_answers_its_button(sandbox, token, app):
    payload = {"type": "button", "sub_type": "quick_reply", "index": "1"}
    payload["parameters"] = [{"type": "payload", "payload": "thanks-7"}]
    wamid = send(sandbox, token, "order_ready", *READY, payload).json()["messages"][0]["id"]
    wait_for(lambda: [s for s in app.statuses() if (s["id"], s["status"]) == (wamid, "delivered")])
    page = requests.get(sandbox.base + PHONE, timeout=5).text
    assert "Hello Ann, your order A-7 is ready" in page and 'href="https://example.com/orders/A-7"' in page
    form = {"kind": "button", "wamid": wamid, "id": "Thank you"}
    assert requests.post(f"{sandbox.base}{PHONE}/send", data=form, timeout=5, allow_redirects=False).status_code == 303
    answer = wait_for(lambda: [m for value in app.values() for m in value.get("messages", [])])[0]
    assert answer["button"] == {"payload": "thanks-7", "text": "Thank you"} and answer["context"]["id"] == wamid
    form["id"] = "No"
    assert requests.post(f"{sandbox.base}{PHONE}/send", data=form, timeout=5).status_code == 400
