"""What our own tables and marks tell: secrets that open, deliveries that are processed, signatures that hold."""

from collections.abc import Iterator
from datetime import timedelta

from cryptography.fernet import InvalidToken
from django.apps import apps
from django.db.models import Min
from django.utils import timezone
from django.utils.translation import gettext as _

from meta_integration import signatures
from meta_integration.desk.flow import WAITS_LONG, WAITS_TOO_LONG
from meta_integration.models import WebhookDelivery
from meta_integration.sealed import SealedTextField
from workspaces.doctor import Result, Visit, check, fault, ok, warning

# So many are opened: the keys are the same for all.
MOST_SECRETS = 2000
NAMED = 5


@check("sealed", needs=("migrations",))
def sealed(visit: Visit) -> Iterator[Result]:
    """Every stored access, PIN and secret opens with the keys there are."""
    fields = [(model, field) for model in apps.get_models() for field in model._meta.fields]
    columns = [(model, field.name) for model, field in fields if isinstance(field, SealedTextField)]
    closed, count = [], 0
    for model, column in columns:
        for row in model.objects.filter(**{f"{column}__isnull": False}).order_by("-pk")[:MOST_SECRETS]:
            count += 1
            try:
                getattr(row, column).open(row.workspace_id)
            except InvalidToken:
                closed.append(str(row))
    if closed:
        text = _("%(n)s of %(all)s stored secrets cannot be opened, such as those of: %(which)s.")
        step = _("Put the key they were encrypted with back into FIELD_ENCRYPTION_KEYS, behind the first. Where it is")
        step += " " + _("lost, these shops must connect again.")
        yield fault("sealed", text % {"n": len(closed), "all": count, "which": ", ".join(closed[:NAMED])}, step)
    else:
        yield ok("sealed", _("All %(n)s stored secrets can be opened.") % {"n": count})


@check("deliveries", needs=("migrations",))
def deliveries(visit: Visit) -> Iterator[Result]:
    """What Meta posted is processed soon."""
    now = timezone.now()
    waiting = WebhookDelivery.objects.filter(state=WebhookDelivery.State.RECEIVED, retry_at__lte=now)
    oldest = waiting.aggregate(oldest=Min("retry_at"))["oldest"]
    age = now - oldest if oldest else timedelta()
    if age <= WAITS_LONG:
        yield ok("deliveries", _("What Meta posts is processed as it comes."))
        return
    text = _("%(n)s deliveries of Meta wait to be processed, the oldest for %(min)s minutes.")
    text %= {"n": waiting[:10_000].count(), "min": int(age.total_seconds() // 60)}
    step = _("Is a worker of the queue “webhooks” running, and does its log complain? Start more of them.")
    yield (fault if age > WAITS_TOO_LONG else warning)("deliveries", text, step)


@check("signature", needs=("migrations", "valkey"))
def signature(visit: Visit) -> Iterator[Result]:
    """Meta signs with the secret that we have: whoever was turned away last, somebody was let in after."""
    refused = signatures.last_refused()
    accepted = WebhookDelivery.objects.order_by("-pk").values_list("received_at", flat=True).first()
    if refused is None or (accepted and accepted > refused + timedelta(seconds=1)):
        yield ok("signature", _("Nobody with a wrong signature was turned away since the last webhook was taken."))
        return
    text = _("A webhook with a wrong signature was turned away at %(at)s UTC, and none was taken since.")
    step = _("Compare META_APP_SECRET with the app's dashboard at Meta, and restart web. Meta posts again what was")
    step += " " + _("refused. If the secret is right, somebody else knocked: the next webhook of Meta's clears this.")
    yield fault("signature", text % {"at": f"{refused:%Y-%m-%d %H:%M}"}, step)
