"""Each field of a product from Shopify's, and what Shopify leaves out or writes oddly."""

import time
from decimal import Decimal

import pytest

from catalog import plain_text
from catalog.models import ShopifyShop
from catalog.services import shopify_reading as reading
from catalog.tests.shopify_posts import payload

CDN = "https://cdn.shop.example/files"


def shop(**values) -> ShopifyShop:
    return ShopifyShop(shop_domain="example.myshopify.com", currency="EUR", **values)


def rows(name: str = "create", *, of: ShopifyShop | None = None, **values) -> list[dict]:
    return reading.rows_of(payload(name, **values), of or shop())


def one(**variant) -> dict:
    """The row of a product with one variant, which is the example's with these values."""
    product = payload("create_simple")
    return reading.rows_of({**product, "variants": [{**product["variants"][0], **variant}]}, shop())[0]


def test_each_variant_is_a_product_with_every_field():
    red, blue, order = rows()
    assert red == {
        "retailer_id": "4400000000001",
        "source_key": "7900000000001",
        "source_data": payload("create")["variants"][0],
        "title": "Example linen shirt – Red / S",
        "description": "A light shirt of linen & cotton.\n• Washes at 40 °C\n• Made for summer",
        "price": Decimal("24.90"),
        "sale_price": None,
        "currency": "EUR",
        "availability": "in stock",
        "condition": "new",
        "link": "https://example.myshopify.com/products/example-linen-shirt?variant=4400000000001",
        "image_link": f"{CDN}/shirt-red.jpg?v=1767225600",
        "additional_image_links": [f"{CDN}/shirt-front.jpg?v=1767225600", f"{CDN}/shirt-back.jpg?v=1767225600"],
        "brand": "Example Clothing",
        "category": "Shirts",
        "item_group_id": "7900000000001",
        "inventory": 12,
        "attributes": {"color": "Red", "size": "S", "gtin": "4006381333931"},
    }
    assert (blue["availability"], blue["inventory"]) == ("out of stock", 0)
    assert (order["availability"], order["inventory"]) == ("available for order", None)
    assert order["price"] == Decimal("26.90")
    assert "shirt-blue" in order["image_link"]


def test_a_product_without_variants_of_its_own_is_one_without_a_group():
    (mug,) = rows("create_simple")
    assert (mug["title"], mug["item_group_id"], mug["attributes"]) == ("Example mug", "", {})
    assert (mug["availability"], mug["inventory"], mug["sale_price"]) == ("in stock", None, None)
    assert mug["description"] == "Example mug"


def test_its_page_is_where_customers_buy():
    row = rows(of=shop(public_domain="shop.example"), handle="größe & mehr")[0]
    assert row["link"] == "https://shop.example/products/gr%C3%B6%C3%9Fe%20%26%20mehr?variant=4400000000001"
    assert rows(handle=None)[0]["link"] == ""


@pytest.mark.parametrize(
    ("price", "before", "found"),
    [
        ("19.90", "24.90", ("24.90", "19.90")),
        ("24.90", "24.90", ("24.90", None)),
        ("24.90", "19.90", ("24.90", None)),
        ("24.90", "", ("24.90", None)),
        (24.9, None, ("24.9", None)),
        ("0.00", "5.00", ("5.00", "0.00")),
        ("free", "5.00", (None, None)),
        (None, None, (None, None)),
        ("NaN", "Infinity", (None, None)),
        ({}, [], (None, None)),
    ],
)
def test_a_higher_price_to_compare_with_is_the_price(price, before, found):
    row = one(price=price, compare_at_price=before)
    assert (row["price"], row["sale_price"]) == tuple(each and Decimal(each) for each in found)


@pytest.mark.parametrize(
    ("count", "policy", "management", "found"),
    [
        (5, "deny", "shopify", ("in stock", 5)),
        (5, "continue", "shopify", ("in stock", 5)),
        (0, "deny", "shopify", ("out of stock", 0)),
        (-3, "deny", "shopify", ("out of stock", 0)),
        (-3, "continue", "shopify", ("available for order", None)),
        (0, "deny", None, ("in stock", None)),
        (0, "deny", "", ("in stock", None)),
        ("many", "deny", "shopify", ("in stock", None)),
        (10**12, "deny", "shopify", ("in stock", 2**31 - 1)),
    ],
)
def test_stock(count, policy, management, found):
    row = one(inventory_quantity=count, inventory_policy=policy, inventory_management=management)
    assert (row["availability"], row["inventory"]) == found


def test_where_nobody_says_who_counts_the_figure_is_believed():
    product = payload("create_simple")
    product["variants"][0].pop("inventory_management")
    assert reading.rows_of(product, shop())[0]["availability"] == "out of stock"


