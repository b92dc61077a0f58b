"""A worker killed with SIGKILL anywhere in a send: nothing is sent twice, nothing is forgotten. Real processes."""

from collections import Counter

import pytest

from tests.stack import NUMBER, Stack, csrf_of

pytestmark = pytest.mark.e2e
MESSAGES = 10
CONNECTIONS = 3


@pytest.fixture
def with_replies(stack: Stack):
    """Connected, customers wrote, and the agent's answers are queued; no worker runs."""
    merchant = stack.open_shop()
    # Several, because a customer's messages leave one after the other.
    customers = stack.control("customers", count=MESSAGES, phone_number_id=NUMBER)["customers"]
    for customer in customers:
        hi = {"type": "text", "text": {"body": "Hi"}}
        stack.control("inbound", customer=customer, phone_number_id=NUMBER, message=hi)
    stack.wait_for(lambda: len(threads(stack)) == MESSAGES, "the customers' messages")
    stack.kill("worker")
    stack.kill("beat")
    token = csrf_of(merchant.get(f"{stack.web_url}/inbox/{threads(stack)[0]}/", timeout=10).text)
    for n, thread in enumerate(threads(stack)):
        form = {"text": f"Answer {n}", "key": f"key-{n}", "csrfmiddlewaretoken": token}
        assert merchant.post(f"{stack.web_url}/inbox/{thread}/", data=form, timeout=10).ok
    assert statuses(stack) == {"queued": MESSAGES}
    return stack


def threads(stack: Stack) -> list[int]:
    return [pk for (pk,) in stack.sql("SELECT id FROM inbox_thread ORDER BY id")]


def statuses(stack: Stack) -> Counter:
    return Counter(
        dict(stack.sql("SELECT status, count(*) FROM inbox_message WHERE direction = 'out' GROUP BY status"))
    )


def references_at_meta(stack: Stack) -> Counter:
    return Counter(each["biz_opaque_callback_data"] for each in stack.sent())


def test_killed_after_meta_took_it_and_before_it_was_recorded(with_replies: Stack):
    stack = with_replies
    stack.control("weather", messages_delay=60, hold_statuses=True)
    stack.start("worker", "beat")
    stack.wait_for(lambda: len(stack.sent()) == CONNECTIONS, "Meta has one for each connection")
    stack.kill("worker")
    assert statuses(stack) == {"sending": CONNECTIONS, "claimed": MESSAGES - CONNECTIONS}

    stack.control("weather", messages_delay=0)
    stack.start("worker")
    # Not known is what they are, until a status of Meta's carries our reference.
    stack.wait_for(lambda: statuses(stack).get("unknown") == CONNECTIONS, "those in flight are not known", 30)
    stack.wait_for(lambda: len(stack.sent()) == MESSAGES, "those only claimed went out")
    stack.control("weather", hold_statuses=False)
    for wamid in [each["wamid"] for each in stack.sent()]:
        stack.control("status", wamid=wamid, status="delivered")
    stack.wait_for(lambda: statuses(stack) == {"delivered": MESSAGES}, "all are settled", 30)
    assert set(references_at_meta(stack).values()) == {1}


def test_killed_before_meta_took_it(with_replies: Stack):
    stack = with_replies
    stack.control("weather", messages_delay_before=60)
    stack.start("worker", "beat")
    stack.wait_for(lambda: statuses(stack).get("sending") == CONNECTIONS, "the first are on their way")
    stack.kill("worker")
    assert statuses(stack) == {"sending": CONNECTIONS, "claimed": MESSAGES - CONNECTIONS}
    assert not stack.sent()

    stack.control("weather", messages_delay_before=0)
    stack.start("worker")
    done = {"unknown": CONNECTIONS, "delivered": MESSAGES - CONNECTIONS}
    stack.wait_for(lambda: statuses(stack) == done, "the rest went out, and nothing blindly again", 40)
    assert set(references_at_meta(stack).values()) == {1}
    assert sum(references_at_meta(stack).values()) == MESSAGES - CONNECTIONS
