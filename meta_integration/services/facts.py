"""What Meta says of a token (`debug_token`): read, whatever its form, and judged."""

from datetime import UTC, datetime

from django.conf import settings
from django.utils.translation import gettext as _

from meta_integration.error_book import plain_words
from meta_integration.graph.errors import ErrorClass, GraphAPIError, as_int

PERMISSIONS = ["whatsapp_business_management", "whatsapp_business_messaging"]
# "No such object": for a token that lives, the account was taken from it.
NO_SUCH_OBJECT = (100, 33)


def scopes_of(facts: dict) -> list[str]:
    """The WhatsApp permissions may be named only among the granular ones."""
    granular = [entry.get("scope") for entry in granular_of(facts)]
    plain = facts.get("scopes")
    return sorted(
        {scope for scope in [*(plain if isinstance(plain, list) else []), *granular] if isinstance(scope, str)}
    )


def missing_in(facts: dict) -> list[str]:
    """The permissions without which nothing can be sent or received."""
    scopes = scopes_of(facts)
    return [name for name in PERMISSIONS if name not in scopes]


def granular_of(facts: dict) -> list[dict]:
    entries = facts.get("granular_scopes")
    return [entry for entry in entries if isinstance(entry, dict)] if isinstance(entries, list) else []


def moment(seconds) -> datetime | None:
    """A time as Meta writes it there: seconds since the epoch, and 0 for never."""
    seconds = as_int(seconds)
    return datetime.fromtimestamp(seconds, tz=UTC) if seconds else None


def ends_at(facts: dict) -> datetime | None:
    """When the token ends; None for one that never does."""
    return moment(facts.get("expires_at"))


def data_access_ends_at(facts: dict) -> datetime | None:
    return moment(facts.get("data_access_expires_at"))


def is_ours(facts: dict) -> bool:
    """Whether the token was given to our app."""
    return str(facts.get("app_id")) == settings.META_APP_ID


def trouble_of(facts: dict, waba_id: str) -> tuple[str, int | None] | None:
    """Why a token with these facts does not serve the account, in the merchant's words, with Meta's code; or None."""
    if not facts.get("is_valid"):
        error = facts.get("error") if isinstance(facts.get("error"), dict) else {}
        code, subcode = as_int(error.get("code")), as_int(error.get("subcode"))
        return plain_words(code, subcode) or _("Meta says that the access is no longer valid."), code
    if not is_ours(facts):
        return _("The access was given to another app than Galantis."), None
    if missing := missing_in(facts):
        return _("A permission was taken away at Meta: %(names)s.") % {"names": ", ".join(missing)}, 10
    if not _reaches(facts, waba_id):
        return _("The access no longer covers this WhatsApp Business Account."), 10
    return None


def _reaches(facts: dict, waba_id: str) -> bool:
    """A permission without `target_ids` is for all accounts."""
    entries = [entry for entry in granular_of(facts) if entry.get("scope") in PERMISSIONS]
    named = [entry["target_ids"] for entry in entries if isinstance(entry.get("target_ids"), list)]
    return all(waba_id in map(str, ids) for ids in named)


def is_about_access(error: GraphAPIError) -> bool:
    """Whether Meta refused a read of the account because of the access, not because of its own trouble."""
    return error.error_class is ErrorClass.TOKEN_DEAD or (error.code, error.subcode) == NO_SUCH_OBJECT
