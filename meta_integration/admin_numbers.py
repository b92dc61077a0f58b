"""Phone numbers as merchants see them, and the history of accounts and numbers."""

from django.contrib import admin, messages
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from unfold.decorators import action, display

from meta_integration import history_words, number_words
from meta_integration.graph.errors import as_int
from meta_integration.models import WABA, ConnectionEvent, PhoneNumber
from meta_integration.services import numbers, registering
from meta_integration.services.number_problems import NumberProblem
from workspaces.admin_base import CappedPaginator, WorkspaceAdmin, may_manage, visible


class AccountFilter(admin.SimpleListFilter):
    title = _("account")
    parameter_name = "account"

    def lookups(self, request, model_admin):
        return [(account.pk, str(account)) for account in visible(request, WABA.objects.order_by("-pk"))[:50]]

    def queryset(self, request, queryset):
        pk = as_int(self.value())
        return queryset if self.value() is None else queryset.filter(account=pk) if pk else queryset.none()


class NumberFilter(admin.SimpleListFilter):
    title = _("number")
    parameter_name = "number"

    def lookups(self, request, model_admin):
        return [(number.pk, str(number)) for number in visible(request, PhoneNumber.objects.order_by("-pk"))[:50]]

    def queryset(self, request, queryset):
        pk = as_int(self.value())
        return queryset if self.value() is None else queryset.filter(number=pk) if pk else queryset.none()


@admin.register(PhoneNumber)
class PhoneNumberAdmin(WorkspaceAdmin):
    list_display = [
        "written", "quality", "default", "waiting", "limits", "standing",
    ]  # fmt: skip
    list_filter = ["state", "quality_rating", "is_default", AccountFilter]
    list_select_related = ["account", "workspace"]
    search_fields = ["display_phone_number", "verified_name", "phone_number_id"]
    ordering = ["-is_default", "-id"]
    fields = ["account", "display_phone_number", "verified_name", "phone_number_id", "state", "status", "is_default"]
    actions = ["make_default", "resume_sending"]
    actions_list = ["add_a_number"]

    @display(description=_("quality"), label={"GREEN": "success", "YELLOW": "warning", "RED": "danger", "": "info"})
    def quality(self, number):
        is_known = number.quality_rating in number_words.QUALITY
        return number.quality_rating if is_known else "", number_words.quality(number.quality_rating).capitalize()

    @display(description=_("default"), ordering="is_default", label=True)
    def default(self, number):
        return _("Default") if number.is_default else None

    @display(description=_("number"), ordering="display_phone_number")
    def written(self, number):
        line = '<span class="g-when" dir="ltr">{}</span><br><bdi>{}</bdi>'
        return format_html(line, number.display_phone_number, number.verified_name)

    @display(description=_("limits"))
    def limits(self, number):
        lines = (number_words.tier(number.messaging_limit_tier), number_words.throughput(number))
        return _below_each_other(lines)

    @display(description=_("set up"))
    def standing(self, number):
        lines = (
            _("Registered") if number.is_registered else _("Not registered"),
            _("Name: %(words)s") % {"words": number_words.name_review(number.name_status)},
            _("Code check: %(words)s") % {"words": number_words.code_check(number.code_verification_status)},
        )
        return _below_each_other(lines)

    @display(description=_("messages wait because"))
    def waiting(self, number):
        return number.why_it_waits() or number_words.why_templates_wait(number.account) or "–"

    def has_manage_permission(self, request, *args):
        return may_manage(request)

    def change_view(self, request, object_id, form_url="", extra_context=None):
        """Everything about one number; who may change it finds the buttons there."""
        if request.method == "POST":
            return super().change_view(request, object_id, form_url, extra_context)
        number = self.get_object(request, object_id)
        context = {
            **self.admin_site.each_context(request),
            "title": str(number),
            "opts": None,
            "number": number,
            "facts": facts_of(number),
            "events": told(number.events.order_by("-at", "-pk")[:10]),
            "why_templates_wait": number_words.why_templates_wait(number.account),
            "why_slow": number_words.why_campaigns_are_slow(number),
            "possible_again_at": registering.possible_again_at(number.registrations),
            "needs_code": numbers.needs_code(number),
            "may_manage": may_manage(request),
        }
        return TemplateResponse(request, "meta_integration/number.html", context)

    @action(description=_("Add a number"), url_path="add-a-number", permissions=["manage"])
    def add_a_number(self, request):
        return redirect("meta_integration:number_add")

    @action(description=_("Make this the default number"), permissions=["manage"])
    def make_default(self, request, queryset):
        if queryset.count() != 1:
            messages.error(request, _("Choose exactly one number: there can be one default. Nothing was changed."))
            return
        number = queryset.get()
        try:
            numbers.make_default(number, request.user)
        except NumberProblem as problem:
            messages.error(request, problem.text)
            return
        messages.success(request, _("Messages now come from %(number)s by default.") % {"number": number})

    @action(description=_("Resume sending"), permissions=["manage"])
    def resume_sending(self, request, queryset):
        for number in queryset:
            numbers.resume(number, request.user)
        messages.success(request, _("Waiting messages of these numbers go out now."))


