"""Customers in the admin: who they are and whether they want offers. They are changed beside their conversations."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline
from unfold.decorators import action, display

from inbox.models import ConsentEntry, Contact, Tag
from workspaces import sheets
from workspaces.admin_base import WorkspaceAdmin, visible

SHEET = ["phone", "user id", "name", "user name", "language", "offers", "tags", "first seen", "blocked"]


class TagFilter(admin.SimpleListFilter):
    title, parameter_name = _("tag"), "tag"

    def lookups(self, request, model_admin):
        return [(str(tag.pk), tag.name) for tag in visible(request, Tag.objects.all())[:100]]

    def queryset(self, request, queryset):
        if not (self.value() or "").isdecimal():
            return queryset
        # By the number of a tag that this person may see.
        return queryset.filter(tags__in=visible(request, Tag.objects.filter(pk=int(self.value()[:18]))))


class ConsentInline(TabularInline):
    """What they said of offers, the latest first. It is a proof, and so changed by nobody."""

    model = ConsentEntry
    hide_title = True
    fields = readonly_fields = ["at", "state", "source", "actor", "proof"]
    ordering = ["-at", "-pk"]
    extra = 0
    can_delete = False

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("actor")

    def has_add_permission(self, request, obj=None):
        return False

    def has_view_permission(self, request, obj=None):
        return True


@admin.register(Contact)
class ContactAdmin(WorkspaceAdmin):
    list_display = ["__str__", "wa_id", "username", "language", "offers", "tag_names", "created_at"]
    list_filter = ["marketing_state", TagFilter]
    list_select_related = ["workspace"]
    search_fields = ["name", "wa_id", "username", "user_id"]
    ordering = ["-id"]
    fields = [
        "name", "profile_name", "wa_id", "username", "user_id", "language", "marketing_state", "tag_names",
        "known", "blocked_at", "blocked_by", "created_at",
    ]  # fmt: skip
    readonly_fields = ["tag_names", "known"]
    inlines = [ConsentInline]
    actions = ["as_sheet"]

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("tags")

    @display(
        description=_("offers"), ordering="marketing_state", label={"SUBSCRIBED": "success", "UNSUBSCRIBED": "danger"}
    )
    def offers(self, contact):
        return contact.marketing_state, contact.get_marketing_state_display()

    @display(description=_("tags"))
    def tag_names(self, contact):
        return ", ".join(tag.name for tag in contact.tags.all())

    @display(description=_("more about them"))
    def known(self, contact):
        return "\n".join(f"{key}: {value}" for key, value in sorted(contact.attributes.items()))

    @action(description=_("Download as a spreadsheet (CSV)"))
    def as_sheet(self, request, queryset):
        return sheets.download("customers", SHEET, (_row(contact) for contact in queryset.order_by("pk")))


def _row(contact: Contact) -> list:
    tags = ", ".join(tag.name for tag in contact.tags.all())
    named = [contact.name, contact.username, contact.language]
    seen = [contact.created_at.isoformat(), contact.blocked_at.isoformat() if contact.blocked_at else ""]
    return [contact.wa_id, contact.user_id, *named, contact.marketing_state, tags, *seen]
