from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import LoginView
from django.shortcuts import get_object_or_404, redirect, render

from workspaces import services
from workspaces.middleware import SESSION_KEY


class LogIn(LoginView):
    """The one log-in page. Throttled by django-axes for each name and address."""

    template_name = "workspaces/login.html"
    redirect_authenticated_user = True


def client_address(request) -> str:
    """The person's address: the one that the outermost of our own proxies saw. Others could be written by anybody."""
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
    if settings.PROXY_COUNT and len(forwarded) >= settings.PROXY_COUNT:
        return forwarded[-settings.PROXY_COUNT].strip()
    return request.META.get("REMOTE_ADDR", "")


def locked_out(request, credentials=None, *args, **kwargs):
    minutes = int(settings.AXES_COOLOFF_TIME * 60)
    return render(request, "workspaces/locked_out.html", {"minutes": minutes}, status=429)


@login_required
def home(request):
    """Where each person's day begins: support in admin, a member in the inbox."""
    if request.user.is_support and not request.workspace:
        return redirect("admin:index")
    return redirect("inbox:list" if request.workspace else "workspaces:switch")


@login_required
def switch(request):
    """Choose the workspace to work in. Support may also choose none, and so see all of them in admin."""
    mine = services.workspaces_of(request.user)
    if request.method == "POST":
        if request.POST.get("workspace") == "all" and request.user.is_support:
            request.session.pop(SESSION_KEY, None)
            return redirect("admin:index")
        wanted = request.POST.get("workspace", "")
        workspace = get_object_or_404(mine, pk=wanted if wanted.isdecimal() else 0)
        request.session[SESSION_KEY] = workspace.pk
        return redirect("workspaces:home")
    return render(request, "workspaces/switch.html", {"workspaces": mine.order_by("name")})
