"""The customer panel: who this is, what they want, what they bought; and what a person changes of it."""

from functools import wraps

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from inbox import conversation
from inbox.models import Contact, Tag, Thread
from inbox.services import customers, merging
from inbox.views import thread_of
from workspaces import services as workspaces
from workspaces.middleware import workspace_required


@workspace_required
def customer(request, pk):
    """The panel alone: for htmx, and as a page on a phone or without JavaScript."""
    return _panel(request, thread_of(request, pk))


def changes(change):
    """A form of the panel: it answers with the panel, or with what is wrong beside what was typed."""

    @workspace_required
    @wraps(change)
    def view(request, pk):
        current = thread_of(request, pk)
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if not workspaces.may_reply(request.role):
            raise PermissionDenied
        try:
            change(request, current)
        except customers.NotDone as exc:
            wrong = {"wrong": change.__name__, "wrong_words": str(exc)}
            return _panel(request, current, status=409, typed=request.POST, **wrong)
        return _panel(request, current) if request.htmx else redirect("inbox:customer", pk)

    return view


@changes
def details(request, current: Thread) -> None:
    customers.describe(current.contact, request.POST.get("name", ""), request.POST.get("language", ""))


@changes
def offers(request, current: Thread) -> None:
    state, proof = request.POST.get("state", ""), request.POST.get("proof", "")
    customers.note_consent(current, state, proof, request.user)


@changes
def tags(request, current: Thread) -> None:
    if removed := request.POST.get("remove", ""):
        mine = Tag.objects.for_workspace(request.workspace)
        customers.remove_tag(current, get_object_or_404(mine, pk=_number(removed)), request.user)
    else:
        customers.add_tag(current, request.POST.get("tag", ""), request.user, request.POST.get("color", ""))


@changes
def attributes(request, current: Thread) -> None:
    was = request.POST.get("was", "")
    value = "" if "remove" in request.POST else request.POST.get("value", "")
    customers.set_attribute(current.contact, request.POST.get("key", was), value, was)


@workspace_required
def merge(request, pk, other_pk):
    """Asks whether two entries are one customer, says what will happen, and does it."""
    current = thread_of(request, pk)
    other = get_object_or_404(Contact.objects.for_workspace(request.workspace), pk=other_pk)
    if not workspaces.may_reply(request.role):
        raise PermissionDenied
    if other.pk == current.contact_id:
        return redirect("inbox:customer", pk)
    problem = merging.why_not(current.contact, other)
    if request.method == "POST" and not problem:
        try:
            merging.by_hand(current.contact, other, request.user)
        except merging.CannotMerge as exc:
            problem = str(exc)
        else:
            messages.success(request, _("They are one customer now."))
            return redirect("inbox:customer", pk)
    threads = Thread.objects.for_workspace(request.workspace).filter(contact=other).select_related("number")
    context = {"thread": current, "contact": current.contact, "other": other, "problem": problem}
    context["other_threads"] = threads.order_by("pk")
    return render(request, "inbox/merge.html", context, status=409 if problem and request.method == "POST" else 200)


def _panel(request, current: Thread, **context):
    return conversation.show(request, current, page="inbox/customer.html", **context)


def _number(value: str) -> int:
    return int(value) if value.isdecimal() and len(value) < 18 else 0
