from django.contrib import admin, messages
from django.db.models import Prefetch
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from unfold.admin import TabularInline
from unfold.decorators import action, display

from meta_integration import error_book, filetypes, intake, number_words, tasks
from meta_integration.admin_numbers import AccountFilter
from meta_integration.graph.errors import as_int
from meta_integration.graph.words import TITLES
from meta_integration.models import (
    WABA,
    GraphCall,
    Incident,
    MediaAsset,
    MediaUpload,
    PhoneNumber,
    WebhookDelivery,
    WebhookItemError,
)
from meta_integration.services import incidents, telling, waiting
from workspaces import wakeups
from workspaces.admin_base import CappedPaginator, SupportAdmin, WorkspaceAdmin, may_manage


@admin.register(WABA)
class WABAAdmin(WorkspaceAdmin):
    """The connection screen: which accounts are connected, how they are, and the button to connect."""

    list_display = ["name", "waba_id", "state", "state_since"]
    list_filter = ["state"]
    list_select_related = ["workspace"]
    search_fields = ["name", "waba_id"]
    ordering = ["-id"]
    fields = [
        "workspace", "name", "waba_id", "state", "state_reason", "state_since", "token_expires_at", "scopes",
        "connected_at", "connected_by",
    ]  # fmt: skip

    def changelist_view(self, request, extra_context=None):
        """Inside one workspace: its connection page. Support without a workspace: the list of all."""
        if not request.workspace or request.method == "POST":
            return super().changelist_view(request, extra_context)
        numbers = Prefetch("numbers", PhoneNumber.objects.order_by("-is_default", "pk"), to_attr="shown_numbers")
        accounts = list(WABA.objects.for_workspace(request.workspace).prefetch_related(numbers).order_by("-pk"))
        for number in [number for account in accounts for number in account.shown_numbers]:
            number.status_words = number_words.status(number.status)
        context = {
            **self.admin_site.each_context(request),
            "title": _("WhatsApp connection"),
            "opts": None,
            "accounts": accounts,
            "may_manage": may_manage(request),
        }
        return TemplateResponse(request, "meta_integration/connection.html", context)


class UploadInline(TabularInline):
    model = MediaUpload
    fields = readonly_fields = ["number", "media_id", "expires_at"]
    extra = 0
    can_delete = False

    def has_add_permission(self, request, obj=None):
        return False

    def has_view_permission(self, request, obj=None):
        return True


@admin.register(MediaAsset)
class MediaAssetAdmin(WorkspaceAdmin):
    """Every file that was attached or came from a customer, and why one did not come."""

    list_display = ["__str__", "origin", "mime_type", "in_words", "state", "created_at"]
    list_filter = ["origin", "state", "mime_type"]
    list_select_related = ["workspace"]
    search_fields = ["file_name", "media_id"]
    ordering = ["-id"]
    fields = [
        "link", "file_name", "origin", "mime_type", "in_words", "width", "height", "state", "error", "attempts",
        "retry_at", "number", "media_id", "sha256", "created_at",
    ]  # fmt: skip
    readonly_fields = ["link", "in_words"]
    inlines = [UploadInline]

    @display(description=_("size"))
    def in_words(self, asset):
        return filetypes.in_words(asset.size) if asset.size else "–"

    @display(description=_("file"))
    def link(self, asset):
        if not asset.file:
            return "–"
        return format_html('<a href="{}" download>{}</a>', reverse("media:file", args=[asset.pk]), _("Save"))


class ItemErrorInline(TabularInline):
    model = WebhookItemError
    fields = readonly_fields = ["shop", "path", "field", "error", "at", "resolved_at"]
    extra = 0
    can_delete = False
    shops = None

    @display(description=_("shop"))
    def shop(self, error):
        if self.shops is None:  # An inline is made for each request, and is about one delivery.
            self.shops = intake.shops_in(error.delivery)
        return self.shops.get(error.path, "–")

    def has_add_permission(self, request, obj=None):
        return False

    def has_view_permission(self, request, obj=None):
        return True


@admin.register(WebhookDelivery)
class WebhookDeliveryAdmin(SupportAdmin):
    """Everything Meta posted, as it came. A delivery may hold several shops' items: support only."""

    list_display = ["id", "received_at", "state_label", "item_count", "failed_count", "unknown_numbers", "attempts"]
    list_filter = ["state", "received_at"]
    ordering = ["-id"]
    fields = [
        "received_at", "state", "item_count", "failed_count", "unhandled_count", "unknown_numbers", "attempts",
        "retry_at", "processed_at", "error", "readable_body",
    ]  # fmt: skip
    readonly_fields = ["readable_body"]
    inlines = [ItemErrorInline]
    actions = ["process_again"]

    def get_queryset(self, request):
        return super().get_queryset(request).defer("body")

    @display(
        description=_("state"),
        label={"received": "info", "processed": "success", "broken": "warning", "failed": "danger"},
    )
    def state_label(self, delivery):
        return delivery.state, delivery.get_state_display()

    @display(description=_("body"))
    def readable_body(self, delivery):
        return bytes(delivery.body).decode("utf-8", "replace")

    @action(description=_("Process again"), permissions=["view"])
    def process_again(self, request, queryset):
        count = intake.replay(queryset)
        wakeups.wake(tasks.process_webhooks)
        text = ngettext("%(count)s delivery is processed again.", "%(count)s deliveries are processed again.", count)
        messages.success(request, text % {"count": count})


