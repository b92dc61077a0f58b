"""What Galantis looks at once an account is connected: how many templates there are."""

from django.utils import timezone

from meta_integration.graph.errors import GraphError
from meta_integration.models import WABA, GraphCall
from meta_integration.services import clients

PATH = "{waba_id}/message_templates"


def count_templates(account_pk: int) -> int | None:
    """Count what Meta lists and write it down. None when it gave no list to its end: the last count stays then."""
    account = WABA.objects.filter(pk=account_pk, state=WABA.State.CONNECTED).first()
    if account is None:
        return None
    try:
        count = sum(1 for _ in clients.graph_client_for(account).message_templates(account.waba_id))
    except (GraphError, clients.NoToken):  # A call that failed is kept, and the page says what it says.
        return None
    WABA.objects.filter(pk=account.pk).update(template_count=count, templates_read_at=timezone.now())
    return count


def templates_refused(account: WABA) -> GraphCall | None:
    """The call that failed when the templates were last to be read; None where none did since they were read."""
    calls = GraphCall.objects.filter(account=account, path=PATH, at__gte=account.connected_at)
    calls = calls.exclude(outcome__in=[GraphCall.Outcome.DONE, GraphCall.Outcome.SLOW])
    last = calls.order_by("-at").first()
    if last and account.templates_read_at and account.templates_read_at > last.at:
        return None
    return last
