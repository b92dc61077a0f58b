"""A shop whose products stand everywhere that a product can stand, for whoever looks at every page of the catalog."""

from datetime import timedelta
from decimal import Decimal
from types import SimpleNamespace

from django.urls import reverse
from django.utils import timezone

from catalog.models import Catalog, CatalogBatch, ImportLine, ProductEvent, ProductImage, ProductImport, ProductItem
from catalog.problems import problem
from catalog.refusals import problem_of
from catalog.tests.factories import (
    CatalogBatchFactory,
    CatalogFactory,
    CatalogReadingFactory,
    CommerceSettingsFactory,
    ImportLineFactory,
    ProductEventFactory,
    ProductImageFactory,
    ProductImportFactory,
    ProductItemFactory,
    ShopifyDeliveryFactory,
    ShopifyShopFactory,
)
from meta_integration.tests.factories import PhoneNumberFactory, WABAFactory
from workspaces.models import Workspace

Status, Wanted, Line, State = ProductItem.Status, ProductItem.Wanted, ImportLine.State, ProductImport.State
LIST = reverse("admin:catalog_productitem_changelist")
# What a merchant's file, a shop system or Meta may say. Sideways text, a word without an end, what a page could run.
BIDI = "\u202e\u2066"
EVIL = (
    '<script>alert(1)</script><img src="https://evil.example/a.png" onerror="alert(2)"><svg onload=alert(3)>'
    f'<a href="javascript:alert(4)">x</a> {{{{ 7|add:7 }}}} {{% now "Y" %}}{BIDI} "\'><b>bold</b> </textarea></title>'
)
LONG = f"{EVIL} {'😀' * 200} {'Donaudampfschifffahrtsgesellschaft' * 8} {'a' * 5000}"


def full_shop(workspace: Workspace, words: str = "", long: str = "") -> SimpleNamespace:
    """Every kind of product, import, batch and message, all with `words` (and `long`) in all that may hold any."""
    account = WABAFactory(workspace=workspace, name=words[:100] or "Example account")
    number = PhoneNumberFactory(account=account, verified_name=words[:100] or "Example Shop")
    CommerceSettingsFactory(number=number, is_catalog_visible=True, read_at=timezone.now())
    catalog = CatalogFactory(account=account, name=words or "Example catalog", pushed_at=timezone.now())
    for error in ("", words or "Meta gave no answer that could be read."):
        CatalogReadingFactory(
            catalog=catalog, is_full=not error, error=error[:500], finished_at=timezone.now(), listed=12345, pages=1
        )
    for state in CatalogBatch.State:
        CatalogBatchFactory(
            catalog=catalog, state=state, item_count=2999, refused_count=3, problem=call(words), handle=words
        )
    shop = SimpleNamespace(workspace=workspace, catalog=catalog, number=number)
    shop.items = items_of(workspace, words, long)
    shop.imports = imports_of(workspace, words, long)
    shop.shopify = ShopifyShopFactory(workspace=workspace, heard_at=timezone.now())
    for state in ("received", "done", "failed"):
        ShopifyDeliveryFactory(
            shop=shop.shopify, state=state, about=words or "Example scarf", error=words[:500], outcome={"new": 2}
        )
    return shop


def call(words: str) -> dict:
    return problem_of(words or "Meta did not take the call", words, words, code=words or "100", said=words or "Why.")


def items_of(workspace: Workspace, words: str, long: str) -> dict[str, ProductItem]:
    """By what each of them is."""
    good = ProductImageFactory(workspace=workspace)
    bad = ProductImageFactory(
        workspace=workspace,
        state=ProductImage.State.BAD,
        problem={"key": "image_unreachable", "reason": words or "slow", "again": True},
    )
    listed = {"wanted": Wanted.LISTED, "image": good, "sent_at": timezone.now(), "is_at_meta": True}
    accepted = {**listed, "status": Status.ACCEPTED, "accepted_hash": "a", "accepted_at": timezone.now()}
    refusal = problem_of("Meta refused this product", words, words, code=words or "100", said=long or "No such price.")
    differs = {"theirs": {"title": words or "Theirs"}, "differences": difference(long)}
    kinds = {
        "incomplete": {
            "status": Status.INCOMPLETE,
            "image": bad,
            "price": None,
            "problems": [problem("price", "not_a_price", value=words or "free"), problem("title", "missing")],
        },
        "looking": {"status": Status.LOOKING, "image": ProductImageFactory(workspace=workspace, state="waiting")},
        "waiting": {"status": Status.WAITING, "image": good, "sale_price": Decimal("7.5"), "tries": 1},
        "sending": {**listed, "status": Status.SENDING},
        "sent": {**listed, "status": Status.SENT},
        "accepted": {**accepted, "review_status": "approved", "warnings": [long or "Its picture is small."], **differs},
        "in review": {**accepted, "review_status": "pending", "currency": "KWD", "price": Decimal("3.5")},
        "rejected": {**accepted, "review_status": "rejected", "review_errors": [{"title": long or "Not allowed"}]},
        "refused": {**listed, "status": Status.REFUSED, "refused_hash": "r", "refusal": refusal},
        "kept out": {"status": Status.ABSENT, "wanted": Wanted.EXCLUDED},
        "leaving": {"status": Status.WAITING, "wanted": Wanted.REMOVED, "is_at_meta": True},
        "stays": {"status": Status.REFUSED, "wanted": Wanted.REMOVED, "is_at_meta": True, "refusal": refusal},
        "in question": {**accepted, "wanted": Wanted.IN_QUESTION},
        "theirs": {**accepted, "wanted": Wanted.THEIRS, "source": "meta"},
    }
    made = {}
    for number, (kind, values) in enumerate(kinds.items()):
        texts = {name: long for name in ("title", "description", "brand", "category", "link", "image_link") if long}
        texts |= {"retailer_id": f"{number}{words}"[:100], "item_group_id": words or "example-group"}
        texts |= {"attributes": {"color": words or "red", "gtin": words}, "source_data": {"words": words}}
        made[kind] = ProductItemFactory(workspace=workspace, **{**texts, **values})
        reason, detail = words or "from a file", {"title": ["before", long or "after"], "price": ["1", "2"]}
        for event in (ProductEvent.Kind.CREATED, ProductEvent.Kind.CHANGED):
            ProductEventFactory(item=made[kind], kind=event, reason=reason[:300], detail=detail)
    return made