@admin.register(Incident)
class IncidentAdmin(WorkspaceAdmin):
    list_display = ["kind", "account", "opened_at", "last_seen_at", "count", "closed_at"]
    list_filter = ["kind", ("closed_at", admin.EmptyFieldListFilter)]
    list_select_related = ["account", "workspace"]
    ordering = ["-opened_at"]
    fields = [
        "kind", "account", "evidence", "code", "what_we_did", "waits", "opened_at", "last_seen_at", "count",
        "who_was_told", "closed_at", "closed_because",
    ]  # fmt: skip
    readonly_fields = ["code", "what_we_did", "waits", "who_was_told"]
    actions = ["close"]
    change_form_outer_before_template = "meta_integration/_incident_mend.html"

    def change_view(self, request, object_id, form_url="", extra_context=None):
        incident = self.get_object(request, object_id)
        page = "" if incident.closed_at else telling.page_of(incident)
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), "page_that_mends": page})

    @display(description=_("Meta's code"))
    def code(self, incident):
        return error_book.link_to(incident.error_code)

    @display(description=_("what Galantis did"))
    def what_we_did(self, incident):
        return telling.what_we_did(incident.kind) or "–"

    @display(description=_("what waits"))
    def waits(self, incident):
        """Now, as long as it is open."""
        if incident.closed_at or not incident.account:
            return "–"
        return waiting.of_account(incident.account, incident.opened_at).words or _("Nothing waits.")

    @display(description=_("who was told"))
    def who_was_told(self, incident):
        lines = [(each.get("who", ""), str(each.get("at", "")).replace("T", " ")) for each in incident.told]
        if not lines:
            return _("Nobody: no owner or admin of this shop has an e-mail address here.")
        return format_html_join(" · ", "{} ({})", lines)

    def has_close_permission(self, request):
        return may_manage(request) or request.user.is_support

    @action(description=_("Close: it is dealt with"), permissions=["close"])
    def close(self, request, queryset):
        count = incidents.close(queryset, f"closed by {request.user.label}")
        text = ngettext("%(count)s incident is closed.", "%(count)s incidents are closed.", count)
        messages.success(request, text % {"count": count} + " " + _("A new sign of the same trouble opens a new one."))


class SeenFilter(admin.SimpleListFilter):
    """Offers what the latest calls that this person sees have in one column: a list without end is not read whole."""

    latest, most = 2000, 20

    def lookups(self, request, model_admin):
        seen = model_admin.get_queryset(request).order_by("-id").values_list(self.parameter_name, flat=True)
        return [(each, each) for each in sorted(set(seen[: self.latest]) - {None})[: self.most]]

    def queryset(self, request, queryset):
        return queryset.filter(**{self.parameter_name: self.value()}) if self.value() else queryset


class PathFilter(SeenFilter):
    title = _("path")
    parameter_name = "path"


class CodeFilter(SeenFilter):
    title = _("Meta's code")
    parameter_name = "code"

    def queryset(self, request, queryset):
        code = as_int(self.value())
        return queryset if self.value() is None else queryset.filter(code=code) if code else queryset.none()


@admin.register(GraphCall)
class GraphCallAdmin(WorkspaceAdmin):
    """Where support looks when Meta refuses or is slow. What is kept, and how long, is said by the settings."""

    list_display = ["at", "outcome_label", "call", "code_in_book", "milliseconds", "http_status", "account"]
    list_filter = ["outcome", CodeFilter, PathFilter, AccountFilter]
    list_select_related = ["account", "workspace"]
    search_fields = ["fbtrace_id"]
    search_help_text = _("Meta's trace id")
    ordering = ["-id"]
    paginator = CappedPaginator
    when_empty = _(
        "No call is kept yet. Galantis keeps those that Meta refused, those that were slow, and a small sample of the "
        "others; they appear here by themselves and are deleted after some days."
    )
    fields = [
        "at", "outcome", "call", "milliseconds", "http_status", "code_in_book", "kind_of_error", "what_happened",
        "fbtrace_id", "account", "workspace",
    ]  # fmt: skip
    readonly_fields = ["call", "code_in_book", "kind_of_error", "what_happened"]

    @display(
        description=_("outcome"),
        label={"done": "success", "slow": "warning", "refused": "danger", "no_answer": "danger", "not_reached": "info"},
    )
    def outcome_label(self, call):
        return call.outcome, call.get_outcome_display()

    @display(description=_("call"))
    def call(self, call):
        return str(call)

    @display(description=_("Meta's code"))
    def code_in_book(self, call):
        return error_book.link_to(call.code, call.subcode)

    @display(description=_("kind of error"))
    def kind_of_error(self, call):
        return _(TITLES[call.error_class]) if call.error_class in TITLES else "–"

    @display(description=_("what happened"))
    def what_happened(self, call):
        return error_book.plain_words(call.code, call.subcode) or "–"
