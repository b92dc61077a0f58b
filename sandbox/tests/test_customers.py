"""What a customer can do besides writing a line: each comes as Meta tells it, and the phone shows it."""

from pathlib import Path

import pytest

from sandbox.deeds import DEEDS

from .conftest import CUSTOMER, HIDDEN_CUSTOMER, HIDDEN_USER_ID, SHOP_NUMBER, wait_for
from .test_pages import PHONE, QUESTION, page, post

NEW_NUMBER = "15550100901"


def do(sandbox, what, customer=CUSTOMER, **words):
    return sandbox.control("do", customer=customer, phone_number_id=SHOP_NUMBER, do=what, **words)


def told(app, count=1):
    """The messages the app heard of, once there are so many."""
    return wait_for(lambda: len(found := [m for v in app.values() for m in v.get("messages", [])]) >= count and found)


def values_of(app, name):
    return wait_for(lambda: [value for value in app.values() if name in value])


def sent(sandbox, token, **message):
    wamid = sandbox.send(token, **message).json()["messages"][0]["id"]
    wait_for(lambda: f'data-wamid="{wamid}"' in page(sandbox, PHONE))
    return wamid


def test_a_reply_quotes_the_message_it_answers(sandbox, chatting, app):
    wamid = sent(sandbox, chatting, text={"body": "Which colour?"})
    assert "Answering" in page(sandbox, f"{PHONE}?reply_to={wamid.replace('+', '%2B')}")
    post(sandbox, f"{PHONE}/send", kind="text", wamid=wamid, text="The blue one")
    message = told(app)[0]
    assert (message["type"], message["context"]) == ("text", {"from": "15550100001", "id": wamid})
    assert page(sandbox, PHONE).count("Which colour?") == 2


def test_a_reaction_is_given_and_taken_back(sandbox, chatting, app):
    wamid = sent(sandbox, chatting)
    do(sandbox, "reaction", wamid=wamid, emoji="🙏")
    assert 'title="Reaction">🙏' in page(sandbox, PHONE)
    do(sandbox, "reaction", wamid=wamid)
    assert [m["reaction"] for m in told(app, 2)] == [{"message_id": wamid, "emoji": "🙏"}, {"message_id": wamid}]
    assert 'title="Reaction"' not in page(sandbox, PHONE)


def test_an_own_message_is_edited_and_deleted(sandbox, token, app):
    wamid = do(sandbox, "text", text="Size M pleese")["wamid"]
    assert ">Size M pleese</textarea>" in page(sandbox, f"{PHONE}?edit={wamid.replace('+', '%2B')}")
    do(sandbox, "edit", wamid=wamid, text="Size M please")
    shown = page(sandbox, PHONE)
    assert "Size M please" in shown and "pleese" not in shown and "Edited" in shown
    do(sandbox, "revoke", wamid=wamid)
    shown = page(sandbox, PHONE)
    assert "You deleted this message" in shown and "Size M" not in shown
    edit, revoke = told(app, 3)[1:]
    new = {"context": {"id": "M0"}, "type": "text", "text": {"body": "Size M please"}}
    assert edit["edit"] == {"original_message_id": wamid, "message": new} and edit["id"] != wamid
    assert (revoke["type"], revoke["revoke"]) == ("revoke", {"original_message_id": wamid})


def test_nobody_edits_the_words_of_the_shop(sandbox, chatting):
    wamid = sent(sandbox, chatting)
    assert "own message" in do(sandbox, "edit", wamid=wamid, text="No")["error"]
    assert "own message" in do(sandbox, "revoke", wamid=wamid)["error"]
    assert "not in this chat" in do(sandbox, "reaction", wamid=wamid, customer=HIDDEN_CUSTOMER)["error"]


