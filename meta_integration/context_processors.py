from django.db.models import Case, Value, When
from django.utils.functional import SimpleLazyObject

from meta_integration.models import Incident
from meta_integration.services.telling import PAGES


def trouble(request):
    """The open trouble that the shop's people must know of on every page: asked for only where it is shown."""
    return {"trouble": SimpleLazyObject(lambda: open_trouble(request))}


def open_trouble(request) -> dict:
    """The worst open incident of the workspace, and how many others there are. One query."""
    if not getattr(request, "workspace", None):
        return {}
    urgency = Case(*(When(kind=kind, then=Value(place)) for place, kind in enumerate(PAGES)))
    of_shop = Incident.objects.filter(workspace=request.workspace.pk, closed_at=None, kind__in=PAGES)
    found = list(of_shop.order_by(urgency, "-opened_at")[:10])
    return {"incident": found[0], "page": PAGES[found[0].kind], "others": len(found) - 1} if found else {}
