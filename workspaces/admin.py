from django.contrib import admin

from workspaces import services
from workspaces.admin_base import SupportAdmin, WorkspaceAdmin, may_manage
from workspaces.models import AuditEntry, Membership, Workspace


@admin.register(Workspace)
class WorkspacesAdmin(SupportAdmin):
    """All shops, for support: choose one in the switcher to see it as its people do."""

    list_display = ["name", "slug", "timezone", "created_at"]
    search_fields = ["name", "slug"]
    fields = ["name", "slug", "timezone", "created_at"]
    readonly_fields = ["created_at"]


@admin.register(Membership)
class MembershipAdmin(WorkspaceAdmin):
    list_display = ["user", "role", "created_at"]
    list_filter = ["role"]
    list_select_related = ["user", "workspace"]
    search_fields = ["user__username", "user__first_name", "user__last_name"]
    fields = ["user", "role", "created_at"]
    readonly_fields = ["user", "created_at"]

    def may_change_rows(self, request):
        return may_manage(request)

    def has_change_permission(self, request, obj=None):
        """Nobody changes their own role: the last owner could lock the shop out."""
        return super().has_change_permission(request, obj) and (obj is None or obj.user_id != request.user.pk)

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        services.note(obj.workspace, request.user, "role changed", obj.user.username, role=obj.role)


@admin.register(AuditEntry)
class AuditEntryAdmin(WorkspaceAdmin):
    list_display = ["at", "actor_label", "action", "target"]
    list_filter = ["action"]
    list_select_related = ["workspace"]
    search_fields = ["actor_label", "action", "target"]
    fields = ["at", "actor_label", "action", "target", "detail"]
