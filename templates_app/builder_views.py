"""Writing a template: where it begins, the form beside the phone, what the rules say, and the files for its headers."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.datastructures import MultiValueDictKeyError
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from meta_integration.filetypes import NotAFileForWhatsApp
from meta_integration.pages import page
from templates_app import library
from templates_app.builder import kinds
from templates_app.builder.session import Editing
from templates_app.builder.starting import COPY, StartForm
from templates_app.languages import LANGUAGES, label_of
from templates_app.models import MessageTemplate
from templates_app.pages import for_template, member_page, writer_required
from templates_app.services import sample_files, submitting, writing
from workspaces import services as workspaces


# A new one ------------------------------------------------------------------------------------------------------------
@member_page
def new(request):
    """Blank, as a good example, in one of the shapes of messages, or as a copy (`?copy=<pk>`)."""
    if not workspaces.may_market(request.role):
        raise PermissionDenied
    asked = {"start": COPY, "copy": request.GET["copy"]} if "copy" in request.GET else {}
    begun = {"start": "blank", "language": "en_US", **asked}
    form = StartForm(request.workspace, request.POST or None, initial=begun)
    if form.is_valid() and (template := form.begin(request.user)):
        return redirect("templates_app:edit", template.pk)
    accounts = list(form.fields["account"].queryset)
    context = {
        "title": _("New template"),
        "form": form,
        "accounts": accounts,
        "account_pk": str(form["account"].value() or (accounts[0].pk if accounts else "")),
        "start": form["start"].value(),
        "blank": library.BLANK,
        "examples": library.EXAMPLES,
        "shapes": library.SHAPES,
        "has_catalog": any(writing.has_catalog(each) for each in accounts),
        "originals": form.choices_to_copy(),
        "original_pk": str(form["copy"].value() or ""),
        "languages": [label_of(code) for code in LANGUAGES],
        "may_manage": workspaces.may_manage(request.role),
    }
    return page(request, "templates_app/new.html", context)


# Writing --------------------------------------------------------------------------------------------------------------
@for_template
@writer_required
def edit(request, template):
    """The form beside the phone. Each of its buttons keeps what is written; so does a pause in typing."""
    if why := writing.may_write(template):
        return _closed(request, template, why)
    if request.method != "POST":
        return _form(request, Editing.opened(template))
    editing = Editing.posted(template, request.POST)
    _take_files(request, editing)
    what = request.POST.get("do", "")
    editing.do(what, request.POST)
    editing.save(request.user, _seen(request, what))
    if what == "autosave":
        return render(request, "templates_app/_saved.html", {"editing": editing})
    if what == "submit" and not (editing.conflict or editing.refused) and _submit(request, editing):
        return redirect("templates_app:detail", template.pk)
    if what.startswith(("save", "keep")) and not (editing.is_stopped or request.htmx):
        if editing.is_saved:
            messages.success(request, _("Saved. Meta sees it when you submit it."))
        return redirect("templates_app:edit", template.pk)
    return _form(request, editing)


@for_template
@writer_required
@require_POST
def check(request, template):
    """While somebody types: how it looks now, and what the rules say of it. Nothing is kept."""
    editing = Editing.posted(template, request.POST)
    return render(request, "templates_app/_checked.html", _shown(editing))


@for_template
@writer_required
def discard(request, template):
    """Asks first."""
    if request.method == "POST":
        try:
            is_gone = writing.discard(template, request.user)
        except writing.CannotWrite as exc:
            return _closed(request, template, exc.words)
        messages.success(request, _("What was written and not submitted is thrown away."))
        to_list = redirect("admin:templates_app_messagetemplate_changelist")
        return to_list if is_gone else redirect("templates_app:detail", template.pk)
    context = {"title": _("Throw away %(template)s") % {"template": template}, "template": template}
    return page(request, "templates_app/discard.html", context)


@for_template
@writer_required
@require_POST
def example(request, template):
    """A file for a header, as the page uploads it. Answers `asset`, its number, or `words` on what is wrong with it."""
    try:
        file, kind = request.FILES["file"], request.POST["kind"]
        asset = sample_files.keep(request.workspace, file, file.name, kind)
    except (MultiValueDictKeyError, KeyError):
        return JsonResponse({"words": _("No file came with it. Choose it again.")})
    except NotAFileForWhatsApp as exc:
        return JsonResponse({"words": str(exc)})
    return JsonResponse({"asset": asset.pk})


# Parts ----------------------------------------------------------------------------------------------------------------
def _form(request, editing: Editing):
    context = {
        **_shown(editing),
        "title": _("Write a template"),
        "languages": [label_of(code) for code in LANGUAGES],
        "categories": kinds.CATEGORIES.items(),
        "formats": kinds.FORMATS.items(),
        "names_of_gaps": kinds.NAMES_OF_GAPS,
        "edits": editing.edits_left(),
    }
    if request.htmx:
        return render(request, "templates_app/_builder.html", context)
    return page(request, "templates_app/edit.html", context)


def _shown(editing: Editing) -> dict:
    return {"editing": editing, "template": editing.template, "form": editing.form, "bubble": editing.bubble}


def _closed(request, template: MessageTemplate, why: str):
    context = {"title": _("Template %(template)s") % {"template": template}, "template": template, "why": why}
    if request.htmx:
        return HttpResponse(status=409, headers={"HX-Refresh": "true"})
    return page(request, "templates_app/closed.html", context, status=409 if request.method == "POST" else 200)


def _seen(request, what: str):
    """Which saving the page rests on; after a conflict a person may choose to rest on the other's."""
    try:
        return parse_datetime(what.removeprefix("keep:") if what.startswith("keep:") else request.POST.get("seen", ""))
    except ValueError:
        return None


def _take_files(request, editing: Editing) -> None:
    """Those of a browser without JavaScript: they come with the form."""
    for name, file in request.FILES.items():
        place = name.removesuffix(".upload")
        kind = editing.places.get(place)
        if kind is None:
            continue
        try:
            editing.take_file(place, sample_files.keep(request.workspace, file, file.name, kind))
        except NotAFileForWhatsApp as exc:
            editing.complain(place, str(exc))


def _submit(request, editing: Editing) -> bool:
    try:
        submitting.submit(editing.template, request.user)
    except submitting.NotReady:
        editing.turned_down = _("Meta would refuse it as it is. What is to be mended stands below.")
    except submitting.CannotSubmit as exc:
        editing.turned_down = exc.words
    else:
        return True
    return False
