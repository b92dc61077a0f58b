"""How the shop wants its inbox: its managers change it, the others read it. And each person's own switch: on duty."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponseNotAllowed
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from inbox import working
from inbox.services import duty as duties
from inbox.services import inbox_settings
from inbox.settings_form import SettingsForm
from workspaces import services as workspaces
from workspaces.middleware import workspace_required


@workspace_required
def settings(request):
    may_change = workspaces.may_manage(request.role)
    wanted = inbox_settings.of(request.workspace.pk)
    form = SettingsForm(wanted, request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        if not may_change:
            raise PermissionDenied
        if form.is_valid():
            inbox_settings.change(request.workspace, request.user, form.values())
            messages.success(request, _("The inbox settings are kept."))
            return redirect("inbox:settings")
        status = 409
    context = {"form": form, "may_change": may_change, "now": timezone.localtime()}
    return render(request, "inbox/settings.html", context, status=status)


@workspace_required
def duty(request):
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    if not workspaces.may_reply(request.role):
        raise PermissionDenied
    duties.switch(request.workspace, request.user, on=request.POST.get("on") == "1")
    if request.htmx:
        return render(request, "inbox/_duty.html", working.duty(request))
    return redirect("inbox:list")
