"""Creating, editing and deleting templates, their review, and what the app is told."""

import time
from dataclasses import replace

import pytest

from sandbox.message_templates import store
from sandbox.seed import example_world
from sandbox.snapshot import dump, load

from .conftest import CUSTOMER, SHOP, SHOP_NUMBER, Sandbox, wait_for
from .designs import AUTHENTICATION, body, buttons, design, footer, reply

FIELDS = "status,category,quality_score,rejected_reason,previous_category,correct_category,message_send_ttl_seconds"


class Templates:
    """The calls of an app, and of the moderator."""

    def __init__(self, sandbox, token):
        self.sandbox, self.token = sandbox, token

    def try_to_create(self, *components, **fields):
        made = design(*(components or [body(f"Text number {time.monotonic_ns()}.")]), **fields)
        return self.sandbox.post(f"{SHOP}/message_templates", self.token, json=made)

    def create(self, *components, **fields):
        return self.try_to_create(*components, **fields).json()["id"]

    def approved(self, *components, **fields):
        template_id = self.create(*components, **fields)
        self.do(template_id, "approve", tell=False)
        return template_id

    def read(self, template_id, fields=FIELDS):
        return self.sandbox.get(f"{template_id}?fields={fields}", self.token).json()

    def edit(self, template_id, **fields):
        return self.sandbox.post(template_id, self.token, json=fields)

    def delete(self, **params):
        headers = {"Authorization": f"Bearer {self.token}"}
        url = f"{self.sandbox.base}/v23.0/{SHOP}/message_templates"
        return self.sandbox.session.delete(url, params=params, headers=headers, timeout=5)

    def do(self, template_id, deed, **data):
        return self.sandbox.control("template", template_id=template_id, do=deed, **data)


@pytest.fixture
def templates(sandbox, token):
    """Of a Meta that reviews by hand."""
    sandbox.control("review", automatic=False)
    return Templates(sandbox, token)


def subcode(answer):
    return answer.status_code, answer.json()["error"]["code"], answer.json()["error"].get("error_subcode")


def told(app, count=1):
    """The last webhooks: field, whole change's value, and the entry's time."""
    wait_for(lambda: len(app.values()) >= count)
    return app.values()[-count:]


# --- creating


def test_name_and_language_are_taken_once(templates):
    assert templates.try_to_create(name="twice").ok
    assert subcode(templates.try_to_create(name="twice")) == (400, 100, 2388024)
    assert templates.try_to_create(name="twice", language="de").ok


def test_account_has_room_for_so_many(sandbox, templates):
    sandbox.control("review", waba_id=SHOP, template_limit=4)
    assert templates.try_to_create().ok
    assert subcode(templates.try_to_create()) == (400, 100, 2388019)
    sandbox.control("weather", no_template_limits=True)
    assert templates.try_to_create().ok


def test_hundred_creations_in_an_hour(sandbox, templates):
    for _ in range(100):
        assert templates.try_to_create().ok
    assert templates.try_to_create().json()["error"]["code"] == 80007


def test_meta_may_decide_and_recategorise_at_once(sandbox, templates):
    sandbox.control("weather", approved_at_once={"count": 1}, recategorised={"count": 1})
    answer = templates.try_to_create().json()
    assert (answer["status"], answer["category"]) == ("APPROVED", "MARKETING")
    assert templates.read(answer["id"])["previous_category"] == "UTILITY"
    sandbox.control("weather", rejected_at_once={"count": 1}, template_refused={"count": 1, "subcode": 2388040})
    assert subcode(templates.try_to_create()) == (400, 100, 2388040)
    assert templates.try_to_create().json()["status"] == "REJECTED"


def test_stranger_makes_and_changes_nothing(sandbox, templates):
    template_id = templates.approved()
    other = Templates(sandbox, sandbox.token(wabas=("100000000000002",)))
    assert other.try_to_create().json()["error"]["error_subcode"] == 33
    assert other.edit(template_id, category="MARKETING").json()["error"]["error_subcode"] == 33
    weak = Templates(sandbox, sandbox.token(scopes=["whatsapp_business_messaging"]))
    assert weak.try_to_create().json()["error"]["code"] == 200


# --- review


def test_review_comes_by_itself(sandbox, templates, app):
    template_id = templates.create(name="by_itself")
    app.received.clear()
    sandbox.control("review", automatic=True)
    (value,) = told(app)
    assert value == {
        "event": "APPROVED",
        "message_template_id": int(template_id),
        "message_template_name": "by_itself",
        "message_template_language": "en_US",
        "reason": "NONE",
        "message_template_category": "UTILITY",
    }
    assert templates.read(template_id)["status"] == "APPROVED"


