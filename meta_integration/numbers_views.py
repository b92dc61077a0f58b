"""What owners and admins do with a number. Everybody sees its page, which is in the admin (admin_numbers.py)."""

from functools import wraps

from django.contrib import admin, messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from meta_integration.models import WABA, PhoneNumber
from meta_integration.numbers_forms import (
    AddNumberForm,
    CodeForm,
    CodeWayForm,
    NumberForm,
    PinForm,
    RegisterForm,
    RemoveForm,
    SeenForm,
)
from meta_integration.pages import manager_required
from meta_integration.services import numbers
from meta_integration.services.number_problems import NumberProblem


def for_number(view):
    """For managers: one of the workspace's own numbers, in the shop's own time."""

    @wraps(view)
    @manager_required
    def inner(request, pk):
        mine = PhoneNumber.objects.for_workspace(request.workspace).select_related("account", "workspace")
        with timezone.override(request.workspace.timezone):
            return view(request, get_object_or_404(mine, pk=pk))

    return inner


# Adding one, step by step: each can be left and come back to ----------------------------------------------------------
@manager_required
def add(request):
    mine = WABA.objects.for_workspace(request.workspace).filter(state=WABA.State.CONNECTED).order_by("-pk")
    form = AddNumberForm(mine, request.POST or None)
    if form.is_valid():
        account, *values = (form.cleaned_data[name] for name in form.fields)
        number = _try(form, numbers.add, account, request.user, *values)
        if number:
            return redirect("meta_integration:number_verify", number.pk)
    return _page(request, "number_add.html", _("Add a number"), form=form, accounts=mine)


@for_number
def verify(request, number):
    """Prove by a code that the phone is at hand."""
    is_way = request.method == "POST" and "method" in request.POST
    way = CodeWayForm(request.POST if is_way else None)
    form = CodeForm(request.POST if request.method == "POST" and not is_way else None)
    if not numbers.needs_code(number):
        return _next_step(number)
    if way.is_valid() and _try(way, numbers.ask_for_code, number, request.user, **way.cleaned_data):
        if numbers.needs_code(number):
            messages.success(request, _("Meta is sending the code to %(number)s.") % {"number": number})
        return redirect("meta_integration:number_verify", number.pk)
    if form.is_valid() and _try(form, numbers.verify, number, request.user, form.cleaned_data["code"]):
        messages.success(request, _("%(number)s is verified.") % {"number": number})
        return redirect("meta_integration:number_register", number.pk)
    return _page(request, "number_verify.html", _("Verify the number"), number, way=way, form=form)


@for_number
def register(request, number):
    form = RegisterForm(number, request.POST or None)
    if form.is_valid():
        if _try(form, numbers.register, number, request.user, **form.cleaned_data):
            messages.success(request, _("%(number)s is registered and can send.") % {"number": number})
            return _to(number)
        number.refresh_from_db()
        if numbers.needs_code(number):
            messages.error(request, " ".join(error for error in form.non_field_errors()))
            return redirect("meta_integration:number_verify", number.pk)
        # The try was counted: the next one is another.
        form.data = {**form.data.dict(), "seen": numbers.latest_try(number)}
    return _page(request, "number_register.html", _("Register the number"), number, form=form)


# One number ----------------------------------------------------------------------------------------------------------
@for_number
def act(request, number):
    """What needs no words: the buttons of the number's page."""
    what = ACTIONS.get(request.POST.get("do", ""))
    if request.method == "POST" and what:
        try:
            text = what(number, request.user)
        except NumberProblem as problem:
            messages.error(request, problem.text)
        else:
            messages.success(request, text % {"number": number})
    return _to(number)


def _pause(number, user) -> str:
    numbers.pause(number, user)
    return _("%(number)s sends nothing until somebody resumes it. Messages wait.")


def _resume(number, user) -> str:
    numbers.resume(number, user)
    return _("Waiting messages of %(number)s go out now.")


def _default(number, user) -> str:
    numbers.make_default(number, user)
    return _("Messages now come from %(number)s by default.")


def _bring_back(number, user) -> str:
    numbers.bring_back(number, user)
    return _("%(number)s is in use again.")


def _read_again(number, user) -> str:
    count = numbers.read_again(number.account)
    return _("Meta was asked. What changed stands in the history.") if count else _("Meta was asked. Nothing changed.")


ACTIONS = {
    "pause": _pause,
    "resume": _resume,
    "default": _default,
    "bring_back": _bring_back,
    "read_again": _read_again,
}


@for_number
def pin(request, number):
    form = PinForm(request.POST or None)
    if form.is_valid() and _try(form, numbers.set_pin, number, request.user, form.cleaned_data["pin"]):
        messages.success(request, _("%(number)s has this PIN now. Galantis keeps it.") % {"number": number})
        return _to(number)
    return _page(request, "number_pin.html", _("Set the PIN"), number, form=form)


@for_number
def deregister(request, number):
    form = SeenForm(request.POST if request.method == "POST" else None, initial={"seen": numbers.latest_try(number)})
    if form.is_valid() and _try(form, numbers.deregister, number, request.user, **form.cleaned_data):
        messages.success(request, _("%(number)s sends nothing now. Its messages wait.") % {"number": number})
        return _to(number)
    return _page(request, "number_deregister.html", _("Deregister the number"), number, form=form)


@for_number
def remove(request, number):
    form = RemoveForm(number, request.POST if request.method == "POST" else None)
    if form.is_valid():
        numbers.remove(number, request.user)
        messages.success(request, _("%(number)s is removed. Its messages and history stay.") % {"number": number})
        return _to(number)
    return _page(request, "number_remove.html", _("Remove the number"), number, form=form)


# Parts ---------------------------------------------------------------------------------------------------------------
def _try(form: NumberForm, do, *args, **kwargs):
    """What the service returns, or True; None when it came to a problem, which the form shows then."""
    try:
        return do(*args, **kwargs) or True
    except NumberProblem as problem:
        form.show(problem)
    return None


def _next_step(number: PhoneNumber):
    return _to(number) if number.is_registered else redirect("meta_integration:number_register", number.pk)


def _to(number: PhoneNumber):
    return redirect("admin:meta_integration_phonenumber_change", number.pk)


def _page(request, template: str, title: str, number: PhoneNumber | None = None, **context):
    context |= {**admin.site.each_context(request), "title": title, "number": number}
    return render(request, f"meta_integration/{template}", context)
