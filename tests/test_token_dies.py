"""A token that dies in the middle of many sends: nothing fails for it, one incident, and a new token lets all flow."""

import subprocess
import sys
from collections import Counter

import pytest

from tests import campaign
from tests.stack import ROOT, WABA, Stack, prepared

pytestmark = pytest.mark.e2e
MESSAGES, BEFORE_IT_DIES = 1000, 300


@pytest.fixture
def sending(tmp_path_factory):
    with prepared(tmp_path_factory.mktemp("token"), own_valkey=True) as stack:
        campaign.connect(stack, no_pair_limit=True)
        stack.control("revoke", waba_id=WABA, subcode=463, after=BEFORE_IT_DIES)
        campaign.queue(stack, MESSAGES, customers=500)
        yield stack


def counts(stack: Stack) -> Counter:
    """Messages by status; what Meta has is one kind, whatever became of it since."""
    statuses = stack.sql("SELECT status FROM inbox_message WHERE direction = 'out'")
    return Counter("accepted" if status in ("sent", "delivered", "read") else status for (status,) in statuses)


def new_token(stack: Stack) -> str:
    """As a person would get one: through the log-in dialog, for this account."""
    return stack.control("token", waba_id=WABA)["access_token"]


def test_not_one_message_fails_and_a_new_token_lets_all_flow(sending):
    stack = sending
    stack.wait_for(lambda: stack.sql("SELECT 1 FROM meta_integration_waba WHERE state = 'broken'"), "it breaks", 30)
    # Those on their way when it died may still have been taken.
    stack.wait_for(lambda: counts(stack).keys() == {"accepted", "queued"}, "all others wait", 30)
    assert counts(stack)["accepted"] == len(stack.accepted()) >= BEFORE_IT_DIES
    incidents = "SELECT kind, closed_at IS NULL FROM meta_integration_incident WHERE kind = 'connection_broken'"
    assert stack.sql(incidents) == [("connection_broken", True)]
    assert stack.sql("SELECT max(attempts) FROM inbox_message WHERE status = 'queued'") == [(0,)]

    command = [sys.executable, "manage.py", "set_token", WABA]
    subprocess.run(command, input=new_token(stack), cwd=ROOT, env=stack.environment, text=True, check=True)
    stack.wait_for(lambda: counts(stack) == {"accepted": MESSAGES}, "all have gone out", 60)
    assert stack.sql(incidents) == [("connection_broken", False)]
    assert set(stack.accepted().values()) == {1}
