"""My inbox settings: sound, notifications and language. Saved without JavaScript, too."""

from django.conf import settings
from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import override

from inbox.services import personal
from workspaces.middleware import workspace_required


@workspace_required
def me(request):
    if request.method == "POST":
        language = request.POST.get("language", "")
        language = language if language in dict(settings.LANGUAGES) else ""
        wishes = {name: request.POST.get(name) == "1" for name in ("wants_sound", "wants_notifications")}
        personal.change(request.workspace, request.user, language=language, **wishes)
        with override(language or None):
            messages.success(request, _("Your settings are kept."))
        return redirect("inbox:me")
    context = {
        "mine": personal.of(request.workspace, request.user),
        "languages": settings.LANGUAGES,
        "language": request.user.language,
    }
    return render(request, "inbox/me.html", context)
