"""What people do with a template from its page. Everybody sees the page; who may write templates acts."""

from django.contrib import messages
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from templates_app import languages
from templates_app.models import MessageTemplate
from templates_app.pages import for_template, writer_required
from templates_app.services import writing

LIST = "admin:templates_app_messagetemplate_changelist"


@for_template
@writer_required
def act(request, template):
    """What needs no words: the buttons of the page."""
    what = ACTIONS.get(request.POST.get("do", ""))
    if request.method != "POST" or what is None:
        return redirect("templates_app:detail", template.pk)
    try:
        return what(request, template) or redirect("templates_app:detail", template.pk)
    except writing.CannotWrite as problem:
        messages.error(request, problem.words)
    return redirect("templates_app:detail", template.pk)


def _discard(request, template: MessageTemplate):
    if writing.discard(template, request.user):
        messages.success(request, _("The draft “%(name)s” is gone.") % {"name": template})
        return redirect(LIST)
    messages.success(request, _("The changes are gone. The template is as Meta has it."))
    return None


ACTIONS = {"discard": _discard}


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
    return redirect("templates_app:detail", added.pk)
