"""Telling a shop's owners and admins about an incident, by e-mail."""

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from meta_integration.models import Incident
from meta_integration.services import waiting
from workspaces.mail import mail, managers_of

Kind = Incident.Kind
CONNECTION, NUMBERS = "admin:meta_integration_waba_changelist", "admin:meta_integration_phonenumber_changelist"
TEMPLATES = "admin:templates_app_messagetemplate_changelist"
CATALOG = "catalog:home"
# Where each kind is mended. What is not named here is nobody's errand in the shop.
PAGES = {
    Kind.CONNECTION_BROKEN: CONNECTION,
    Kind.CONNECTION_UNSURE: CONNECTION,
    Kind.ACCESS_EXPIRES: CONNECTION,
    Kind.SUBSCRIPTION_LOST: CONNECTION,
    Kind.ACCOUNT_STOPPED: CONNECTION,
    Kind.ACCOUNT_RESTRICTED: CONNECTION,
    Kind.ACCOUNT_WARNING: CONNECTION,
    Kind.NUMBER_STOPPED: NUMBERS,
    Kind.NUMBER_SILENT: NUMBERS,
    Kind.QUALITY_DROPPED: NUMBERS,
    Kind.CATALOG_BROKEN: CATALOG,
    Kind.TEMPLATE_STOPPED: TEMPLATES,
    Kind.CATALOG_REMOVALS: CATALOG,
}


def page_of(incident: Incident) -> str:
    """The page that mends it; empty where nobody of the shop can."""
    subject = incident.key.partition(":")[2]
    if incident.kind == Kind.TEMPLATE_STOPPED and subject.isdecimal():
        return reverse("admin:templates_app_messagetemplate_change", args=[subject])
    if PAGES.get(incident.kind) == NUMBERS and incident.account:
        number = incident.account.numbers.filter(phone_number_id=subject).first()
        if number:
            return reverse("admin:meta_integration_phonenumber_change", args=[number.pk])
    return reverse(PAGES[incident.kind]) if incident.kind in PAGES else ""


def tell(incident: Incident) -> None:
    """Mail those who can mend it, after the transaction, and write down who they were."""
    addresses = managers_of(incident.workspace) if incident.kind in PAGES else []
    if not addresses:
        return
    subject = _("%(shop)s: %(what)s") % {"shop": incident.workspace, "what": incident.get_kind_display()}
    mail(addresses, subject, _body(incident))
    now = timezone.now().isoformat(timespec="seconds")
    told = [*incident.told, *({"who": address, "at": now} for address in addresses)]
    Incident.objects.filter(pk=incident.pk).update(told=told)


def _body(incident: Incident) -> str:
    lines = [
        incident.evidence,
        " ".join(filter(None, [what_we_did(incident.kind), waiting.of_account(incident.account).words])),
        _("What to do: %(url)s") % {"url": settings.PUBLIC_URL + page_of(incident)},
        _("Account: %(account)s (%(waba_id)s)") % {"account": incident.account, "waba_id": incident.account.waba_id},
        _("You get this because you manage %(shop)s at Galantis.") % {"shop": incident.workspace},
    ]
    return "\n\n".join(filter(None, lines)) + "\n"


def what_we_did(kind: str) -> str:
    """What became of the shop's messages, in its people's words."""
    words = {
        Kind.CONNECTION_BROKEN: _(
            "Messages are kept and wait. They go out by themselves after you reconnect, unless the 24 hours in which "
            "customers may be answered freely are over by then."
        ),
        Kind.CONNECTION_UNSURE: _(
            "Messages are kept and wait. Galantis asks Meta every minute, and they go out as soon as it says yes."
        ),
        Kind.ACCOUNT_STOPPED: _("Messages of this account are kept and wait."),
        Kind.NUMBER_STOPPED: _("Messages of this number are kept and wait."),
        Kind.ACCESS_EXPIRES: _("Messages still go out."),
        Kind.SUBSCRIPTION_LOST: _("Galantis asks Meta for them again by itself. Until then, answers do not come in."),
        Kind.NUMBER_SILENT: _("Galantis checked the connection and asked Meta for webhooks again."),
        Kind.TEMPLATE_STOPPED: _("What waits with it goes out when Meta lets it be sent again."),
        Kind.CATALOG_BROKEN: _(
            "Messages flow. Changed products wait and go to Meta by themselves when there is a new access."
        ),
        Kind.CATALOG_REMOVALS: _(
            "Nothing is removed before somebody says so. WhatsApp shows these products as before."
        ),
        Kind.QUALITY_DROPPED: _("Campaigns go out more slowly from this number for now."),
        Kind.ACCOUNT_RESTRICTED: _("What Meta does not allow now waits until it does."),
    }
    return words.get(kind, "")