def test_a_choice_from_a_list_has_its_description(sandbox, chatting, app):
    rows = [{"id": "m", "title": "Medium", "description": "Fits most"}]
    action = {"button": "Sizes", "sections": [{"title": "Sizes", "rows": rows}]}
    content = {"type": "list", "body": {"text": "Which size?"}, "action": action}
    wamid = sent(sandbox, chatting, type="interactive", interactive=content)
    do(sandbox, "list_reply", wamid=wamid, id="m")
    assert told(app)[0]["interactive"] == {"type": "list_reply", "list_reply": rows[0]}


def test_a_button_is_tapped_by_control_too(sandbox, chatting, app):
    wamid = sent(sandbox, chatting, **QUESTION)
    do(sandbox, "button_reply", wamid=wamid, id="yes")
    assert told(app)[0]["interactive"]["button_reply"] == {"id": "yes", "title": "Yes"}


@pytest.mark.parametrize(("currency", "price"), [("USD", 29.9), ("JPY", 4500)])
def test_a_cart_comes_with_prices_in_its_currency(sandbox, token, app, currency, price):
    words = {"quantity-shirt-blue": "2", "quantity-cap-red": "0", "text": "As a present"}
    do(sandbox, "order", currency=currency, **words)
    item = {"product_retailer_id": "shirt-blue", "quantity": 2, "item_price": price, "currency": currency}
    assert told(app)[0]["order"] == {"catalog_id": "400000000000001", "product_items": [item], "text": "As a present"}
    assert "2 × Blue shirt" in page(sandbox, PHONE)
    assert "empty" in do(sandbox, "order", **{"quantity-cap-red": "0"})["error"]


def test_a_product_of_the_shop_is_asked_about_and_ordered(sandbox, chatting, app):
    action = {"catalog_id": "400000000000001", "product_retailer_id": "sku-1"}
    wamid = sent(sandbox, chatting, type="interactive", interactive={"type": "product", "action": action})
    assert "Example socks" in page(sandbox, PHONE)
    do(sandbox, "question", wamid=wamid, product="sku-1", catalog_id="400000000000001")
    do(sandbox, "order", wamid=wamid, catalog_id="400000000000001", **{"quantity-sku-1": "1"})
    question, order = told(app, 2)
    assert question["context"] == {"from": "15550100001", "id": wamid, "referred_product": action}
    assert order["context"]["id"] == wamid and order["order"]["product_items"][0]["product_retailer_id"] == "sku-1"


def test_a_ghost_is_followed_by_the_real_message(sandbox, token, app):
    wamid = do(sandbox, "ghost", text="Boo")["wamid"]
    ghost, real = told(app, 2)
    assert (ghost["id"], ghost["type"], ghost["errors"][0]["code"]) == (wamid, "unsupported", 131060)
    assert (real["id"], real["text"]) == (wamid, {"body": "Boo"})
    assert page(sandbox, PHONE).count('class="bubble own"') == 1


@pytest.mark.parametrize(
    ("what", "kind", "part"),
    [
        ("forwarded", "text", {"context": {"forwarded": True}}),
        ("from_ad", "text", {}),
        ("contact_card", "contacts", {}),
        ("poll", "unsupported", {"unsupported": {"type": "poll"}}),
        ("welcome", "request_welcome", {}),
        ("form_answer", "interactive", {}),
        ("new_security_code", "system", {}),
        ("of_tomorrow", "hologram", {}),
    ],
)
def test_every_other_kind_is_sent_by_the_phone(sandbox, token, app, what, kind, part):
    assert f'value="{what}"' in page(sandbox, PHONE)
    assert post(sandbox, f"{PHONE}/send", kind=what).status_code == 303
    message = told(app)[0]
    assert message["type"] == kind and message.items() >= part.items()
    assert f'data-type="{kind}"' in page(sandbox, PHONE)


def test_what_nobody_can_do_is_said(sandbox, token):
    assert "of_tomorrow" in do(sandbox, "fly")["error"]
    assert post(sandbox, f"{PHONE}/send", kind="fly").status_code == 400