def test_same_words_as_another_are_rejected(sandbox, templates, app):
    words = [body("The very same words."), footer("And these")]
    templates.approved(*words)
    second = templates.create(*words)
    codes = [templates.create(*AUTHENTICATION, category="AUTHENTICATION") for _ in range(2)]
    sandbox.control("review", automatic=True)
    wait_for(lambda: templates.read(codes[1])["status"] == "APPROVED")
    assert templates.read(second)["rejected_reason"] == "INVALID_FORMAT"
    (value,) = [value for value in app.values() if value.get("event") == "REJECTED"]
    assert "same" in value["rejection_info"]["reason"] and value["rejection_info"]["recommendation"]


def test_review_in_bad_weather_rejects(sandbox, templates):
    template_id = templates.create()
    sandbox.control("weather", review_rejects={"count": 1})
    sandbox.control("review", automatic=True)
    wait_for(lambda: templates.read(template_id)["status"] == "REJECTED")


# --- what the moderator does, and its webhooks


def test_rejection_carries_its_reason(templates, app):
    template_id = templates.create()
    templates.do(template_id, "reject", reason="SCAM", why="It promises too much.", recommendation="Promise less.")
    (value,) = told(app)
    assert (value["event"], value["reason"]) == ("REJECTED", "SCAM")
    assert value["rejection_info"] == {"reason": "It promises too much.", "recommendation": "Promise less."}
    assert templates.read(template_id)["rejected_reason"] == "SCAM"


def test_third_pause_is_the_last(templates, app):
    template_id = templates.approved()
    for count, (status, title) in enumerate(
        [("PAUSED", "FIRST_PAUSE"), ("PAUSED", "SECOND_PAUSE"), ("DISABLED", "DISABLED")], 1
    ):
        assert templates.do(template_id, "pause")["status"] == status
        value = told(app, count)[-1]
        assert (value["event"], value["other_info"]["title"]) == (status, title)
    assert "disable_date" in value["disable_info"] and value["reason"] is None


def test_pause_ends_by_itself(templates, app):
    template_id = templates.approved()
    templates.do(template_id, "pause", seconds=0.05)
    wait_for(lambda: templates.read(template_id)["status"] == "APPROVED")
    assert told(app, 2)[-1]["other_info"]["title"] == "UNPAUSE"


def test_app_unpauses_what_pacing_paused(sandbox, templates, app):
    template_id = templates.approved()
    assert templates.sandbox.post(f"{template_id}/unpause", templates.token).json()["error"]["code"] == 100
    templates.do(template_id, "pause", which="RATE_LIMITING_PAUSE")
    assert sandbox.post(f"{template_id}/unpause", templates.token).json() == {"success": True}
    value = told(app, 2)[-1]
    assert (value["event"], value["other_info"]["title"]) == ("APPROVED", "UNPAUSE")
    assert templates.read(template_id)["status"] == "APPROVED"


def test_quality_is_told_and_read(templates, app):
    template_id = templates.approved()
    templates.do(template_id, "rate", quality="GREEN")
    templates.do(template_id, "rate", quality="RED", with_dash=True)
    values = told(app, 2)
    assert [(v["previous_quality_score"], v["new_quality_score"]) for v in values] == [
        ("UNKNOWN", "GREEN"),
        ("GREEN", "RED"),
    ]
    assert values[1]["message_template_language"] == "en-US"
    score = templates.read(template_id)["quality_score"]
    assert score["score"] == "RED" and abs(score["date"] - time.time()) < 5


def test_category_is_announced_then_done(templates, app):
    template_id = templates.approved()
    templates.do(template_id, "announce_category", category="MARKETING")
    (value,) = told(app)
    assert (value["correct_category"], value["new_category"]) == ("MARKETING", "UTILITY")
    assert abs(value["category_update_timestamp"] - time.time() - 86400) < 5
    assert templates.read(template_id)["correct_category"] == "MARKETING"
    templates.do(template_id, "change_category")
    value = told(app, 2)[-1]
    assert (value["previous_category"], value["new_category"]) == ("UTILITY", "MARKETING")
    assert "correct_category" not in value and "correct_category" not in templates.read(template_id)
    other = templates.approved()
    templates.do(other, "announce_category", category="MARKETING", seconds=0.05)
    wait_for(lambda: templates.read(other)["category"] == "MARKETING")


