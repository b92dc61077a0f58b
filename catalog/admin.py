"""What support and shops see of catalogs, of calls that carried products, and of where products come from."""

from django.contrib import admin, messages
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.decorators import action, display

from catalog import admin_items, telling  # noqa: F401 - the table of products registers itself
from catalog.models import (
    Catalog,
    CatalogBatch,
    CatalogReading,
    CommerceSettings,
    ImportLine,
    ProductEvent,
    ProductImage,
    ProductImport,
    ShopifyDelivery,
    ShopifyShop,
)
from catalog.services import shopify
from meta_integration import error_book
from meta_integration.graph.errors import as_int
from workspaces import services
from workspaces.admin_base import CappedPaginator, WorkspaceAdmin
from workspaces.desk import ago


@admin.register(Catalog)
class CatalogAdmin(WorkspaceAdmin):
    list_display = ["__str__", "catalog_id", "state_label", "state_since", "is_linked", "pushed_at", "held_until"]
    list_filter = ["state"]
    list_select_related = ["workspace"]
    search_fields = ["name", "catalog_id"]
    ordering = ["-id"]
    fields = [
        "workspace", "account", "name", "catalog_id", "state", "state_reason", "state_since", "connected_by",
        "connected_at", "is_linked", "reconciled_at", "pushed_at", "held_until", "rests_until", "rest_count",
        "push_lease_until", "review_after",
    ]  # fmt: skip

    @display(
        description=_("state"), ordering="state", label={"connected": "success", "broken": "danger", "left": "info"}
    )
    def state_label(self, catalog):
        return catalog.state, catalog.get_state_display()


@admin.register(CatalogBatch)
class CatalogBatchAdmin(WorkspaceAdmin):
    """Every call that carried products: where support looks when some did not arrive."""

    list_display = ["created_at", "kind", "state_label", "counts", "took", "problem_words", "handle_words"]
    list_filter = ["state", "kind"]
    list_select_related = ["workspace"]
    search_fields = ["=handle"]
    search_help_text = _("Meta's receipt (handle)")
    ordering = ["-id"]
    paginator = CappedPaginator
    fields = [
        "workspace", "catalog", "kind", "state", "handle", "item_count", "removal_count", "accepted_count",
        "refused_count", "warned_count", "created_at", "posted_at", "finished_at", "took", "polls", "poll_after",
        "lease_until", "problem_words", "problem_todo", "problem_code",
    ]  # fmt: skip
    readonly_fields = ["took", "problem_words", "problem_todo", "problem_code"]

    @display(
        description=_("state"),
        ordering="state",
        label={"finished": "success", "refused": "danger", "lost": "warning", "sending": "info", "checking": "info"},
    )
    def state_label(self, batch):
        return batch.state, batch.get_state_display()

    @display(description=_("products"))
    def counts(self, batch):
        text = _("%(n)s: %(good)s accepted, %(bad)s refused")
        return text % {"n": batch.item_count, "good": batch.accepted_count, "bad": batch.refused_count}

    @display(description=_("took"))
    def took(self, batch):
        if not (batch.finished_at and batch.posted_at):
            return "–"
        return ago((batch.finished_at - batch.posted_at).total_seconds())

    @display(description=_("what went wrong"))
    def problem_words(self, batch):
        problem = telling.parts_of(batch.problem)
        return " ".join(each for each in (problem["title"], problem["happened"], problem["said"]) if each) or "–"

    @display(description=_("what to do"))
    def problem_todo(self, batch):
        return telling.parts_of(batch.problem)["todo"] or "–"

    @display(description=_("Meta's code"))
    def problem_code(self, batch):
        code, _dash, subcode = telling.parts_of(batch.problem)["code"].partition("-")
        return error_book.link_to(as_int(code), as_int(subcode))

    @display(description=_("receipt"))
    def handle_words(self, batch):
        return f"{batch.handle[:20]}…" if len(batch.handle) > 20 else batch.handle or "–"


@admin.register(CatalogReading)
class CatalogReadingAdmin(WorkspaceAdmin):
    list_display = ["started_at", "finished_at", "listed", "same", "different", "theirs_only", "ours_only", "error"]
    list_select_related = ["workspace"]
    ordering = ["-id"]
    fields = [
        "workspace", "catalog", "asked_by", "started_at", "heard_at", "finished_at", "is_full", "pages", "listed",
        "same", "different", "theirs_only", "ours_only", "error",
    ]  # fmt: skip


@admin.register(CommerceSettings)
class CommerceSettingsAdmin(WorkspaceAdmin):
    list_display = ["number", "is_cart_enabled", "is_catalog_visible", "read_at"]
    list_select_related = ["number", "workspace"]
    ordering = ["-id"]
    fields = ["workspace", "number", "is_cart_enabled", "is_catalog_visible", "read_at"]


