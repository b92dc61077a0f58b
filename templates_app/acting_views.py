"""What people do with a template from its page. Everybody sees the page; who may write templates acts."""

from django.contrib import messages
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from templates_app import languages, uses
from templates_app.models import MessageTemplate
from templates_app.pages import for_template, show, writer_required
from templates_app.services import deleting, submitting, sync, writing

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
    except (writing.CannotWrite, submitting.CannotSubmit) as problem:
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


def _discard(request, template: MessageTemplate):
    if writing.discard(template, request.user):
        messages.success(request, _("The draft “%(name)s” is gone.") % {"name": template})
        return redirect(LIST)
    messages.success(request, _("The changes are gone. The template is as Meta has it."))
    return None


def _sync(request, template: MessageTemplate):
    sync.start(template.account, request.user)
    return redirect("templates_app:sync")


ACTIONS = {"submit": _submit, "discard": _discard, "sync": _sync}


@for_template
@writer_required
def add_language(request, template):
    """The same name in one more language: a draft with the text of this one, to be translated."""
    if request.method != "POST":
        return redirect("templates_app:detail", template.pk)
    try:
        added = writing.add_language(template, languages.code_of(request.POST.get("language", "")), request.user)
    except writing.CannotWrite as problem:
        messages.error(request, problem.words)
        return redirect("templates_app:detail", template.pk)
    return redirect("templates_app:edit", added.pk)


@for_template
@writer_required
def delete(request, template):
    """What deleting means, asked once: this language or all of them."""
    same = MessageTemplate.objects.for_workspace(request.workspace).filter(account=template.account_id)
    same = same.filter(name=template.name).exclude(template_id="").order_by("language")
    if request.method == "POST":
        try:
            deleting.delete(template, request.user, all_languages=request.POST.get("which") == "all")
        except deleting.CannotDelete as problem:
            messages.error(request, problem.words)
        else:
            messages.success(request, _("“%(name)s” is being deleted at Meta.") % {"name": template})
        return redirect("templates_app:detail", template.pk)
    others = [each for each in same if each.pk != template.pk and each.status_facts.may_delete]
    context = {
        "template": template,
        "others": others,
        "uses": uses.uses_of(template),
        "uses_of_others": [use for each in others for use in uses.uses_of(each)],
    }
    return show(request, "delete.html", _("Delete “%(name)s”") % {"name": template.name}, context)
