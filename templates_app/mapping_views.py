"""What fills each gap of a template whenever nobody types it."""

from django.contrib import messages
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from templates_app.models import MessageTemplate
from templates_app.pages import for_template, show, writer_required
from templates_app.services import mapping as mappings
from templates_app.services.sources import FIXED, SOURCES, fitting


@for_template
@writer_required
def mapping(request, template):
    """Each gap with its source, and what goes in where the shop has nothing for a customer."""
    gaps, problems, status = mappings.gaps_to_choose(template), {}, 200
    chosen = template.mapping
    if request.method == "POST":
        chosen = _posted(request, gaps)
        try:
            mappings.choose(template, chosen, request.user)
        except mappings.CannotMap as refused:
            problems, status = {each.key: each.words for each in refused.problems}, 422
        else:
            messages.success(request, _("Kept. From now on these gaps are filled like this."))
            return redirect("templates_app:detail", template.pk)
    rows = [_row(gap, chosen.get(gap.key), problems.get(gap.key, "")) for gap in gaps]
    context = {"template": template, "rows": rows, "has_problems": bool(problems)}
    return show(request, "mapping.html", _("What fills %(name)s") % {"name": template}, context, status)


def _posted(request, gaps: list) -> dict:
    found = {}
    for gap in gaps:
        source, value = request.POST.get(f"{gap.key}.source", ""), request.POST.get(f"{gap.key}.value", "").strip()
        if source:
            found[gap.key] = {
                "source": source,
                **({"value" if source == FIXED else "fallback": value} if value else {}),
            }
    return found


def _row(gap, entry, problem: str) -> dict:
    entry = entry if isinstance(entry, dict) else {}
    is_written = gap.kind in mappings.WRITTEN
    value = entry.get("value") or entry.get("fallback") or ""
    return {
        "gap": gap,
        "sources": [each for each in fitting(gap.kind) if is_written or each.key != FIXED],
        "source": entry.get("source", ""),
        "is_written": is_written,
        "value": value if isinstance(value, str) else "",
        "problem": problem,
    }


def told(template: MessageTemplate) -> list[dict]:
    """Each gap and what fills it, in words, for the template's own page."""
    return [
        {"gap": gap, "words": _in_words(gap, template.mapping.get(gap.key))}
        for gap in mappings.gaps_to_choose(template)
    ]


def _in_words(gap, entry) -> str:
    source = SOURCES.get(entry.get("source")) if isinstance(entry, dict) else None
    if source is None:
        return _("the example file") if gap.default else _("given when it is sent")
    if source.key == FIXED:
        return _("always “%(value)s”") % {"value": entry.get("value", "")}
    if entry.get("fallback"):
        return _("%(source)s, else “%(fallback)s”") % {"source": source.label, "fallback": entry["fallback"]}
    return str(source.label)
