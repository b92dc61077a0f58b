"""The table of products: what is wanted of each, what was sent, what Meta took, and what it refused and why."""

from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.forms.widgets import Script
from django.http import Http404
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display

from catalog import acting, exporting, health, item_filters, list_head, money, pictures, telling
from catalog.models import ProductItem
from meta_integration.number_words import when
from workspaces import services
from workspaces.admin_base import WorkspaceAdmin

# What the list shows and nothing more: a row may hold much else.
SHOWN = [
    "workspace", "retailer_id", "title", "wanted", "status", "status_at", "price", "sale_price", "currency",
    "problems", "refusal", "review_status", "review_errors", "sent_at", "accepted_at", "checked_at", "is_at_meta",
    "image_link", "item_group_id", "attributes", "changed_at", "image__state", "image__problem", "image__thumbnail",
]  # fmt: skip


class ProductList(ChangeList):
    def url_for_result(self, result):
        """Its own page; support that chose no workspace reads it in the admin."""
        if self.inside:
            return reverse("catalog:item", args=[result.pk])
        return super().url_for_result(result)

    def get_results(self, request):
        self.inside = bool(request.workspace)
        super().get_results(request)


@admin.register(ProductItem)
class ProductItemAdmin(WorkspaceAdmin):
    list_display = ["picture", "named", "costs", "wanted_words", "standing", "given", "review"]
    list_display_links = ["named"]
    list_filter = [
        item_filters.NeedsYouFilter, item_filters.StatusFilter, item_filters.ErrorFilter, item_filters.WantedFilter,
        item_filters.ReviewFilter, "source", item_filters.BrandFilter, item_filters.GroupFilter,
    ]  # fmt: skip
    list_filter_sheet = True
    search_fields = ["title", "^retailer_id"]
    search_help_text = _("Title, or how the product number begins")
    ordering = ["-changed_at"]
    list_before_template = "catalog/_list_head.html"
    empty_template = "catalog/_empty.html"
    actions = ["send_again", "look_again", "keep_out", "take_back", "remove", "as_file"]
    fields = [
        "workspace", "retailer_id", "title", "wanted", "status", "status_at", "source", "source_key", "source_data",
        "price", "sale_price", "currency", "problems", "refusal", "warnings", "sent_at", "accepted_at", "refused_at",
        "is_at_meta", "product_id", "review_status", "review_errors", "theirs", "differences", "checked_at",
        "changed_at", "created_at",
    ]  # fmt: skip

    class Media:
        css = {"all": ["templates_app/pages.css", "catalog/pages.css"]}
        js = [Script("templates_app/live.js", defer=True)]

    # The list ---------------------------------------------------------------------------------------------------
    def get_changelist(self, request, **kwargs):
        return ProductList

    def get_queryset(self, request):
        rows = super().get_queryset(request).select_related("image")
        return rows.only(*SHOWN) if request.workspace else rows.select_related("workspace")

    def changelist_view(self, request, extra_context=None):
        if any("\x00" in value for values in request.GET.lists() for value in values[1]):
            raise Http404
        context = {"title": _("Products"), "may_market": services.may_market(request.role)}
        if request.workspace and request.method == "GET":
            context |= list_head.context_of(request, self.figures_for(request))
        return super().changelist_view(request, {**context, **(extra_context or {})})

    def figures_for(self, request) -> health.Figures:
        """Read once for the head and for the filters."""
        if not hasattr(request, "product_figures"):
            request.product_figures = health.figures(request.workspace)
        return request.product_figures

    def change_view(self, request, object_id, form_url="", extra_context=None):
        item = self.get_object(request, object_id)
        if request.workspace and request.method != "POST":
            return redirect("catalog:item", item.pk)
        return super().change_view(request, object_id, form_url, extra_context)

    # Its columns ------------------------------------------------------------------------------------------------
    @display(description=_("picture"))
    def picture(self, item):
        address = pictures.address_of(item)
        if not address:
            return mark_safe('<span class="g-no-picture" aria-hidden="true"></span>')
        return format_html('<img class="g-thumbnail" src="{}" alt="" width="48" height="48" loading="lazy">', address)

    @display(description=_("product"), ordering="title")
    def named(self, item):
        attributes = item.attributes.values() if isinstance(item.attributes, dict) else []
        variant = ", ".join(str(each) for each in attributes) if item.item_group_id else ""
        below = [item.retailer_id, variant[:100]] if item.title else [variant[:100]]
        line = '<bdi class="g-long g-titled">{}</bdi>{}'
        lines = format_html_join(
            "", '<br><small class="g-muted"><bdi class="g-long">{}</bdi></small>', ((each,) for each in below if each)
        )
        return format_html(line, item.title[:200] or item.retailer_id, lines)

    @display(description=_("price"), ordering="price")
    def costs(self, item):
        if item.price is None:
            return "–"
        price = money.in_words(item.price, item.currency)
        if item.sale_price is None:
            return format_html('<bdi class="g-line">{}</bdi>', price)
        line = '<bdi class="g-line">{}</bdi> <s class="g-muted g-line"><bdi>{}</bdi></s>'
        return format_html(line, money.in_words(item.sale_price, item.currency), price)

    @display(description=_("wanted"))
    def wanted_words(self, item):
        return item.get_wanted_display()

    @display(description=_("status"), ordering="status_at")
    def standing(self, item):
        shown = format_html_join(" ", '<span class="g-badge {}">{}</span>', telling.badges(item))
        why = telling.reason(item)
        if not why:
            return shown
        return format_html('{}<br><small><bdi class="g-long">{}</bdi></small>', shown, why[:300])

    @display(description=_("at Meta"), ordering="sent_at")
    def given(self, item):
        moments = ((_("Sent"), item.sent_at), (_("Accepted"), item.accepted_at), (_("Last checked"), item.checked_at))
        lines = [(words, when(at)) for words, at in moments if at]
        if not lines:
            return _("Not sent yet") if item.wanted == ProductItem.Wanted.LISTED else "–"
        return format_html_join("", '<span class="g-line"><span class="g-muted">{}</span> {}</span>', lines)

    @display(description=_("review"))
    def review(self, item):
        return telling.review_words(item)

    # What is done with many -------------------------------------------------------------------------------------
    def has_market_permission(self, request):
        return bool(request.workspace) and services.may_market(request.role)

    @action(description=acting.ACTS["resend"].label, permissions=["market"])
    def send_again(self, request, queryset):
        return self.act(request, queryset, acting.ACTS["resend"])

    @action(description=acting.ACTS["look"].label, permissions=["market"])
    def look_again(self, request, queryset):
        return self.act(request, queryset, acting.ACTS["look"])

    @action(description=acting.ACTS["exclude"].label, permissions=["market"])
    def keep_out(self, request, queryset):
        return self.act(request, queryset, acting.ACTS["exclude"])

    @action(description=acting.ACTS["include"].label, permissions=["market"])
    def take_back(self, request, queryset):
        return self.act(request, queryset, acting.ACTS["include"])

    @action(description=acting.ACTS["remove"].label, permissions=["market"])
    def remove(self, request, queryset):
        return self.act(request, queryset, acting.ACTS["remove"])

    @action(description=_("Take away as a file (CSV)"))
    def as_file(self, request, queryset):
        """By their keys: the rows of the list hold only what it shows."""
        chosen = queryset.order_by().values("pk")
        return exporting.download(ProductItem.objects.filter(pk__in=chosen))

    def act(self, request, queryset, act: acting.Act):
        """Of what takes products away it is asked first, with their number."""
        pks = list(queryset.order_by("pk").values_list("pk", flat=True))
        if act.asks and request.POST.get("post") != "yes":
            return self.ask(request, act, pks)
        count = acting.perform(act, request.workspace, pks, request.user)
        messages.add_message(request, messages.SUCCESS if count else messages.WARNING, acting.result(act, count))
        return None

    def ask(self, request, act: acting.Act, pks: list[int]):
        is_all = request.POST.get("select_across") == "1"
        shown = ProductItem.objects.for_workspace(request.workspace).filter(pk__in=pks[:10])
        context = {
            **self.admin_site.each_context(request),
            "title": act.label,
            "act": act,
            "action": request.POST.get("action", ""),
            "count": len(pks),
            "chosen": request.POST.getlist(admin.helpers.ACTION_CHECKBOX_NAME)[:1] if is_all else pks,
            "is_all": is_all,
            "first": shown.order_by("pk").only("title", "retailer_id"),
            "more": max(0, len(pks) - 10),
            "back": request.get_full_path(),
        }
        return TemplateResponse(request, "catalog/sure.html", context)
