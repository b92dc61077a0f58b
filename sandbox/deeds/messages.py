"""Messages that need nothing but a few words. Each takes what is given and makes Meta's message of it."""

import json
import time

from ..errors import webhook_error
from .given import Given


def text(given: Given) -> dict | None:
    """A line, perhaps in answer to a message; None for an empty one."""
    words = given.text("text")
    return {"type": "text", "text": {"body": words}, **given.context()} if words else None


def late(given: Given) -> dict:
    """Meta may not have it at hand at first."""
    return {"type": "text", "text": {"body": given.text("text", "This came a moment later.")}, **given.context()}


def forwarded(given: Given) -> dict:
    name = "frequently_forwarded" if given.text("often") else "forwarded"
    return {
        "type": "text",
        "text": {"body": given.text("text", "Have you seen this offer?")},
        "context": {name: True},
    }


def location(given: Given) -> dict:
    place = {"latitude": 40.7128, "longitude": -74.006, "name": "Example Place", "address": "1 Example Street"}
    return {"type": "location", "location": place, **given.context()}


def contact_card(given: Given) -> dict:
    card = {
        "name": {"formatted_name": "Example Friend", "first_name": "Example", "last_name": "Friend"},
        "phones": [{"phone": "+1 555-010-0777", "wa_id": "15550100777", "type": "CELL"}],
        "emails": [{"email": "friend@example.com", "type": "HOME"}],
        "org": {"company": "Example Company"},
    }
    return {"type": "contacts", "contacts": [card]}


def from_ad(given: Given) -> dict:
    """The first message of somebody who came by a click-to-WhatsApp ad."""
    referral = {
        "source_url": "https://fb.example/ad",
        "source_id": "120200000000000001",
        "source_type": "ad",
        "headline": "Summer sale at Example Shop",
        "body": "Everything in blue is 20 % off. Write to us!",
        "media_type": "image",
        "image_url": "https://example.com/ad.jpg",
        "ctwa_clid": "example-click-id",
        "welcome_message": {"text": "Hi! How can we help?"},
    }
    words = given.text("text", "Hello, I saw your ad. Is it still on?")
    return {"type": "text", "text": {"body": words}, "referral": referral}


def poll(given: Given) -> dict:
    error = webhook_error(131051, "Message type is currently not supported.")
    return {"type": "unsupported", "errors": [error], "unsupported": {"type": "poll"}}


def welcome(given: Given) -> dict:
    """The chat was opened for the first time, and nothing written."""
    return {"type": "request_welcome"}


def form_answer(given: Given) -> dict:
    """A form (flow) that was filled in."""
    values = {"flow_token": "example-token", "size": "M", "wishes": given.text("text", "Please wrap it as a present.")}
    reply = {"name": "flow", "body": "Sent", "response_json": json.dumps(values)}
    return {"type": "interactive", "interactive": {"type": "nfm_reply", "nfm_reply": reply}, **given.context()}


def new_security_code(given: Given) -> dict:
    """The customer has a new phone, or installed WhatsApp again."""
    body = f"User {given.customer.name} identity changed"
    identity = {"acknowledged": False, "created_timestamp": str(int(time.time())), "hash": "example-hash"}
    return {"type": "system", "system": {"type": "customer_identity_changed", "body": body}, "identity": identity}


def of_tomorrow(given: Given) -> dict:
    """A type that no app has heard of yet."""
    return {"type": "hologram", "hologram": {"scene": "example", "caption": given.text("text", "Look around")}}
