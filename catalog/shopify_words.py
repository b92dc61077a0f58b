"""What became of Shopify's messages, in words."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catalog.models import ShopifyDelivery

State = ShopifyDelivery.State


def topic_of(delivery: ShopifyDelivery) -> str:
    return {
        "products/create": _("Product added"),
        "products/update": _("Product changed"),
        "products/delete": _("Product deleted"),
        "app/uninstalled": _("App taken out"),
    }.get(delivery.topic) or delivery.topic


def outcome_of(delivery: ShopifyDelivery) -> str:
    """One sentence. An outcome of unknown shape has none, and is never an error."""
    if delivery.state == State.FAILED:
        return delivery.error
    if delivery.state == State.RECEIVED:
        again = ngettext(
            "%(n)s try failed; it is tried again.", "%(n)s tries failed; it is tried again.", delivery.attempts
        )
        return again % {"n": delivery.attempts} if delivery.attempts else _("Is taken over in a moment.")
    outcome = delivery.outcome if isinstance(delivery.outcome, dict) else {}
    if outcome.get("is_old"):
        return _("Older than what Galantis knows already, so it changed nothing.")
    if outcome.get("is_unknown"):
        return _("A kind that Galantis does not use. It is kept.")
    counts = {name: count for name, count in outcome.items() if isinstance(count, int) and count}
    words = {
        "new": ngettext("%(n)s product added", "%(n)s products added", counts.get("new", 0)),
        "changed": _("%(n)s changed"),
        "same": _("%(n)s as before"),
        "removed": _("%(n)s removed"),
        "asked": _("%(n)s wait for your decision"),
    }
    return ", ".join(words[name] % {"n": counts[name]} for name in words if name in counts) or _("Nothing to do.")