@pytest.mark.parametrize("barcode", ["", None, "ABC", "123", "12345678901", "400638133393١", 7])
def test_a_barcode_that_is_none_is_left_out(barcode):
    assert "gtin" not in one(barcode=barcode)["attributes"]


def test_options_in_other_words_and_those_we_do_not_know():
    options = [{"name": " FARBE "}, {"name": "Material"}, {"name": "Engraving"}]
    row = rows(options=options)[0]
    assert row["attributes"] == {"color": "Red", "material": "S", "gtin": "4006381333931"}


def test_pictures_without_any_of_its_own():
    row = rows(
        "create_simple", images=[{"src": "//cdn.shop.example/b.png", "position": 2}, {"src": "https://a.example"}]
    )
    assert (row[0]["image_link"], row[0]["additional_image_links"]) == (
        "https://a.example",
        ["https://cdn.shop.example/b.png"],
    )
    assert rows(images=[], image={"src": "https://a.example/1.png"})[0]["image_link"] == "https://a.example/1.png"
    assert rows(images=None, image=None)[0]["image_link"] == ""


def test_more_pictures_than_meta_takes():
    images = [{"src": f"https://a.example/{n}.png", "position": n} for n in range(60)]
    assert len(rows(images=images)[0]["additional_image_links"]) == 20


def test_the_sku_as_number_where_it_is_one():
    product = payload("create")
    skus = ["A-1", "A-1", " ", None, "B-2", "x" * 101]
    product["variants"] = [{**product["variants"][0], "id": n, "sku": sku} for n, sku in enumerate(skus, 1)]
    by_sku = shop(number_is=ShopifyShop.NumberIs.SKU)
    assert [each["retailer_id"] for each in reading.rows_of(product, by_sku)] == ["1", "2", "3", "4", "B-2", "6"]


@pytest.mark.parametrize(
    ("values", "is_for_sale"),
    [
        ({}, True),
        ({"status": "draft"}, False),
        ({"status": "archived"}, False),
        ({"published_at": None}, False),
        ({"status": None}, True),
    ],
)
def test_what_is_for_sale(values, is_for_sale):
    assert (reading.why_not_for_sale(payload("create", **values)) == "") == is_for_sale


@pytest.mark.parametrize("variants", [None, [], {}, "x", [None], [{}], [{"id": None}], [{"id": 1}, {"title": "x"}]])
def test_a_product_whose_variants_are_not_named_is_not_taken_for_one_without_any(variants):
    with pytest.raises(reading.Unreadable):
        rows(variants=variants)


@pytest.mark.parametrize("odd", [None, 7, "x", [], {}, [None], [[]], {"id": {}}, True])
def test_odd_values_are_passed_over(odd):
    product, keep = payload("create"), ("id", "variants")
    assert rows(**{name: odd for name in product if name not in keep})
    for name in product["variants"][0]:
        if name != "id":
            assert one(**{name: odd})


HTML = [
    ("<h1>One</h1><p>Two<br>three</p>", "One\nTwo\nthree"),
    ("a&lt;b&gt; &amp;amp; &#8364;&euro;", "a<b> &amp; €€"),
    ("<script>x<p>y</script><style>p{}</style>ok", "ok"),
    ("<script>never closed", ""),
    ("<ul><li>1<li>2</ul><li></li>", "• 1\n• 2"),
    ("<!-- no --><p hidden>yes", "yes"),
    ("before <![odd[ x ]]> after", "before after"),
    ("a <b", "a"),
    ("1 < 2 <i title='a > b'>&copy;</i>", "1 < 2 ©"),
    ("<SCRIPT>x</Script >y<svg><title>z</title></svg>", "y"),
    ("one\ntwo <?php x ?>three", "one two three"),
    ("  \n\t ", ""),
    ("<noscript><b>n</noscript>m", "m"),
]


@pytest.mark.parametrize(("html", "words"), HTML)
def test_the_words_of_html(html, words):
    assert plain_text.of_html(html, 5000).startswith(words)


def test_a_long_description_is_cut_between_words():
    found = plain_text.of_html("<p>" + "word " * 3000, 5000)
    assert 4990 <= len(found) <= 5000 and found.endswith("word…")
    assert len(plain_text.of_html("x" * 9000, 5000)) == 5000


SLOW = [
    "<",
    "<a ",
    "<!--",
    "&#",
    "<![",
    "<a '",
    '<a "',
    "<script>",
    "<style></script>",
    "<a b='c\"",
    "</",
    "<p ",
    " \n",
    "<?",
]


@pytest.mark.parametrize("piece", SLOW)
def test_html_made_to_be_slow_is_not(piece):
    begun = time.process_time()
    plain_text.of_html(piece * 50_000, 5000)
    plain_text.of_html(piece * 20_001 + ">", 5000)
    assert time.process_time() - begun < 2
