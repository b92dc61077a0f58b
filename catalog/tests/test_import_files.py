"""Files of products in whatever form they come: read, or refused with the line and the reason."""

import io
import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.files import Unreadable, prices
from catalog.files.reading import open_table
from catalog.files.values import understood

HEAD = "id;Titel;price;brand"
ROW = "sku-1;Große Tasse;9,99;Beispiel"
TEXT = f"{HEAD}\r\n{ROW}\r\n"


def table(content: bytes | str):
    return open_table(io.BytesIO(content.encode() if isinstance(content, str) else content))


def texts(content) -> list[dict]:
    return [line.texts for line in table(content).lines]


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (TEXT.encode(), "UTF-8"),
        (TEXT.encode("utf-8-sig"), "UTF-8"),
        (TEXT.encode("utf-16"), "UTF-16"),
        (b"\xfe\xff" + TEXT.encode("utf-16-be"), "UTF-16"),
        (TEXT.encode("utf-16-le"), "UTF-16"),
        (TEXT.encode("utf-16-be"), "UTF-16"),
        (TEXT.encode("cp1252"), "Windows-1252"),
    ],
)
def test_every_encoding_of_a_spreadsheet_is_read_and_named(content, encoding):
    found = table(content)
    assert found.encoding == encoding and found.delimiter == ";" and found.format == "CSV"
    line = next(found.lines)
    assert line.number == 2 and line.texts["title"] == "Große Tasse" and not line.problems


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_the_separator_is_the_one_that_names_the_most_columns(mark):
    row = ["sku-1", '"Mug; cup, jar | pot"', '"9,99"']
    found = table("\n".join([mark.join(["ID", "Product Title", "Variant Price"]), mark.join(row)]))
    assert found.delimiter == mark
    assert next(found.lines).texts == {"retailer_id": "sku-1", "title": "Mug; cup, jar | pot", "price": "9,99"}


def test_the_line_in_which_excel_names_the_separator_is_no_heading():
    assert texts("sep=;\nid;title\n1;Mug\n") == [{"retailer_id": "1", "title": "Mug"}]


@pytest.mark.parametrize(
    ("heading", "name"),
    [
        ("Retailer_ID", "retailer_id"),
        ("Variant SKU", "retailer_id"),
        ("Body (HTML)", "description"),
        ("image_link", "image_link"),
        ("Image Src", "image_link"),
        ("additional_image_link", "additional_image_links"),
        ("google_product_category", "category"),
        ("Verfügbarkeit", "availability"),
        ("السعر", "price"),
        ("PRECIO", "price"),
        ("Variant Barcode", "gtin"),
        ("Something else", ""),
    ],
)
def test_columns_are_known_by_many_names(heading, name):
    number = [] if name == "retailer_id" else ["id"]
    assert table(",".join([*number, heading]) + "\n1,1\n").columns[-1][1] == name


def test_the_surer_of_two_columns_for_one_fact_counts():
    found = table("sku,name,title,id\nA,Short,Long,B\n")
    assert found.columns == [["sku", ""], ["name", ""], ["title", "title"], ["id", "retailer_id"]]
    assert next(found.lines).texts == {"title": "Long", "retailer_id": "B"}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"  \r\n", "empty"),
        ("\ufeff".encode(), "empty"),
        (b"PK\x03\x04" + b"\0" * 90, "workbook"),
        (b"\xd0\xcf\x11\xe0" + b"\0" * 90, "workbook"),
        (b"\x89PNG\r\n\x1a\n", "no text"),
        (b"%PDF-1.7", "no text"),
        (bytes(range(256)) * 4, "no text"),
        ("title;price\nMug;9\n", "“title”, “price”"),
        ("hello\n", "product number"),
        ("id,price,Price\n1,2,3\n", "“Price”"),
        ('id,title\n1,"Mug\n2,Cup\n3,Jar\n', "line 2"),
        ('id,title\n1,"Mug\n2,"Cup"\n', "line 2"),
        ("id,title\n1," + "x" * 1_200_000, "Line 2"),
        ('[{"id": "1"}, {"id": ]', "Product 2"),
        ('[{"id": "1"}', "Product 2"),
        ("[" * 100_000, "Product 1"),
        ('[{"title": "Mug"}]', "“title”"),
        ("[]", "product number"),
    ],
)
def test_what_cannot_be_read_is_refused_in_words(content, words):
    with pytest.raises(Unreadable, match=words):
        list(table(content).lines)