def _below_each_other(lines) -> str:
    return format_html(
        "<div>{}</div>", format_html_join("", '<span class="g-line">{}</span>', ((each,) for each in lines))
    )


def facts_of(number: PhoneNumber) -> list[tuple[str, str]]:
    """What is known of it, in the merchant's words."""
    return [
        (_("Name customers see"), number.verified_name or "–"),
        (_("Review of the name"), number_words.name_review(number.name_status)),
        (_("May write first to"), number_words.tier(number.messaging_limit_tier)),
        (_("Speed"), number_words.throughput(number)),
        (_("Status at Meta"), number_words.status(number.status)),
        (_("Check by code"), number_words.code_check(number.code_verification_status)),
        (_("Registered for sending"), number_words.yes_or_no(number.is_registered)),
        (_("PIN"), _pin_of(number)),
        (_("Also in the phone app"), number_words.yes_or_no(number.is_on_biz_app)),
        (_("Account"), str(number.account)),
        (_("Meta's id of the number"), number.phone_number_id),
        (_("Last asked"), number_words.when(number.checked_at) or _("not yet")),
    ]


def _pin_of(number: PhoneNumber) -> str:
    if number.pin is not None:
        return _("set, and kept here")
    return _("set, but not known here") if number.is_pin_enabled else _("none known")


def told(events) -> list[ConnectionEvent]:
    for event in events:
        event.sentence = history_words.sentence(event)
    return events


class WhatFilter(admin.SimpleListFilter):
    title = _("about")
    parameter_name = "about"
    choices_ = {
        "quality": (_("Quality and limit"), ["quality_rating", "messaging_limit_tier", "throughput_level"]),
        "name": (_("Name"), ["name_status", "verified_name", "name_refused"]),
        "registration": (
            _("Registration and PIN"),
            ["registered", "deregistered", "is_registered", "pin", "PIN_CHANGED", "PIN_RESET_REQUEST"]
            + ["PIN_REQUEST_SUCCESS", "code_verified", "code_verification_status", "is_pin_enabled"],
        ),
        "rules": (
            _("Rules of Meta's"),
            ["ACCOUNT_VIOLATION", "ACCOUNT_RESTRICTION", "DISABLED_UPDATE", "account_alert"],
        ),
        "connection": (_("Connection"), ["suspected", "broken", "whole", "ACCOUNT_OFFBOARDED", "ACCOUNT_RECONNECTED"]),
    }

    def lookups(self, request, model_admin):
        return [(key, words) for key, (words, _names) in self.choices_.items()]

    def queryset(self, request, queryset):
        if self.value() is None:
            return queryset
        return queryset.filter(what__in=self.choices_.get(self.value(), ("", []))[1])


@admin.register(ConnectionEvent)
class ConnectionEventAdmin(WorkspaceAdmin):
    """What changed about accounts and numbers, as people read it."""

    list_display = ["at", "sentence", "number", "account", "source"]
    list_filter = [WhatFilter, "source", NumberFilter, AccountFilter]
    list_select_related = ["number", "account", "workspace"]
    ordering = ["-at", "-id"]
    paginator = CappedPaginator
    fields = ["at", "sentence", "number", "account", "source", "what", "was", "became"]
    readonly_fields = ["sentence"]

    @display(description=_("what happened"))
    def sentence(self, event):
        return history_words.sentence(event)
