from django.conf import settings

from workspaces import services


def workspace(request):
    """What every page may ask: where am I, and what may I do here?"""
    if not hasattr(request, "role"):
        return {}
    return {
        "workspace": request.workspace,
        "may_manage": services.may_manage(request.role),
        "may_reply": services.may_reply(request.role),
        "sandbox_url": settings.SANDBOX_URL,
    }
