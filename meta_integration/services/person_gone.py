"""A person took our app away at Meta, or wants their data deleted: what becomes of the accounts they gave access to."""

from datetime import UTC, datetime, timedelta

from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.crypto import salted_hmac

from meta_integration import tasks
from meta_integration.models import WABA, ConnectAttempt, DataDeletion
from meta_integration.services import watch
from meta_integration.services.disconnect import disconnect
from workspaces import wakeups

CLOCKS_DIFFER = timedelta(minutes=5)


def deauthorized(facts: dict) -> int:
    """Ask Meta about each account of this person at once: the post alone is no proof that its access is gone."""
    accounts = list(_accounts_of(facts["user_id"], _moment(facts)))
    for account in accounts:
        watch.suspect(account, "The person who connected it removed Galantis at Meta.", event=True)
    return len(accounts)


def delete_data(facts: dict, text: str) -> DataDeletion:
    """Have the access that this person gave forgotten, by a task. The same request again is the same row.

    The shop's own records stay: they are not the person's.
    """
    code = salted_hmac("meta_integration.data_deletion", text, algorithm="sha256").hexdigest()[:32]
    asked = {"meta_user_id": facts["user_id"], "issued_at": _moment(facts)}
    row, _ = DataDeletion.objects.get_or_create(confirmation_code=code, defaults=asked)
    wakeups.wake_on_commit(tasks.delete_data)
    return row


def delete_what_was_asked() -> int:
    """Do what is not done yet, also what a process died over; return how many requests."""
    rows = list(DataDeletion.objects.filter(done_at=None).exclude(issued_at=None).order_by("pk"))
    for row in rows:
        for account in _accounts_of(row.meta_user_id, row.issued_at):
            disconnect(account, None, "the person who connected it asked Meta to delete their data")
            DataDeletion.objects.filter(pk=row.pk).update(account_count=F("account_count") + 1)
        ConnectAttempt.objects.filter(meta_user_id=row.meta_user_id).delete()
        DataDeletion.objects.filter(pk=row.pk).update(done_at=timezone.now(), meta_user_id="", issued_at=None)
    return len(rows)


def _moment(facts: dict) -> datetime:
    return datetime.fromtimestamp(facts["issued_at"], tz=UTC)


def _accounts_of(meta_user_id: str, asked_at: datetime) -> QuerySet[WABA]:
    """Those connected with this person's access, and not long since the request was made: Meta's clock is not ours."""
    theirs = WABA.objects.filter(meta_user_id=meta_user_id, connected_at__lte=asked_at + CLOCKS_DIFFER)
    return theirs.exclude(state=WABA.State.DISCONNECTED).select_related("workspace").order_by("pk")