def test_a_new_number_takes_the_chat_along(sandbox, chatting, app):
    answer = do(sandbox, "new_number")
    message = told(app)[0]
    new_id = answer["customer"]["user_id"]
    assert (message["from"], message["type"]) == (CUSTOMER, "system")
    assert message["system"].items() >= {"type": "user_changed_number", "wa_id": NEW_NUMBER, "user_id": new_id}.items()
    assert "contacts" not in values_of(app, "messages")[0]
    update = values_of(app, "user_id_update")[0]["user_id_update"][0]
    assert update["user_id"] == {"previous": "US.10000000000000000101", "current": new_id}
    assert "changed from 15550100101" in page(sandbox, f"/phone/{NEW_NUMBER}/{SHOP_NUMBER}")
    assert sandbox.send(chatting, to=NEW_NUMBER).json()["contacts"][0]["wa_id"] == NEW_NUMBER
    wait_for(lambda: [s for s in app.statuses() if s["status"] == "delivered"])
    sandbox.send(chatting)
    wait_for(lambda: [s["errors"][0]["code"] for s in app.statuses() if s["status"] == "failed"] == [131026])


def test_a_hidden_number_changes_unseen(sandbox, token, app):
    answer = do(sandbox, "new_number", customer=HIDDEN_CUSTOMER)
    message = told(app)[0]
    new_id = answer["customer"]["user_id"]
    assert message["from_user_id"] == HIDDEN_USER_ID and "from" not in message
    assert message["system"].items() >= {"type": "user_changed_user_id", "user_id": new_id}.items()
    assert NEW_NUMBER not in str(app.values())


def test_who_stops_offers_gets_none_until_she_resumes_them(sandbox, chatting, app):
    template = {"name": "new_collection", "language": {"code": "en_US"}}
    picture = {"type": "image", "image": {"link": "https://example.com/a.png"}}
    name = {"type": "text", "text": "Ann"}
    template["components"] = [
        {"type": "header", "parameters": [picture]},
        {"type": "body", "parameters": [name]},
    ]
    assert "Stop offers" in page(sandbox, PHONE)
    post(sandbox, f"{PHONE}/send", kind="offers", value="stop")
    entry = values_of(app, "user_preferences")[0]["user_preferences"][0]
    assert entry["wa_id"] == CUSTOMER and isinstance(entry["timestamp"], int)
    assert (entry["category"], entry["value"]) == ("marketing_messages", "stop")
    sandbox.send(chatting, type="template", template=template)
    wait_for(lambda: [s["errors"][0]["code"] for s in app.statuses() if s["status"] == "failed"] == [131050])
    do(sandbox, "offers", value="resume")
    assert len(wait_for(lambda: len(found := values_of(app, "user_preferences")) == 2 and found)) == 2
    assert "Stop offers" in page(sandbox, PHONE)
    assert "stop or resume" in do(sandbox, "offers", value="perhaps")["error"]


def test_the_shop_is_seen_typing_until_it_has_written(sandbox, chatting):
    wamid = sandbox.write("Hello?")
    read = {"messaging_product": "whatsapp", "status": "read", "message_id": wamid}
    assert sandbox.post(f"{SHOP_NUMBER}/messages", chatting, json=read | {"typing_indicator": {"type": "text"}}).ok
    shown = page(sandbox, PHONE)
    assert "typing…" in shown and "✓✓ read" in shown
    sandbox.send(chatting)
    assert "typing…" not in page(sandbox, PHONE)


def test_a_customer_gets_another_name(sandbox, token, app):
    sandbox.control("customer", customer=CUSTOMER, name="<b>Ann</b>", username="ann", hides_number=True)
    sandbox.write()
    contact = values_of(app, "messages")[0]["contacts"][0]
    assert contact == {"profile": {"name": "<b>Ann</b>", "username": "@ann"}, "user_id": "US.10000000000000000101"}
    assert "<b>" not in page(sandbox, PHONE)


def test_every_deed_is_documented():
    readme = (Path(__file__).parent.parent / "README.md").read_text()
    assert [name for name in DEEDS if f"`{name}`" not in readme] == []
