"""Whatever Meta posts, as long as it is JSON of some outline: it is processed, kept, and never an error of ours."""

import json
import math

from django.db import connection
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from meta_integration import intake, walk
from meta_integration.models import WebhookDelivery
from meta_integration.tests.factories import PhoneNumberFactory

NUMBER_ID = "200000000000001"
FIELDS = [
    "messages", "smb_message_echoes", "smb_app_state_sync", "history", "account_update", "phone_number_quality_update",
    "phone_number_name_update", "invented_tomorrow",
]  # fmt: skip
KEYS = [
    "id", "from", "from_user_id", "to", "type", "text", "body", "image", "caption", "sha256", "mime_type", "timestamp",
    "status", "errors", "code", "error_data", "details", "recipient_id", "biz_opaque_callback_data", "pricing",
    "billable", "category", "conversation", "system", "wa_id", "user_id", "new_wa_id", "profile", "name", "username",
    "interactive", "button_reply", "title", "reaction", "emoji", "message_id", "order", "context", "referral", "event",
    "phone_number", "display_phone_number", "current_limit", "decision", "requested_verified_name",
]  # fmt: skip
# Hypothesis makes no halves of characters by itself; JSON can hold them.
ODD = ["", "0", "\x00", "\ud83d", "\ude00b"]
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.sampled_from(ODD)
ANYTHING = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS + ODD) | st.text(max_size=5), inner)
    ),
    max_leaves=12,
)
ITEM = st.dictionaries(st.sampled_from(KEYS), ANYTHING, max_size=8)
NAMED = st.fixed_dictionaries(
    {"id": st.text(max_size=8) | ANYTHING},
    optional={
        "from": st.sampled_from(["15550300001", ""]) | ANYTHING,
        "timestamp": st.sampled_from(["1750000000", "x", "9" * 30]) | ANYTHING,
        "type": st.sampled_from(["text", "image", "system", "reaction", "order", "unsupported"]) | ANYTHING,
        "status": st.sampled_from(["sent", "delivered", "read", "failed", "played"]) | ANYTHING,
        "text": ITEM, "image": ITEM, "system": ITEM, "errors": st.lists(ITEM, max_size=2) | ANYTHING,
        "pricing": ITEM | ANYTHING, "biz_opaque_callback_data": ANYTHING,
    },
)  # fmt: skip
VALUE = st.fixed_dictionaries(
    {"metadata": st.just({"phone_number_id": NUMBER_ID}) | ITEM | ANYTHING},
    optional={
        "messages": st.lists(NAMED | ANYTHING, max_size=3) | ANYTHING,
        "statuses": st.lists(NAMED | ANYTHING, max_size=3) | ANYTHING,
        "contacts": st.lists(ITEM, max_size=2) | ANYTHING,
        "errors": st.lists(ITEM, max_size=2) | ANYTHING,
        "message_echoes": st.lists(NAMED, max_size=2) | ANYTHING,
    },
)
CHANGE = st.fixed_dictionaries({"field": st.sampled_from(FIELDS) | ANYTHING, "value": VALUE | ITEM | ANYTHING})
ENTRY = st.fixed_dictionaries({}, optional={"id": ANYTHING, "time": ANYTHING, "changes": st.lists(CHANGE | ANYTHING)})
BODY = st.fixed_dictionaries({"object": ANYTHING, "entry": st.lists(ENTRY | ANYTHING, max_size=2) | ANYTHING})


class AnyBody(TestCase):
    @settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
    @given(BODY | ANYTHING)
    @example({"entry": [{"changes": [{"field": "messages", "value": {"statuses": [{"id": 1e308, "status": []}]}}]}]})
    def test_is_processed_and_stays(self, body):
        raw = json.dumps(body).encode()
        number = PhoneNumberFactory(phone_number_id=NUMBER_ID)
        intake.record([(b"%d" % number.pk, raw)], connection)
        assert intake.process_waiting() == 1
        delivery = WebhookDelivery.objects.get()
        assert (delivery.state, bytes(delivery.body)) == ("processed", raw)

    @settings(max_examples=200, deadline=None)
    @given(ANYTHING)
    @example({"a\x00": "\x00b"})
    @example({"\ud83d": "\ude00b"})
    @example([math.nan])
    @example([-math.inf])
    def test_is_storable_after_parsing(self, body):
        assert _is_storable(walk.parse(json.dumps(body).encode()))


def _is_storable(value) -> bool:
    """PostgreSQL takes it: no NUL, no half of a character, no number that is none."""
    if isinstance(value, dict):
        return all(_is_storable(each) for pair in value.items() for each in pair)
    if isinstance(value, list):
        return all(map(_is_storable, value))
    if isinstance(value, str):
        return "\x00" not in value and value.encode("utf-8", "ignore").decode() == value
    return not isinstance(value, float) or math.isfinite(value)
