"""What people do with a template from its page. Everybody sees the page; who may write templates acts."""

from django.contrib import messages
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from templates_app import languages
from templates_app.models import MessageTemplate
from templates_app.pages import for_template, writer_required
from templates_app.services import submitting, sync, unpausing, writing


@for_template
@writer_required
def act(request, template):
    """What needs no words: the buttons of the page."""
    what = ACTIONS.get(request.POST.get("do", ""))
    if request.method != "POST" or what is None:
        return redirect("templates_app:detail", template.pk)
    try:
        return what(request, template) or redirect("templates_app:detail", template.pk)
    except (submitting.CannotSubmit, unpausing.CannotUnpause) as problem:
        messages.error(request, problem.words)
    except submitting.NotReady:
        messages.error(
            request, _("It is not ready yet. What is wrong stands beside each field; nothing was submitted.")
        )
        return redirect("templates_app:edit", template.pk)
    return redirect("templates_app:detail", template.pk)


def _submit(request, template: MessageTemplate):
    submitting.submit(template, request.user)
    messages.success(request, _("It is being handed to Meta."))


def _sync(request, template: MessageTemplate):
    sync.start(template.account, request.user)
    return redirect("templates_app:sync")


def _unpause(request, template: MessageTemplate):
    unpausing.unpause(template, request.user)
    messages.success(request, _("Meta lets it go on. Its status is read now."))


ACTIONS = {"submit": _submit, "sync": _sync, "unpause": _unpause}


@for_template
@writer_required
def add_language(request, template):
    """The same name in one more language: a draft with the text of this one, to be translated."""
    if request.method != "POST":
        return redirect("templates_app:detail", template.pk)
    language = languages.code_of(request.POST.get("language", ""))
    if not language:
        messages.error(request, _("Choose one of the languages in the list."))
        return redirect("templates_app:detail", template.pk)
    try:
        added = writing.add_language(template, language, request.user)
    except writing.CannotWrite as problem:
        messages.error(request, problem.words)
        return redirect("templates_app:detail", template.pk)
    return redirect("templates_app:edit", added.pk)
