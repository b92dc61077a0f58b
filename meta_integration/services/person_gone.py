"""A person took our app away at Meta, or wants their data deleted: what becomes of the accounts they gave access to."""

from datetime import UTC, datetime, timedelta

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.crypto import salted_hmac

from meta_integration.models import WABA, ConnectAttempt, DataDeletion
from meta_integration.services import watch
from meta_integration.services.disconnect import disconnect

CLOCKS_DIFFER = timedelta(minutes=5)


def deauthorized(facts: dict) -> int:
    """Ask Meta about each account of this person at once: the post alone is no proof that its access is gone."""
    accounts = list(_accounts_of(facts))
    for account in accounts:
        watch.suspect(account, "The person who connected it removed Galantis at Meta.", event=True)
    return len(accounts)


def delete_data(facts: dict, text: str) -> DataDeletion:
    """Forget the access that this person gave. The same request again is the same row, and finishes what was not done.

    The shop's own records stay: they are not the person's.
    """
    code = salted_hmac("meta_integration.data_deletion", text, algorithm="sha256").hexdigest()[:32]
    row, _ = DataDeletion.objects.get_or_create(confirmation_code=code)
    if row.done_at:
        return row
    accounts = list(_accounts_of(facts))
    for account in accounts:
        disconnect(account, None, "the person who connected it asked Meta to delete their data")
    ConnectAttempt.objects.filter(meta_user_id=facts["user_id"]).delete()
    row.done_at, row.account_count = timezone.now(), row.account_count + len(accounts)
    row.save(update_fields=["done_at", "account_count"])
    return row


def _accounts_of(facts: dict) -> QuerySet[WABA]:
    """Those connected with this person's access, and not long since the request was made: Meta's clock is not ours."""
    asked_at = datetime.fromtimestamp(facts["issued_at"], tz=UTC)
    theirs = WABA.objects.filter(meta_user_id=facts["user_id"], connected_at__lte=asked_at + CLOCKS_DIFFER)
    return theirs.exclude(state=WABA.State.DISCONNECTED).select_related("workspace").order_by("pk")
