"""Where the sandbox listens, whom it calls, and how fast time passes. Read from the environment; flags win."""

import os
from dataclasses import dataclass


@dataclass(frozen=True)
class Settings:
    app_id: str = "900000000000001"
    app_secret: str = "sandbox-app-secret"  # an example: this Meta guards nothing
    webhook_url: str = ""
    deauthorize_url: str = ""  # empty: /meta/deauthorize/ beside the webhooks
    data_deletion_url: str = ""  # empty: /meta/data-deletion/ beside the webhooks
    verify_token: str = "sandbox-verify-token"
    host: str = "127.0.0.1"
    port: int = 8100
    snapshot: str = ""  # empty: nothing is kept over a restart
    status_delay: float = 0.6  # seconds between accepted, sent, delivered and read
    review_delay: float = 6.0  # seconds until a template is reviewed; negative: only by the moderator
    batch_delay: float = 1.5  # seconds until an accepted batch of products is applied
    product_review_delay: float = 4.0  # seconds until a product is reviewed; negative: only by the moderator
    retry_delay: float = 1.0  # seconds before the second try of a webhook; doubled each time


def from_environment(environ=os.environ) -> Settings:
    """An empty variable counts as absent, except SANDBOX_WEBHOOK_URL, where both mean "no callback yet"."""
    values = {}
    for name, field in Settings.__dataclass_fields__.items():
        text = environ.get(f"SANDBOX_{name.upper()}", "")
        if text:
            values[name] = field.type(text) if field.type in (int, float) else text
    return Settings(**values)