def test_a_line_that_is_out_of_order_is_broken_and_the_others_are_read():
    content = 'id,title,price\n1,Mug,1.00\n2,Mug\n\n3,"Mug" big,1\n4,Mug,1,50\n,,\n5,a\x00b,2\n6,"two\nlines",2,\n'
    lines = {line.number: line for line in table(content).lines}
    keys = {number: [each["key"] for each in line.problems] for number, line in lines.items()}
    assert keys == {2: [], 3: ["cell_count"], 5: ["quotes"], 6: ["cell_count"], 8: [], 9: []}
    assert lines[9].texts["title"] == "two\nlines"
    _row, found = understood(lines[8].texts, "USD")
    assert [each["key"] for each in found] == ["unreadable"]


def test_json_comes_as_a_list_under_a_name_or_a_line_each():
    one = {"id": "sku-1", "title": "Mug", "price": 9.9, "image_link": {"url": "https://shop.example/1.png"}}
    two = {"id": 2, "title": None, "attributes": {"color": "red"}, "additional_image_links": ["https://a", "https://b"]}
    for content in (
        json.dumps([one, two], indent=2),
        json.dumps({"total": 2, "note": 'a " {', "products": [one, two]}),
        f"{json.dumps(one)}\n\n{json.dumps(two)}\n",
    ):
        found = table(content)
        assert found.format == "JSON"
        first, second = [line.texts for line in found.lines]
        assert first == {
            "retailer_id": "sku-1",
            "title": "Mug",
            "price": "9.9",
            "image_link": "https://shop.example/1.png",
        }
        assert second["retailer_id"] == "2" and second["title"] == "" and second["color"] == "red"
        assert understood(second, "USD")[0]["additional_image_links"] == ["https://a", "https://b"]


def test_a_broken_line_of_json_is_one_line():
    lines = list(table('{"id": "1"}\n{"id": \n{"id": {"a": 1}}\n[1]\n').lines)
    assert [[each["key"] for each in line.problems] for line in lines] == [[], ["not_json"], ["no_text"], ["not_json"]]


def test_a_large_list_of_objects_is_read_through_a_small_window():
    many = [{"id": str(number), "description": "x" * 900} for number in range(1000)]
    assert [each["retailer_id"] for each in texts(json.dumps(many))] == [each["id"] for each in many]


PRICES = [
    ("9.99", "USD", "9.99", ""),
    ("9,99", "EUR", "9.99", ""),
    ("9,9", "EUR", "9.9", ""),
    ("9.99 USD", "EUR", "9.99", "USD"),
    ("USD 9.99", "EUR", "9.99", "USD"),
    ("usd9.99", "EUR", "9.99", "USD"),
    ("$9.99", "USD", "9.99", "USD"),
    ("$9.99", "CAD", "9.99", "CAD"),
    ("US$ 9.99", "CAD", "9.99", "USD"),
    ("9,99 €", "USD", "9.99", "EUR"),
    ("1,234.50", "USD", "1234.50", ""),
    ("1.234,50 EUR", "USD", "1234.50", "EUR"),
    ("1 234,50", "EUR", "1234.50", ""),
    ("1\u202f234,50 €", "EUR", "1234.50", "EUR"),
    ("1'234.50 CHF", "EUR", "1234.50", "CHF"),
    ("1,23,456.50", "INR", "123456.50", ""),
    ("1,234,567", "USD", "1234567", ""),
    ("3.500", "KWD", "3.500", ""),
    ("3.500 KWD", "USD", "3.500", "KWD"),
    ("KWD 1,234.567", "USD", "1234.567", "KWD"),
    ("٣٫٥٠٠ د.ك", "USD", "3.500", "KWD"),
    ("1,250", "JPY", "1250", ""),
    ("1250 JPY", "USD", "1250", "JPY"),
    ("0.999", "USD", "0.999", ""),
    ("1234.567", "USD", "1234.567", ""),
    ("9.-", "CHF", "9", ""),
    ("9,-- €", "EUR", "9", "EUR"),
    ("-5", "USD", "-5", ""),
    ("0", "USD", "0", ""),
]


