"""A look at single templates at Meta: after an event that leaves something open, and after a refusal."""

from datetime import timedelta

import structlog
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from meta_integration.graph.client import MetaGraphClient
from meta_integration.graph.errors import GraphError, RateLimited, TokenRejected
from meta_integration.models import WABA, Incident
from meta_integration.services import clients, watch
from meta_integration.walk import text_in
from templates_app import statuses
from templates_app.models import MessageTemplate, TemplateEvent
from templates_app.services import news
from templates_app.services.reading import Listed, Unreadable, language_of, listed, moment

log = structlog.get_logger(__name__)
# A look that takes longer died with its worker; one that failed is tried again after that.
LEASE = timedelta(minutes=5)
MOST_AT_ONCE = 20
# A pause ends by itself, and Meta's word of it may get lost: while messages wait, it is asked as often.
PAUSED_EVERY = timedelta(hours=1)


def due() -> QuerySet[MessageTemplate]:
    """Those to be asked about by now. What belongs to a broken connection waits until it works again."""
    connected = MessageTemplate.objects.filter(account__state=WABA.State.CONNECTED, account__suspected_at=None)
    return connected.filter(ask_after__lte=timezone.now())


def ask_due() -> int:
    """Ask Meta about them, the longest waiting first. Returns how many."""
    asked = 0
    _note_the_paused()
    for template in due().select_related("account__workspace").order_by("ask_after", "pk")[:MOST_AT_ONCE]:
        until = timezone.now() + LEASE
        mine = MessageTemplate.objects.filter(pk=template.pk, ask_after=template.ask_after)
        if not mine.update(ask_after=until):
            continue  # Another worker has it.
        asked += 1
        if _ask(template):
            MessageTemplate.objects.filter(pk=template.pk, ask_after=until).update(ask_after=None)
    return asked


def _note_the_paused() -> None:
    """Those that something waits for, which is what an open incident says."""
    stopped = Incident.objects.filter(kind=Incident.Kind.TEMPLATE_STOPPED, closed_at=None).values_list("key", flat=True)
    pks = [int(key.rpartition(":")[2]) for key in stopped]
    if pks:
        now = timezone.now()
        waited_for = MessageTemplate.objects.filter(pk__in=pks, status=statuses.PAUSED, ask_after=None)
        waited_for.filter(seen_at__lte=now - PAUSED_EVERY).update(ask_after=now)


def look(client: MetaGraphClient, template: MessageTemplate) -> Listed | None:
    """What Meta lists under its name and language; None where it lists nothing. Raises GraphError, Unreadable."""
    found = []
    for row in client.message_templates(template.account.waba_id, name=template.name):
        same = text_in(row, "name") == template.name and language_of(text_in(row, "language")) == template.language
        found += [listed(row)] if same else []
    # One that is being deleted is listed beside the one that was made in its place.
    found.sort(key=lambda each: each.facts.status in statuses.GOING)
    return found[0] if found else None


def _ask(template: MessageTemplate) -> bool:
    """Whether there was an answer. Nothing in the list is no proof that it is gone: full readings decide that."""
    started, account = timezone.now(), template.account
    try:
        found = look(clients.graph_client_for(account), template)
    except Unreadable:
        return True
    except (GraphError, clients.NoToken) as exc:
        log.warning("Meta could not be asked about a template", template=template.pk, reason=str(exc))
        if isinstance(exc, TokenRejected):
            watch.refused(account, exc)
        if isinstance(exc, RateLimited) and exc.retry_after:
            later = timezone.now() + max(LEASE, timedelta(seconds=exc.retry_after))
            MessageTemplate.objects.filter(account=account, ask_after__lte=later).update(ask_after=later)
        return False
    if found:
        with transaction.atomic():
            news.apply_reading(template, found, at=moment(started), source=TemplateEvent.Source.SYNC)
    return True
