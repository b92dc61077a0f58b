"""The doctor as a page of the admin, for support."""

from django.contrib import admin
from django.http import Http404
from django.shortcuts import render
from django.utils.translation import gettext as _

from workspaces import doctor

# A person waits: what is not asked by then is said not to be.
SECONDS, ACCOUNTS = 20, 5


def doctor_page(request):
    """GET asks what is near; POST asks Meta too. In the page and by no task: the workers may be what is ill."""
    if not request.user.is_support:
        raise Http404
    asks_meta = request.method == "POST"
    results = doctor.examine(asks_meta=asks_meta, seconds=SECONDS, accounts=ACCOUNTS)
    context = {
        **admin.site.each_context(request),
        "title": _("Doctor"),
        "asked_meta": asks_meta,
        "faults": [each for each in results if each.state == doctor.State.FAULT],
        "results": results,
    }
    return render(request, "workspaces/doctor.html", context)
