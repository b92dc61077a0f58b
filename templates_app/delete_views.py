"""Deleting a template at Meta, asked once."""

from django.contrib import messages
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from templates_app import statuses, uses
from templates_app.models import MessageTemplate
from templates_app.pages import for_template, show, writer_required
from templates_app.services import deleting


@for_template
@writer_required
def delete(request, template):
    """What deleting means, asked once: this language or all of them."""
    same = MessageTemplate.objects.for_workspace(request.workspace).filter(account=template.account_id)
    same = same.filter(name=template.name).exclude(status__in=statuses.GOING).order_by("language")
    if request.method == "POST":
        return _delete(request, template, all_languages=request.POST.get("which") == "all")
    others = list(same.exclude(pk=template.pk))
    context = {
        "template": template,
        "others": others,
        "drafts": [each.language for each in others if not each.template_id],
        "uses": uses.uses_of(template),
        "uses_of_others": [use for each in others for use in uses.uses_of(each)],
    }
    return show(request, "delete.html", _("Delete “%(name)s”") % {"name": template.name}, context)


def _delete(request, template: MessageTemplate, *, all_languages: bool):
    try:
        deleting.delete(template, request.user, all_languages=all_languages)
    except deleting.CannotDelete as problem:
        messages.error(request, problem.words)
        return redirect("templates_app:detail", template.pk)
    if template.template_id:
        messages.success(request, _("“%(name)s” is being deleted at Meta.") % {"name": template})
        return redirect("templates_app:detail", template.pk)
    messages.success(request, _("The draft “%(name)s” is gone.") % {"name": template})
    return redirect("admin:templates_app_messagetemplate_changelist")
