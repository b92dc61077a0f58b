from django.contrib import admin
from unfold.admin import TabularInline

from inbox.models import Contact, Message, MessageStatus, OrphanStatus, Thread
from workspaces.admin_base import SupportAdmin, WorkspaceAdmin


@admin.register(Contact)
class ContactAdmin(WorkspaceAdmin):
    list_display = ["__str__", "wa_id", "username", "created_at"]
    list_select_related = ["workspace"]
    search_fields = ["name", "wa_id", "username", "user_id"]
    ordering = ["-id"]
    fields = ["name", "wa_id", "username", "user_id", "created_at"]


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
    fields = readonly_fields = ["status", "at", "received_at"]
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
        "occurred_at", "direction", "thread", "number", "type", "body", "status", "error_code", "error", "wamid",
        "reference", "author", "attempts", "not_before", "content",
    ]  # fmt: skip
    inlines = [TimelineInline]


@admin.register(OrphanStatus)
class OrphanStatusAdmin(SupportAdmin):
    list_display = ["received_at", "status", "wamid", "number"]
    list_select_related = ["number"]
    search_fields = ["wamid"]
    ordering = ["-id"]
    fields = ["received_at", "status", "at", "wamid", "number", "raw"]
