from django.contrib import admin, messages
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.admin import TabularInline
from unfold.decorators import action, display

from inbox import admin_contacts  # noqa: F401 - it registers the customers
from inbox.models import Message, MessageStatus, OrphanStatus, Thread
from inbox.services import sending
from meta_integration import error_book
from workspaces import services
from workspaces.admin_base import SupportAdmin, WorkspaceAdmin


@admin.register(Thread)
class ThreadAdmin(WorkspaceAdmin):
    list_display = ["contact", "number", "status", "unread_count", "last_message_at", "window_expires_at"]
    list_filter = ["status"]
    list_select_related = ["contact", "number", "workspace"]
    search_fields = ["contact__name", "contact__wa_id"]
    ordering = ["-last_message_at"]
    fields = ["contact", "number", "status", "unread_count", "last_message_at", "window_expires_at"]


class TimelineInline(TabularInline):
    model = MessageStatus
    hide_title = True
    fields = readonly_fields = ["status", "at", "received_at", "is_billable", "pricing_category", "pricing_type"]
    extra = 0
    can_delete = False

    def has_add_permission(self, request, obj=None):
        return False

    def has_view_permission(self, request, obj=None):
        return True


@admin.register(Message)
class MessageAdmin(WorkspaceAdmin):
    """Every message with what became of it: where support looks when something did not arrive."""

    list_display = ["occurred_at", "direction", "thread", "type", "status", "error_code", "error"]
    list_filter = ["direction", "status", "type"]
    list_select_related = ["thread__contact", "workspace"]
    search_fields = ["wamid", "thread__contact__name", "thread__contact__wa_id"]
    ordering = ["-id"]
    fields = [
        "occurred_at", "direction", "thread", "number", "type", "body", "asset", "status", "code", "error",
        "wamid", "reference", "author", "attempts", "not_before", "content",
    ]  # fmt: skip
    readonly_fields = ["code"]
    inlines = [TimelineInline]
    actions = ["it_went_out", "send_again"]

    @display(description=_("error code"))
    def code(self, message):
        return error_book.link_to(message.error_code)

    def has_reply_permission(self, request):
        return services.may_reply(request.role)

    @action(description=_("Not known: it went out"), permissions=["reply"])
    def it_went_out(self, request, queryset):
        self.settle(request, queryset, went_out=True)

    @action(description=_("Not known: send it again"), permissions=["reply"])
    def send_again(self, request, queryset):
        self.settle(request, queryset, went_out=False)

    def settle(self, request, queryset, *, went_out: bool) -> None:
        unknown = queryset.filter(status=Message.Status.UNKNOWN).select_related("workspace")
        count = sum(sending.settle_unknown(message, request.user, went_out=went_out) for message in unknown)
        if count:
            text = ngettext("%(count)s message is settled.", "%(count)s messages are settled.", count)
            messages.success(request, text % {"count": count})
        else:
            messages.error(request, _("None of the chosen messages is in doubt, so nothing was changed."))


@admin.register(OrphanStatus)
class OrphanStatusAdmin(SupportAdmin):
    list_display = ["received_at", "status", "wamid", "number", "expired_at"]
    list_select_related = ["number"]
    search_fields = ["wamid"]
    ordering = ["-id"]
    fields = ["received_at", "status", "at", "wamid", "number", "expired_at", "raw"]
