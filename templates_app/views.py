"""A template's page, its state as open pages ask for it, its history and its versions. Everybody may look."""

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _

from templates_app import history, languages, mapping_views, statuses, uses, words
from templates_app.models import MessageTemplate, TemplateEvent
from templates_app.pages import for_template, live_part, member_page, part_or_nothing, said_by, show
from templates_app.preview import preview
from templates_app.services import edits, live_files
from templates_app.standing import standing
from workspaces.admin_base import CappedPaginator

EVENTS_SHOWN, EVENTS_ON_A_PAGE = 8, 50


@for_template
def detail(request, template):
    context = {**said_by(request), "template": template, "part": state_of(request, template)}
    context |= {"uses": uses.uses_of(template), "other_languages": _other_languages(template)}
    return show(request, "detail.html", _("Template %(name)s") % {"name": template}, context)


def _other_languages(template: MessageTemplate) -> list[tuple[str, str]]:
    """Those in which its name can still be written."""
    same = MessageTemplate.objects.for_workspace(template.workspace).filter(account=template.account_id)
    taken = set(same.filter(name=template.name).exclude(status=statuses.DELETED).values_list("language", flat=True))
    known = [(code, str(name)) for code, name in languages.LANGUAGES.items() if code not in taken]
    return sorted(known, key=lambda each: each[1])


@for_template
def status(request, template):
    """What may change by itself."""
    return part_or_nothing(state_of(request, template))


def state_of(request, template: MessageTemplate) -> str:
    """The part of the page that changes by itself."""
    same = MessageTemplate.objects.for_workspace(request.workspace).filter(account=template.account_id)
    same = same.filter(name=template.name).only("name", "language", "status", "missing_since", "work")
    all_samples = samples_of(template)
    samples = [each for each in all_samples if not each.place.startswith(live_files.LIVE)]
    context = {
        "template": template,
        "standing": standing(template),
        "languages": same.order_by("language"),
        "facts": facts_of(template),
        "price_effect": words.price_effect(template),
        "samples": samples,
        "gaps": mapping_views.told(template),
        "events": history.told(history.of(template)[:EVENTS_SHOWN]),
        "bubbles": bubbles_of(template, all_samples),
        "url": reverse("templates_app:status", args=[template.pk]),
    }
    # While it rests until the next try there is nothing to see; the workspace's counter tells of the rest.
    is_moving = template.is_at_work and not template.work_state.get("tries")
    return live_part(request, "_state.html", context, is_moving=is_moving)


def bubbles_of(template: MessageTemplate, samples: list) -> list[dict]:
    """The message on a phone: as Meta has it, and as it is being written."""
    media = {sample.place: sample.asset for sample in samples}
    found = []
    if template.components:
        mine = {"category": template.category, "components": template.components, "language": template.language}
        sent = {place: sample.asset for place, sample in live_files.of(samples).items()}
        found.append({"title": _("How customers see it"), "bubble": preview(mine, media=sent)})
    if template.draft is not None:
        title = _("What is being written") if found else _("How customers will see it")
        found.append({"title": title, "bubble": preview(template.design(), media=media)})
    return found


def facts_of(template: MessageTemplate) -> list[tuple[str, str]]:
    """What is known of it, in the merchant's words."""
    shown = template.design()
    facts = [
        (_("Language"), languages.label_of(template.language)),
        (_("Category"), words.category(str(shown.get("category") or "")) if shown.get("category") else "–"),
        (_("Category before"), words.category(template.previous_category) if template.previous_category else ""),
        (_("Quality"), words.quality(template.quality)),
        (_("Time to live"), words.seconds(shown.get("message_send_ttl_seconds") or -1)),
        (_("Changes that Meta still takes"), _edits_left(template)),
        (_("Account"), str(template.account)),
        (_("Meta's id"), template.template_id or "–"),
        (_("Last seen at Meta"), words.when(template.seen_at) or "–"),
    ]
    return [(name, value) for name, value in facts if value]


def _edits_left(template: MessageTemplate) -> str:
    """Meta counts the changes of approved templates only."""
    if not template.template_id or template.status != statuses.APPROVED:
        return ""
    left = edits.edits_left(template)
    if left.next_at and not (left.in_24_hours and left.in_30_days):
        return _("none before %(time)s") % {"time": words.when(left.next_at)}
    return _("%(day)s today, %(month)s within 30 days") % {"day": left.in_24_hours, "month": left.in_30_days}


def samples_of(template: MessageTemplate) -> list:
    """The example files and how far each has come on its way to Meta."""
    samples = list(template.samples.select_related("asset").order_by("place"))
    for sample in samples:
        size = sample.asset.size
        sample.percent = 100 if sample.handle else min(99, sample.sent_bytes * 100 // size) if size else 0
    return samples


@for_template
def history_page(request, template):
    """Everything that happened to it, newest first."""
    page = CappedPaginator(history.of(template), EVENTS_ON_A_PAGE).get_page(request.GET.get("page"))
    context = {"template": template, "page": page, "events": history.told(page.object_list)}
    return show(request, "history.html", _("History of “%(name)s”") % {"name": template}, context)


@member_page
def version(request, pk):
    """One version beside the one before it."""
    events = TemplateEvent.objects.for_workspace(request.workspace).select_related("template", "actor", "workspace")
    event = get_object_or_404(events, pk=pk)
    before, after = history.compared(event)
    context = {
        "template": event.template,
        "event": history.told([event])[0],
        "before": before,
        "rows": history.differences(before, after),
    }
    return show(request, "version.html", _("A version of “%(name)s”") % {"name": event.template}, context)
