"""One line of an imported file: mended and checked again at once, or left out."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from catalog import import_telling
from catalog.files.values import NAMES
from catalog.models import ImportLine
from catalog.pages import member_page, show
from catalog.services import import_lines
from workspaces import services


@member_page
def line(request, pk):
    """Its fields and what is wrong with them. POST takes what was written; in a list the line alone is redrawn."""
    lines = ImportLine.objects.for_workspace(request.workspace).select_related("made", "workspace")
    found = get_object_or_404(lines, pk=pk)
    if request.method != "POST":
        return _page(request, found)
    if not services.may_market(request.role):
        raise PermissionDenied
    try:
        if request.POST.get("act") == "leave_out":
            found = import_lines.leave_out(found)
        else:
            found = import_lines.mend(found, _written(request, found))
    except import_lines.Busy:
        messages.error(request, _("This line can be changed no more: it was taken over, or its import is over."))
        return _to_import(request, found)
    if request.htmx:
        return _redrawn(request, found)
    if found.state == ImportLine.State.BAD:
        return _page(request, found, status=422)
    return _to_import(request, found)


def _written(request, found: ImportLine) -> dict[str, str]:
    """A field that the file does not have, and that nobody wrote anything into, is not named."""
    known = found.values if isinstance(found.values, dict) else {}
    given = {name: request.POST[name] for name in NAMES if name in request.POST}
    return {
        name: text
        for name, text in given.items()
        if (text or name in known) and _plain(text) != _plain(str(known.get(name, "")))
    }


def _plain(text: str) -> str:
    """Browsers write the ends of lines in their own way, which is no change."""
    return text.replace("\r\n", "\n")


def _page(request, found: ImportLine, status: int = 200):
    context = {"line": import_telling.tell(found), "made": found.made}
    return show(request, "import_line.html", _("Line %(line)s") % {"line": found.line}, context, status)


def _to_import(request, found: ImportLine):
    url = reverse("catalog:import", args=[found.made_id])
    return HttpResponse(headers={"HX-Redirect": url}) if request.htmx else redirect(url)


def _redrawn(request, found: ImportLine) -> HttpResponse:
    """The line, and the head of the page whose figures it changed."""
    found.made.refresh_from_db()
    facts = {**import_telling.facts_of(found.made), "may_market": True}
    facts["filters"] = import_telling.filters_of(facts["counts"], ImportLine.State.BAD)
    context = {"line": import_telling.tell(found), "is_fresh": True, **facts}
    names = ("catalog/_import_line.html", "catalog/_import_head.html")
    return HttpResponse("".join(render_to_string(name, context, request=request) for name in names))
