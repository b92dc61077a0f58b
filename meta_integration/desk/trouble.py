"""Open incidents, the calls to Meta that failed, and what happened to the connection."""

from datetime import timedelta

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from meta_integration import error_book, history_words
from meta_integration.models import ConnectionEvent, GraphCall, Incident
from workspaces.desk import Link, Section, State, Table, moment
from workspaces.models import Workspace

# These do not stop messages by themselves.
MILD = {Incident.Kind.ACCESS_EXPIRES, Incident.Kind.QUALITY_DROPPED, Incident.Kind.ACCOUNT_WARNING}
MILD |= {Incident.Kind.ACCOUNT_ERROR, Incident.Kind.NUMBER_SILENT}


def incidents(workspace: Workspace) -> Section:
    found = list(Incident.objects.filter(workspace=workspace, closed_at=None).order_by("-last_seen_at")[:20])
    if not found:
        return Section(_("Open incidents"), State.GOOD, _("There is no open trouble."))
    grave = [each for each in found if each.kind not in MILD]
    head = [_("What"), _("Evidence"), _("Meta's code"), _("Since"), _("Seen")]
    rows = [
        [_link(each), each.evidence, _code(each.error_code), moment(each.opened_at), str(each.count)] for each in found
    ]
    worst = (grave or found)[0]
    sentence = _("Open: %(what)s, since %(since)s.") % {
        "what": worst.get_kind_display(),
        "since": moment(worst.opened_at),
    }
    state = State.BAD if grave else State.WARN
    return Section(_("Open incidents"), state, sentence, table=Table(head, rows))


def calls(workspace: Workspace) -> Section:
    latest = GraphCall.objects.filter(workspace=workspace).order_by("-pk")[:200]
    day, found = timezone.now() - timedelta(days=1), list(latest)
    failed = [each for each in found if each.at > day and each.outcome not in ("done", "slow")]
    head = [_("When"), _("Call"), _("Outcome"), _("Meta's code"), _("Milliseconds"), _("Meta's trace id")]
    rows = [
        [
            moment(each.at),
            str(each),
            each.get_outcome_display(),
            _code(each.code, each.subcode),
            str(each.milliseconds),
            each.fbtrace_id or "–",
        ]
        for each in found[:20]
    ]
    sentence = _("No call to Meta failed in the last 24 hours.")
    if failed:
        text = ngettext(
            "%(n)s kept call to Meta failed in the last 24 hours.",
            "%(n)s kept calls to Meta failed in the last 24 hours.",
            len(failed),
        )
        sentence = text % {"n": len(failed)}
    state = State.WARN if failed else State.GOOD
    return Section(_("Calls to Meta"), state, sentence, table=Table(head, rows) if rows else None)


def history(workspace: Workspace) -> Section:
    events = ConnectionEvent.objects.for_workspace(workspace).select_related("number", "account").order_by("-at")[:20]
    rows = [[moment(each.at), str(each.number or each.account), history_words.sentence(each)] for each in events]
    head = [_("When"), _("Of"), _("What happened")]
    sentence = _("What changed about the connection lately.") if rows else _("Nothing has changed yet.")
    return Section(_("History"), State.GOOD, sentence, table=Table(head, rows) if rows else None)


def _link(incident: Incident) -> Link:
    url = reverse("admin:meta_integration_incident_change", args=[incident.pk])
    return Link(str(incident.get_kind_display()), url)


def _code(code: int | None, subcode: int | None = None) -> Link | str:
    url = error_book.url_of(code, subcode)
    text = "–" if code is None else f"{code}/{subcode}" if subcode else str(code)
    return Link(text, url) if url else text