def difference(long: str) -> list[dict]:
    return [{"field": "title", "ours": long or "Ours", "theirs": long or "Theirs"}]


def imports_of(workspace: Workspace, words: str, long: str) -> dict[str, ProductImport]:
    """One of every state; what is ready has a line of every kind."""
    made = {}
    for state in State:
        columns = [[words or "title", "title"], [words or "price", "price"], [words or "shelf", ""]]
        made[state] = ProductImportFactory(
            workspace=workspace,
            state=state,
            file_name=(words or "products.csv")[:255],
            columns=columns,
            error=words[:500] if state in (State.FAILED, State.READY) else "",
            mode="whole" if state == State.READY else "update",
            format="csv",
            encoding="utf-8",
            delimiter=";",
            line_count=12345,
            new_count=1234,
            bad_count=2,
        )
    for state in Line:
        values = {"title": long or "Example mug", "price": words or "9,99 USD", "description": long}
        found = [problem("price", "not_a_price", value=words or "free")] if state == Line.BAD else []
        for _ in range(2):
            ImportLineFactory(
                made=made[State.READY], state=state, retailer_id=f"7{words}"[:100], values=values, problems=found
            )
    return made


def pages_of(shop: SimpleNamespace) -> dict[str, str]:
    """Every page that the shop's catalog has, by a name for people."""
    pages = {name: reverse(f"catalog:{name}") for name in ("home", "choose", "leave", "compare", "shopify")}
    pages |= {name: reverse(f"catalog:{name}") for name in ("add", "imports", "import_new", "decide")}
    pages |= {f"compare {name}": f"{pages['compare']}?group={name}" for name in ("theirs", "ours", "different")}
    pages |= {"disconnect": reverse("catalog:shopify_disconnect"), "table": LIST, "nothing found": f"{LIST}?q=nobody"}
    pages |= {"switched filter": f"{LIST}?needs=you&status=refused"}
    for kind, item in shop.items.items():
        pages[f"product {kind}"] = reverse("catalog:item", args=[item.pk])
    for name, kind in (("edit", "incomplete"), ("edit", "kept out"), ("edit", "leaving"), ("product_history", "sent")):
        pages[f"{name} {kind}"] = reverse(f"catalog:{name}", args=[shop.items[kind].pk])
    pages["sure"] = reverse("catalog:act", args=[shop.items["sent"].pk]) + "?do=remove"
    for state, made in shop.imports.items():
        pages[f"import {state}"] = reverse("catalog:import", args=[made.pk])
    pages["all lines"] = pages["import ready"] + "?lines=all"
    pages["line"] = reverse(
        "catalog:import_line", args=[shop.imports[State.READY].lines.filter(state="bad").first().pk]
    )
    admins = (
        "catalog",
        "catalogbatch",
        "catalogreading",
        "productimage",
        "productimport",
        "importline",
        "productevent",
    )
    for name in (*admins, "shopifyshop", "shopifydelivery", "commercesettings"):
        pages[f"list of {name}"] = reverse(f"admin:catalog_{name}_changelist")
    return pages


def breaks(catalog: Catalog) -> None:
    """As when Meta refuses the access since yesterday."""
    yesterday = timezone.now() - timedelta(days=1)
    Catalog.objects.filter(pk=catalog.pk).update(
        state="broken", state_reason="Meta wrote: no permission.", state_since=yesterday
    )