def test_components_changed_at_meta_are_told(templates, app):
    template_id = templates.approved()
    link = {"type": "URL", "text": "Open", "url": "https://example.com/"}
    phone = {"type": "PHONE_NUMBER", "text": "Call", "phone_number": "+15550100001"}
    head = {"type": "HEADER", "format": "TEXT", "text": "New head"}
    templates.do(
        template_id,
        "change",
        components=[head, body("New text here."), footer("Bye"), buttons(phone, link, reply("A"))],
    )
    (value,) = told(app)
    assert value["message_template_title"] == "New head" and value["message_template_element"] == "New text here."
    assert value["message_template_footer"] == "Bye" and len(value["message_template_buttons"]) == 3
    assert value["message_template_buttons"][0]["message_template_button_phone_number"] == "+15550100001"
    assert templates.read(template_id, "components")["components"][1]["text"] == "New text here."


def test_meta_invents_a_status_archives_and_deletes(templates, app):
    template_id = templates.approved()
    templates.do(template_id, "set_status", status="UNDER_NEW_RULES")
    assert templates.read(template_id)["status"] == "UNDER_NEW_RULES"
    templates.do(template_id, "archive")
    assert templates.do(template_id, "unarchive")["status"] == "APPROVED"
    templates.do(template_id, "flag")
    templates.do(template_id, "delete")
    events = [value["event"] for value in told(app, 5)]
    assert events == ["UNDER_NEW_RULES", "ARCHIVED", "UNARCHIVED", "FLAGGED", "DELETED"]
    assert templates.read(template_id)["error"]["error_subcode"] == 33
    assert "error" in templates.do(template_id, "approve")


def test_news_may_be_late_double_old_bare_or_untold(sandbox, templates, app):
    template_id = templates.approved()
    assert templates.do(template_id, "pause", tell=False)["is_told"] is False
    templates.do(template_id, "unpause", delay=0.3)
    templates.do(template_id, "reject", times=2, ago=3600, without_category=True)
    wait_for(lambda: len(app.values()) == 3)
    assert [value["event"] for value in app.values()] == ["REJECTED", "REJECTED", "APPROVED"]
    assert "message_template_category" not in app.values()[0]
    bodies = [
        webhook["body"]
        for webhook in sandbox.session.get(f"{sandbox.base}/control/webhooks", timeout=5).json()["latest"]
    ]
    times = [int(text.split('"time":')[1].split(",")[0]) for text in bodies if '"REJECTED"' in text]
    assert all(abs(time.time() - 3600 - moment) < 5 for moment in times)
    sandbox.control("weather", quality_as_status=True, news_with_dash=True)
    templates.do(template_id, "rate", quality="YELLOW")
    wait_for(lambda: len(app.values()) == 4)
    assert b'"field":"message_template_status_update"' in app.received[-1][0] and b"en-US" in app.received[-1][0]


def test_impossible_wishes_are_refused_in_words(sandbox, templates):
    template_id = templates.create()
    assert "do must be one of" in templates.do(template_id, "praise")["error"]
    assert "reason" in templates.do(template_id, "reject", reason="BORING")["error"]
    assert "category" in templates.do(template_id, "change_category", category="NEWS")["error"]
    assert "no such template" in sandbox.control("template", template_id="1", do="approve")["error"]
    named = sandbox.control("template", waba_id=SHOP, name="hello_world", do="flag")
    assert named["name"] == "hello_world"


# --- editing


def test_edit_replaces_everything_and_goes_into_review(templates):
    template_id = templates.approved(body("The old text."), footer("Old footer"))
    assert templates.edit(template_id, components=[body("The new text.")]).json() == {"success": True}
    assert templates.read(template_id)["status"] == "PENDING"
    (only,) = templates.read(template_id, "components")["components"]
    assert only["text"] == "The new text."
    assert subcode(templates.edit(template_id, components=[body("Once more.")])) == (400, 100, 2388039)


def test_approved_template_is_edited_once_a_day(templates):
    template_id = templates.approved()
    assert templates.edit(template_id, message_send_ttl_seconds=600).ok
    assert templates.read(template_id)["message_send_ttl_seconds"] == 600
    templates.do(template_id, "approve")
    assert subcode(templates.edit(template_id, components=[body("Once more.")])) == (400, 100, 2388039)
    for _ in range(3):  # a rejected one as often as one likes, and in another category
        templates.do(template_id, "reject")
        assert templates.edit(template_id, category="MARKETING", message_send_ttl_seconds=43_200).ok
    assert templates.read(template_id)["category"] == "MARKETING"


def test_edit_keeps_to_the_rules_of_a_creation(templates):
    template_id = templates.approved()
    assert subcode(templates.edit(template_id, components=[body("Ends in {{1}}", "a")])) == (400, 100, 2388299)
    assert subcode(templates.edit(template_id, category="MARKETING")) == (400, 100, 2388039)
    assert templates.edit(template_id, name="other", components=[body("New text.")]).status_code == 400
    assert templates.edit(template_id).status_code == 400
    assert templates.read(template_id)["status"] == "APPROVED"


