"""What Meta posts when a person takes our app away or wants their data deleted, and the page that tells them of it."""

import structlog
from django.conf import settings
from django.http import HttpResponse, HttpResponseBadRequest, HttpResponseForbidden, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from meta_integration.models import DataDeletion
from meta_integration.services import person_gone, signed_request
from workspaces.throttle import throttled

log = structlog.get_logger(__name__)


def signed_by_meta(view):
    """For Meta alone: the view gets what the signed request says, and its text. Anything else leaves no trace."""

    @csrf_exempt
    @require_POST
    def inner(request):
        text = request.POST.get("signed_request", "")
        try:
            facts = signed_request.read(text)
        except signed_request.NotReadable:
            return HttpResponseBadRequest()
        except signed_request.NotSigned:
            return HttpResponseForbidden()
        return view(request, facts, text)

    return inner


@signed_by_meta
def deauthorize(request, facts: dict, text: str):
    count = person_gone.deauthorized(facts)
    log.info("Meta says that a person removed Galantis", accounts=count)
    return HttpResponse()


@signed_by_meta
def data_deletion(request, facts: dict, text: str):
    row = person_gone.delete_data(facts, text)
    log.info("Meta says that a person wants their data deleted", request=row.pk)
    url = settings.PUBLIC_URL + reverse("public:deletion_status", args=[row.confirmation_code])
    return JsonResponse({"url": url, "confirmation_code": row.confirmation_code})


@require_GET
@never_cache
@throttled("data-deletion", most=60, seconds=300)
def deletion_status(request, code: str):
    """What became of a request, for whoever has its code."""
    row = get_object_or_404(DataDeletion, confirmation_code=code)
    return render(request, "meta_integration/deletion_status.html", {"row": row})