@pytest.mark.parametrize(("text", "usual", "amount", "currency"), PRICES)
def test_a_price_is_read_as_people_write_it(text, usual, amount, currency):
    assert prices.read(text, usual) == prices.Price(Decimal(amount), currency)


@pytest.mark.parametrize(
    ("text", "usual", "key"),
    [
        ("1,234", "USD", "price_ambiguous"),
        ("1.234", "EUR", "price_ambiguous"),
        ("3,500", "KWD", "price_ambiguous"),
        ("1.000", "JPY", "price_ambiguous"),
        ("$9.99", "EUR", "currency_sign"),
        ("¥100", "USD", "currency_sign"),
        ("free", "USD", "not_a_price"),
        ("9.99 XXX", "USD", "not_a_price"),
        ("9.99 USD EUR", "USD", "not_a_price"),
        ("USD 9.99 EUR", "USD", "not_a_price"),
        ("1.2.3", "USD", "not_a_price"),
        ("12 34", "USD", "not_a_price"),
        ("1,2345.00", "USD", "not_a_price"),
        ("9-10", "USD", "not_a_price"),
        ("=9*9", "USD", "not_a_price"),
        ("NaN", "USD", "not_a_price"),
        ("1e5", "USD", "not_a_price"),
        ("9" * 60, "USD", "not_a_price"),
        ("$", "USD", "not_a_price"),
    ],
)
def test_a_price_that_may_be_two_is_none(text, usual, key):
    with pytest.raises(prices.NoPrice) as refused:
        prices.read(text, usual)
    assert refused.value.key == key


def test_a_line_says_what_it_means():
    row, found = understood(
        {"retailer_id": " 1 ", "price": "9,99 €", "sale_price": "", "availability": "Out_of_Stock", "color": "red"},
        "USD",
    )
    assert not found
    assert row == {
        "retailer_id": "1",
        "price": Decimal("9.99"),
        "sale_price": None,
        "currency": "EUR",
        "availability": "out of stock",
        "attributes": {"color": "red"},
    }
    assert understood({"availability": "12"}, "USD") == ({"inventory": 12, "availability": "in stock"}, [])
    assert understood({"availability": ""}, "USD") == ({}, [])
    differ = understood({"price": "9 USD", "currency": "EUR"}, "USD")[1]
    assert [(each["key"], each["one"], each["other"]) for each in differ] == [("currencies_differ", "USD", "EUR")]


@given(st.binary(max_size=400) | st.text(max_size=300).map(str.encode))
def test_no_bytes_at_all_raise_anything_but_words(content):
    for each in (content, b"id,price,stock\n" + content, b"[" + content, '{"id": 1,'.encode("utf-16") + content):
        try:
            for line in table(each).lines:
                understood(line.texts, "USD")
        except Unreadable as refused:
            assert str(refused)


@given(st.text(max_size=50))
def test_no_text_as_a_price_raises_anything_but_words(text):
    try:
        assert prices.read(text, "USD").amount.is_finite()
    except prices.NoPrice as refused:
        assert refused.key


def test_numbers_and_choices_are_what_they_say_or_nothing():
    assert understood({"inventory": "-3"}, "USD")[1][0]["key"] == "not_a_number"
    assert understood({"inventory": "9" * 5000}, "USD")[1][0]["key"] == "not_a_number"
    assert understood({"inventory": ""}, "USD") == ({"inventory": None}, [])
    assert understood({"condition": "Used - Like New"}, "USD")[0] == {"condition": "used_like_new"}
    assert understood({"condition": "odd"}, "USD")[0] == {"condition": "odd"}