@admin.register(ProductEvent)
class ProductEventAdmin(WorkspaceAdmin):
    """What happened to products, the latest first. Each product's own history is on its page."""

    list_display = ["at", "kind", "item", "reason", "actor"]
    list_filter = ["kind"]
    list_select_related = ["item", "actor", "workspace"]
    ordering = ["-id"]
    paginator = CappedPaginator
    fields = ["workspace", "at", "kind", "item", "reason", "detail", "actor"]


@admin.register(ProductImage)
class ProductImageAdmin(WorkspaceAdmin):
    """Pictures' addresses, and what was found there."""

    list_display = ["link_words", "state_label", "why", "mime_type", "width", "height", "checked_at", "tries"]
    list_filter = ["state"]
    list_select_related = ["workspace"]
    ordering = ["-id"]
    paginator = CappedPaginator
    fields = [
        "workspace", "link", "state", "why", "mime_type", "width", "height", "checked_at", "look_after", "tries",
    ]  # fmt: skip
    readonly_fields = ["why"]

    @display(description=_("web address"))
    def link_words(self, image):
        return format_html('<bdi class="g-long">{}</bdi>', image.link[:200])

    @display(description=_("state"), ordering="state", label={"good": "success", "bad": "danger", "waiting": "info"})
    def state_label(self, image):
        return image.state, image.get_state_display()

    @display(description=_("why not"))
    def why(self, image):
        return telling.picture_problem(image) if image.state == ProductImage.State.BAD else "–"


@admin.register(ProductImport)
class ProductImportAdmin(WorkspaceAdmin):
    list_display = ["created_at", "file_name", "state_label", "line_count", "bad_count", "new_count", "changed_count"]
    list_filter = ["state", "mode"]
    list_select_related = ["workspace"]
    search_fields = ["file_name"]
    ordering = ["-id"]
    fields = [
        "workspace", "file_name", "size", "format", "encoding", "delimiter", "currency", "mode", "state", "error",
        "line_count", "bad_count", "new_count", "changed_count", "same_count", "removal_count", "created_by",
        "created_at", "finished_at", "lease_until",
    ]  # fmt: skip

    @display(
        description=_("state"),
        ordering="state",
        label={"done": "success", "failed": "danger", "ready": "warning", "reading": "info", "applying": "info"},
    )
    def state_label(self, made):
        return made.state, made.get_state_display()


@admin.register(ImportLine)
class ImportLineAdmin(WorkspaceAdmin):
    list_display = ["made", "line", "state", "retailer_id", "what_is_wrong"]
    list_filter = ["state"]
    list_select_related = ["made", "workspace"]
    ordering = ["-id"]
    paginator = CappedPaginator
    fields = ["workspace", "made", "line", "state", "retailer_id", "values", "what_is_wrong"]
    readonly_fields = ["what_is_wrong"]

    @display(description=_("what is wrong"))
    def what_is_wrong(self, line):
        return " ".join(telling.sentences_of(line.problems)) or "–"


@admin.register(ShopifyShop)
class ShopifyShopAdmin(WorkspaceAdmin):
    list_display = ["shop_domain", "public_domain", "currency", "connected_at", "heard_at"]
    list_select_related = ["workspace"]
    search_fields = ["shop_domain"]
    ordering = ["-id"]
    fields = [
        "workspace", "shop_domain", "public_domain", "currency", "number_is", "connected_by", "connected_at",
        "heard_at", "uninstalled_at",
    ]  # fmt: skip


@admin.register(ShopifyDelivery)
class ShopifyDeliveryAdmin(WorkspaceAdmin):
    """What Shopify posted and what became of it. Lists do not read the bodies."""

    list_display = ["received_at", "shop", "topic", "about", "state_label", "attempts", "error"]
    list_filter = ["state", "topic"]
    list_select_related = ["shop", "workspace"]
    ordering = ["-id"]
    paginator = CappedPaginator
    actions = ["take_over_again"]
    fields = [
        "workspace", "shop", "topic", "about", "triggered_at", "received_at", "state", "attempts", "retry_at", "error",
        "outcome", "webhook_id", "readable_body",
    ]  # fmt: skip
    readonly_fields = ["readable_body"]

    def get_queryset(self, request):
        return super().get_queryset(request).defer("body")

    def lookup_allowed(self, lookup, value, request=None):
        return not lookup.startswith("body") and super().lookup_allowed(lookup, value, request)

    @display(
        description=_("state"), ordering="state", label={"done": "success", "failed": "danger", "received": "info"}
    )
    def state_label(self, delivery):
        return delivery.state, delivery.get_state_display()

    @display(description=_("body"))
    def readable_body(self, delivery):
        """Of products only: other topics may be about the shop's customers."""
        return bytes(delivery.body).decode("utf-8", "replace") if delivery.topic in shopify.TAKERS else "–"

    @action(description=_("Take over again"), permissions=["market"])
    def take_over_again(self, request, queryset):
        count = shopify.replay(queryset)
        text = ngettext("%(count)s message is taken over again.", "%(count)s messages are taken over again.", count)
        messages.success(request, text % {"count": count})

    def has_market_permission(self, request):
        return bool(request.workspace) and services.may_market(request.role)
