"""Meta's events about templates, as they come."""

from datetime import UTC, datetime

from meta_integration import walk
from templates_app import webhooks

START = 1_790_000_000
STATUS, QUALITY = "message_template_status_update", "message_template_quality_update"
CATEGORY, COMPONENTS = "template_category_update", "message_template_components_update"


def moment(at: int) -> datetime:
    return datetime.fromtimestamp(START + at, tz=UTC)


def about(template_id="800", name="order_ready", language="en_US", **values) -> dict:
    named = {"id": template_id, "name": name, "language": language}
    return {f"message_template_{key}": value for key, value in named.items()} | values


def status(event: str, **values) -> tuple[str, dict]:
    return STATUS, about(event=event, reason=values.pop("reason", None), **values)


def body(waba_id: str, field: str, value: dict, at: int = 0) -> dict:
    change = {"field": field, "value": value}
    return {
        "object": "whatsapp_business_account",
        "entry": [{"id": waba_id, "time": START + at, "changes": [change]}],
    }


def happen(account, *events: tuple) -> None:
    """Each as (field, value) or (field, value, seconds after the start)."""
    for field, value, *at in events:
        whole = body(account.waba_id, field, value, *at)
        for item in walk.items_of(whole, 0, moment(10**9)):
            webhooks.handle_template(item)
