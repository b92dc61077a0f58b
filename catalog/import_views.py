"""Files of products: chosen, looked at, taken over or given up, and products taken away as a file."""

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from catalog import exporting, import_telling, money, seeding
from catalog.files import writing
from catalog.models import ImportLine, ProductImport, ProductItem
from catalog.pages import live_part, marketer_required, member_page, part_or_nothing, show
from catalog.services import import_progress, importing
from workspaces.throttle import is_too_often

State, Mode = ProductImport.State, ProductImport.Mode
MOVING = (State.READING, State.APPLYING)
SHOWN = 50
# Each is kept and read. In so many seconds.
MOST_FILES = (30, 600)


@member_page
def imports(request):
    """The latest, newest first."""
    mine = ProductImport.objects.for_workspace(request.workspace).select_related("created_by")
    rows = list(mine.order_by("-pk")[:SHOWN])
    for made in rows:
        made.badge = import_telling.STATE_BADGES.get(made.state, "")
    return show(request, "imports.html", _("Imports of products"), {"rows": rows})


@member_page
@marketer_required
def import_new(request):
    """Choose a file. What is none of products is refused at once; the rest is read in the background."""
    given = {"currency": _usual_currency(request.workspace), "mode": Mode.UPDATE}
    problem, status = "", 200
    if request.method == "POST":
        given = {name: request.POST.get(name, "").strip() for name in given}
        given["currency"] = given["currency"].upper()
        try:
            made = _started(request, given)
        except importing.CannotImport as refused:
            problem, status = str(refused), 422
        else:
            return redirect("catalog:import", made.pk)
    context = {
        "given": given,
        "problem": problem,
        "modes": Mode.choices,
        "most": importing.LARGEST_FILE // importing.MB,
    }
    return show(request, "import_new.html", _("Import products"), context, status)


def _started(request, given: dict) -> ProductImport:
    """Raises CannotImport."""
    if is_too_often(f"import:{request.workspace.pk}", *MOST_FILES):
        raise importing.CannotImport(_("Many files came just now. This one was not kept; try again in ten minutes."))
    file = request.FILES.get("file")
    if file is None:
        raise importing.CannotImport(_("Choose a file first."))
    if not money.is_currency(given["currency"]):
        raise importing.CannotImport(_("Write the three letters of a currency, like USD or EUR."))
    if given["mode"] not in Mode.values:
        raise importing.CannotImport(_("Choose what the file is: additions and changes, or the whole list."))
    return importing.start(request.workspace, file, file.name, request.user, **given)


def _usual_currency(workspace) -> str:
    last = ProductImport.objects.for_workspace(workspace).exclude(currency="").order_by("-pk")
    items = ProductItem.objects.for_workspace(workspace).exclude(currency="").order_by("-pk")
    return next((each for rows in (last, items) for each in rows.values_list("currency", flat=True)[:1]), "USD")


@member_page
def import_page(request, pk):
    """What was found in the file: while it is read how far that is, then its lines."""
    made = _import_of(request, pk)
    if made.state in MOVING:
        context = {"made": made, "part": _progress(request, made), "is_moving": True}
        return show(request, "import.html", _("Import of “%(name)s”") % {"name": made}, context)
    facts = import_telling.facts_of(made)
    chosen = import_telling.chosen_filter(request.GET.get("lines", ""), facts["counts"])
    context = {
        **facts,
        "filters": import_telling.filters_of(facts["counts"], chosen),
        "chosen": chosen,
        "lines": import_telling.lines_of(made, chosen, facts["counts"], request.GET.get("page")),
        "columns": import_telling.columns_told(made),
        "is_broken": chosen == ImportLine.State.BAD,
    }
    return show(request, "import.html", _("Import of “%(name)s”") % {"name": made}, context)


@member_page
def import_state(request, pk):
    """How far it is; once that is over the whole page is asked for again."""
    made = _import_of(request, pk)
    if made.state not in MOVING:
        return HttpResponse(headers={"HX-Refresh": "true"})
    return part_or_nothing(_progress(request, made))


def _progress(request, made: ProductImport) -> str:
    context = {
        "made": made,
        "percent": import_progress.percent_of(made.pk),
        "url": reverse("catalog:import_state", args=[made.pk]),
    }
    return live_part(request, "_import_progress.html", context, is_moving=True)


@member_page
def act(request, pk):
    """Take the good lines over, or give it all up."""
    made = _import_of(request, pk)
    return _acted(request, made)


@require_POST
@marketer_required
def _acted(request, made: ProductImport):
    if request.POST.get("act") == "give_up":
        if importing.give_up(made, request.user):
            messages.success(request, _("Given up. Nothing of the file was taken over."))
        return redirect("catalog:imports")
    try:
        importing.take_over(made, request.user, removes_anyway=request.POST.get("removes_anyway") == "yes")
    except importing.CannotImport as refused:
        messages.error(request, str(refused))
    return redirect("catalog:import", made.pk)


@member_page
def broken(request, pk):
    """The broken lines with what is wrong, to be mended in a spreadsheet and imported as a file of their own."""
    made = _import_of(request, pk)
    lines = ImportLine.objects.for_workspace(request.workspace).filter(made=made, state=ImportLine.State.BAD)
    names = [name for name in writing.HEADINGS if any(column[1:] == [name] for column in _pairs(made))]
    names = names or ["retailer_id"]
    rows = (_broken_row(line, names) for line in lines.order_by("line").iterator(1000))
    head = [*(writing.HEADINGS[name] for name in names), "line", "reason"]
    return exporting.streamed(f"{made.file_name.rpartition('.')[0] or made.file_name}-broken", head, rows)


def _pairs(made: ProductImport) -> list[list]:
    return [each for each in made.columns if isinstance(each, list)] if isinstance(made.columns, list) else []


def _broken_row(line: ImportLine, names: list[str]) -> list[str]:
    texts = line.values if isinstance(line.values, dict) else {}
    told = import_telling.tell(line)
    return [*(str(texts.get(name, "")) for name in names), str(line.line), " ".join(told.sentences)]


@member_page
def sample(request):
    """A file to begin with: all columns, and two products. In the demo their pictures are those of the local Meta."""
    examples = ({**each, "image_link": seeding.picture(each["retailer_id"])} for each in writing.EXAMPLES)
    rows = ([each.get(name, "") for name in writing.HEADINGS] for each in examples)
    return exporting.streamed("sample", writing.HEADINGS.values(), rows)


@member_page
def export(request):
    """All products of the workspace, or those of a status, source or wish, or that a word finds."""
    products = ProductItem.objects.for_workspace(request.workspace)
    for name in ("status", "source", "wanted"):
        if asked := request.GET.get(name, ""):
            products = products.filter(**{name: asked.replace("\x00", "")})
    if word := request.GET.get("q", "").replace("\x00", "").strip():
        products = products.filter(Q(title__icontains=word) | Q(retailer_id__icontains=word))
    return exporting.download(products)


def _import_of(request, pk) -> ProductImport:
    mine = ProductImport.objects.for_workspace(request.workspace).select_related(
        "workspace", "created_by", "applied_by"
    )
    return get_object_or_404(mine, pk=pk)