# --- deleting


def test_deletion_by_name_takes_all_languages_and_blocks_the_name(templates, app):
    templates.approved(name="gone")
    templates.approved(name="gone", language="de")
    assert templates.delete(name="gone").json() == {"success": True}
    assert {value["event"] for value in told(app, 2)} == {"DELETED"}
    assert subcode(templates.try_to_create(name="gone")) == (400, 100, 2388023)
    assert subcode(templates.try_to_create(name="gone", language="fr")) == (400, 100, 2388023)
    assert templates.delete(name="gone").json()["error"]["code"] == 100
    templates.sandbox.control("weather", no_template_limits=True)
    assert templates.try_to_create(name="gone").ok


def test_deletion_by_id_takes_one(templates):
    english, german = templates.approved(name="two"), templates.approved(name="two", language="de")
    assert templates.delete(hsm_id=english, name="other").status_code == 400
    assert templates.delete(hsm_id=english, name="two").ok
    assert templates.read(german)["status"] == "APPROVED"
    assert subcode(templates.try_to_create(name="two")) == (400, 100, 2388023)
    assert templates.try_to_create(name="two", language="fr").ok


def test_many_are_deleted_at_once_or_none(templates):
    ids = [templates.create() for _ in range(3)]
    assert templates.delete(hsm_ids=f'["{ids[0]}","1"]').status_code == 400
    assert templates.delete(hsm_ids="[" + ",".join(f'"{each}"' for each in ids) + "]").ok
    assert all("error" in templates.read(each) for each in ids)


def test_name_of_what_was_never_approved_is_free_again(templates):
    templates.create(name="never")
    assert templates.delete(name="never").ok and templates.try_to_create(name="never").ok


def test_disabled_one_cannot_be_deleted(templates):
    template_id = templates.approved(name="disabled")
    templates.do(template_id, "disable")
    assert templates.delete(name="disabled").status_code == 400


def test_deletion_waits_for_what_is_on_its_way(sandbox, templates, app):
    template_id = templates.approved(name="on_its_way")
    sandbox.control("weather", hold_statuses=True)
    message = {"name": "on_its_way", "language": {"code": "en_US"}}
    assert sandbox.send(templates.token, type="template", template=message).ok
    assert templates.delete(name="on_its_way").ok
    assert templates.read(template_id)["status"] == "PENDING_DELETION"
    assert sandbox.send(templates.token, type="template", template=message).json()["error"]["code"] == 132001
    assert subcode(templates.try_to_create(name="on_its_way")) == (400, 100, 2388023)
    sandbox.control("weather", hold_statuses=False)
    wait_for(lambda: "error" in templates.read(template_id))
    assert [v["event"] for v in app.values() if "event" in v] == ["PENDING_DELETION", "DELETED"]


# --- keeping


def test_snapshot_carries_reviews_and_blocked_names_and_reads_old_ones():
    world = example_world()
    template = next(iter(world.templates.values()))
    template.edits, template.review_at = [1.5], 2.5
    store.block_name(world, template)
    again = load(dump(world))
    assert again.templates[template.template_id] == template
    assert store.is_blocked(again, template.waba_id, template.name, "en_US")
    old = '{"chats": [], "webhooks": [], "templates": [{"template_id": "1", "waba_id": "2", "name": "a",'
    old += ' "language": "en", "category": "UTILITY", "components": [], "status": "APPROVED"}]}'
    assert load(old).templates["1"].was_approved


def test_review_outlives_a_restart(app, tmp_path):
    first = Sandbox(webhook_url=app.url, snapshot=str(tmp_path / "snapshot.json"))
    first.settings = replace(first.settings, review_delay=0.5)
    first.stop()
    first.start()
    token = first.token()
    template_id = first.post(f"{SHOP}/message_templates", token, json=design(body("Hello you."))).json()["id"]
    first.stop()
    first.start()
    assert first.get(template_id, token).json()["status"] == "PENDING"
    wait_for(lambda: first.get(template_id, token).json()["status"] == "APPROVED")
    first.stop()


def test_shown_message_stays_as_it_was_sent(sandbox, templates, app):
    template_id = templates.approved(body("The first text."), name="changing")
    message = {"name": "changing", "language": {"code": "en_US"}}
    assert sandbox.send(templates.token, type="template", template=message).ok
    templates.do(template_id, "delete")
    address = f"{sandbox.base}/phone/{CUSTOMER}/{SHOP_NUMBER}"
    wait_for(lambda: "The first text." in sandbox.session.get(address, timeout=5).text)
