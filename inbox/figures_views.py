"""The figures page, and the same as CSV. Everybody in the workspace sees it."""

from django.http import Http404
from django.shortcuts import render
from django.utils import formats
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _

from inbox import charts, figures, listing
from inbox.figures import Period
from meta_integration.models import PhoneNumber
from workspaces import sheets
from workspaces.middleware import workspace_required


@workspace_required
def page(request):
    found, number, numbers = _asked(request)
    context = {
        "found": found,
        "period": found.period,
        "ranges": figures.RANGES,
        "numbers": numbers,
        "number": number,
        "query": request.GET.urlencode(),
        "volume": charts.bars([(_day(day), [("in", each.came), ("out", each.answered)]) for day, each in _days(found)]),
        "cases": charts.bars(
            [(_day(day), [("opened", each.opened), ("resolved", each.resolved)]) for day, each in _days(found)]
        ),
        "heat": _heat(found),
        "hours": range(24),
    }
    return render(request, "inbox/figures.html", context)


@workspace_required
def as_csv(request, table):
    """One table: of days, hours, people or numbers. Durations in seconds."""
    found, _number, _numbers = _asked(request)
    if table == "hours":
        head, rows = [_("Weekday"), _("Hour"), _("Messages in")], _hour_rows(found)
    else:
        lines = {"days": found.days, "people": found.people, "numbers": found.numbers}.get(table)
        if lines is None:
            raise Http404
        head = [{"days": _("Day"), "people": _("Person"), "numbers": _("Number")}[table], *_columns()]
        rows = [[name, *vars(line).values()] for name, line in lines.items()]
    whole = [[round(cell) if isinstance(cell, float) else cell for cell in row] for row in rows]
    return sheets.download(f"inbox-{table}-{found.period.first}-{found.period.last}", head, whole)


def _asked(request):
    period = Period.read(request.GET, request.workspace.timezone)
    numbers = list(PhoneNumber.objects.for_workspace(request.workspace).order_by("-is_default", "pk"))
    wanted = listing.pk_of(request.GET.get("number"))
    number = next((each for each in numbers if each.pk == wanted), None)
    return figures.of(request.workspace, period, number.pk if number else None), number, numbers


def _columns() -> list[str]:
    """In the order of `figures.Line`."""
    return [
        _("Messages in"),
        _("Messages by people"),
        _("Messages by campaigns and Galantis"),
        _("New cases"),
        _("Cases answered"),
        _("First answer, median (seconds)"),
        _("First answer, nine of ten within (seconds)"),
        _("Cases resolved"),
        _("Resolution, median (seconds)"),
        _("Resolution, nine of ten within (seconds)"),
    ]


def _heat(found: figures.Figures) -> list[tuple[str, list[tuple[int, int]]]]:
    """A row for each weekday: its name, and for each hour how much came and how dark that is."""
    most = max(found.hours.values(), default=0)
    return [
        (
            WEEKDAYS[day - 1],
            [(count := found.hours.get((day, hour), 0), charts.shade(count, most)) for hour in range(24)],
        )
        for day in range(1, 8)
    ]


def _hour_rows(found: figures.Figures) -> list[list]:
    return [
        [str(WEEKDAYS[day - 1]), hour, found.hours.get((day, hour), 0)] for day in range(1, 8) for hour in range(24)
    ]


def _days(found: figures.Figures):
    return list(found.days.items())


def _day(day) -> str:
    return formats.date_format(day, "j M")
