"""Importing as people do it: choose a file, look, mend, take over; and taking products away as a file."""

import csv
import io
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from catalog.models import ImportLine, ProductImport, ProductItem
from catalog.services import importing, items
from catalog.tests.factories import ProductImportFactory
from catalog.tests.files_of_products import chosen, file_of, read, row, taken_over
from catalog.tests.making import products
from workspaces.models import Role
from workspaces.tests.factories import MembershipFactory, WorkspaceFactory

pytestmark = pytest.mark.django_db
State, Line = ProductImport.State, ImportLine.State
NEW, LIST = reverse("catalog:import_new"), reverse("catalog:imports")
HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def shop():
    return WorkspaceFactory()


def logged_in(client, shop, role):
    client.force_login(MembershipFactory(workspace=shop, role=role).user)
    return client


@pytest.fixture
def browser(client, shop):
    return logged_in(client, shop, Role.MARKETER)


def upload(browser, content: bytes, name: str = "products.csv", **given):
    given = {"currency": "eur", "mode": "update", "file": SimpleUploadedFile(name, content), **given}
    return browser.post(NEW, given)


def page_of(made, part: str = "import", *args):
    return reverse(f"catalog:{part}", args=[made.pk])


def broken_line(made) -> ImportLine:
    return made.lines.filter(state=Line.BAD).first()


def test_a_file_is_chosen_read_looked_at_and_taken_over(browser, shop):
    answer = upload(browser, file_of(row(1, price="9,99"), row(2)), "../../my products.csv")
    made = ProductImport.objects.get()
    assert answer.url == page_of(made) and made.file_name == "my products.csv" and made.currency == "EUR"
    page = browser.get(answer.url).content.decode()
    assert "The file is being read" in page and "every 2s" in page and "refresh" in page
    importing.run(made.pk)
    assert browser.get(page_of(made, "import_state")).headers["HX-Refresh"] == "true"
    page = browser.get(page_of(made)).content.decode()
    assert "Take over the 2 good lines" in page and "Example product 1" in page and "CSV, UTF-8" in page
    assert browser.post(page_of(made, "import_act"), {"act": "take_over"}).url == page_of(made)
    assert "being taken over" in browser.get(page_of(made)).content.decode()
    importing.run(made.pk)
    assert "Taken over" in browser.get(page_of(made)).content.decode()
    assert ProductItem.objects.get(retailer_id="sku-1").price == Decimal("9.99")
    assert "my products.csv" in browser.get(LIST).content.decode()


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"file": ""}, "Choose a file"),
        ({"currency": "EURO"}, "three letters"),
        ({"mode": "other"}, "Choose what the file is"),
        ({"file": SimpleUploadedFile("a.xlsx", b"PK\x03\x04rest")}, "workbook"),
        ({"file": SimpleUploadedFile("a.csv", b"")}, "empty"),
    ],
)
def test_what_is_no_file_of_products_is_refused_at_once(browser, given, words):
    answer = upload(browser, b"id\n1\n", **given)
    assert answer.status_code == 422 and words in answer.content.decode()
    assert not ProductImport.objects.exists()


def test_a_file_that_could_not_be_read_says_why(browser, shop):
    page = browser.get(page_of(read(shop, content=b"title\nMug\n"))).content.decode()
    assert "no column with the product number" in page and "Choose another file" in page


def test_broken_lines_are_mended_in_the_page(browser, shop):
    made = read(shop, row(1), row(2, price="free", title="<b>Mug</b>"), row(3, title=""))
    page = browser.get(page_of(made)).content.decode()
    assert page.count("Save and check again") == 2 and "“free” is not a price" in page and "<b>Mug" not in page
    line = broken_line(made)
    url = reverse("catalog:import_line", args=[line.pk])
    still = browser.post(url, {"price": "1,234"}, **HTMX).content.decode()
    assert "may be 1234 or 1.234" in still and f'id="line-{line.pk}"' in still
    good = browser.post(url, {"price": "12.34", "sale_price": ""}, **HTMX).content.decode()
    assert "This line is good now" in good and "Take over the 2 good lines" in good and "hx-swap-oob" in good
    line.refresh_from_db()
    assert line.values["price"] == "12.34" and "sale_price" not in line.values


def test_without_a_script_a_line_has_a_page_of_its_own(browser, shop):
    made = read(shop, row(1), row(2, price="free"))
    url = reverse("catalog:import_line", args=[broken_line(made).pk])
    assert "is not a price" in browser.get(url).content.decode()
    answer = browser.post(url, {"price": "no"})
    assert answer.status_code == 422 and "“no” is not a price" in answer.content.decode()
    assert browser.post(url, {"price": "5"}).url == page_of(made)
    assert browser.post(url, {"act": "leave_out"}).url == page_of(made)
    assert made.lines.get(line=3).state == Line.LEFT_OUT
    taken_over(made)
    assert (
        browser.post(reverse("catalog:import_line", args=[made.lines.get(line=2).pk]), {"price": "5"}).status_code
        == 302
    )
    assert made.lines.get(line=2).state == Line.APPLIED


def test_the_broken_lines_can_be_mended_in_a_spreadsheet(browser, shop):
    made = taken_over(read(shop, row(1), row(2, price="free", title="=1+1"), row(3, title="")))
    text = b"".join(browser.get(page_of(made, "import_broken"))).decode()
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
    assert [each["line"] for each in rows] == ["3", "4"] and rows[0]["title"] == "'=1+1"
    assert rows[0]["reason"].startswith("Price: “free” is not a price")
    again = read(shop, content=text.replace("free", "5").encode())
    assert (again.new_count, again.bad_count) == (1, 1) and again.lines.first().values["title"] == "=1+1"


def test_lines_are_shown_by_what_they_are_and_in_pages(browser, shop, django_assert_max_num_queries):
    products(shop, 60)
    made = read(shop, *(row(number, price="5.00 USD") for number in range(1, 61)), row(61))
    with django_assert_max_num_queries(20):
        page = browser.get(page_of(made)).content.decode()
    assert "9.99" in page and "→ <bdi>5</bdi>" in page and "Page 1 of 2" in page
    assert "Example product 61" in browser.get(page_of(made), {"lines": "new"}).content.decode()
    assert "Example product 55" in browser.get(page_of(made), {"lines": "all", "page": "2"}).content.decode()
    assert browser.get(page_of(made), {"lines": "\x00", "page": "x"}).status_code == 200


def test_a_whole_list_says_first_how_many_it_removes(browser, shop):
    taken_over(read(shop, *(row(number) for number in range(4))))
    made = read(shop, *(row(number) for number in range(3)), mode="whole")
    assert "1 product that came from a file is not in this one" in browser.get(page_of(made)).content.decode()
    made = read(shop, row(0), row(1, title=""), mode="whole")
    page = browser.get(page_of(made)).content.decode()
    assert "2 products are not in the file" in page and "Remove them all the same" in page


def test_given_up_nothing_is_taken_over(browser, shop):
    made = read(shop, row(1))
    assert browser.post(page_of(made, "import_act"), {"act": "give_up"}).url == LIST
    assert "Given up" in browser.get(page_of(made)).content.decode()
    answer = browser.post(page_of(made, "import_act"), {"act": "take_over"}, follow=True)
    assert "given up" in answer.content.decode() and not ProductItem.objects.exists()


@pytest.mark.parametrize("role", [Role.AGENT, Role.VIEWER] if hasattr(Role, "VIEWER") else [Role.AGENT])
def test_who_may_not_market_looks_and_changes_nothing(client, shop, role):
    made = read(shop, row(1), row(2, price="free"))
    agent = logged_in(client, shop, role)
    page = agent.get(page_of(made)).content.decode()
    assert "is not a price" in page and "Take over the" not in page and "Save and check" not in page
    line = reverse("catalog:import_line", args=[broken_line(made).pk])
    for answer in (
        upload(agent, b"id\n1\n"),
        agent.get(NEW),
        agent.post(page_of(made, "import_act"), {"act": "take_over"}),
        agent.post(line, {"price": "5"}),
    ):
        assert answer.status_code == 403
    assert ProductImport.objects.get().state == State.READY and broken_line(made)
    assert agent.get(page_of(made, "import_act")).status_code == 405


def test_a_stranger_finds_nothing(client, shop):
    made = read(shop, row(1), row(2, price="free"))
    stranger = logged_in(client, WorkspaceFactory(), Role.OWNER)
    line = reverse("catalog:import_line", args=[broken_line(made).pk])
    for url in (line, *(page_of(made, each) for each in ("import", "import_state", "import_act", "import_broken"))):
        assert stranger.get(url).status_code == 404 and stranger.post(url, {"act": "take_over"}).status_code == 404
    assert f"imports/{made.pk}/" not in stranger.get(LIST).content.decode()
    assert "sku-1" not in b"".join(stranger.get(reverse("catalog:export"))).decode()


def test_what_columns_hold_of_an_odd_shape_is_no_error(browser, shop):
    made = ProductImportFactory(workspace=shop, state=State.READY, columns=["odd", {"a": 1}, [1]])
    made.lines.create(workspace=shop, line=2, state=Line.BAD, values=["odd"], problems=["odd", {"field": {}}])
    made.lines.create(workspace=shop, line=3, state=Line.CHANGED, values={"price": {"odd": 1}}, problems={"odd": 1})
    for part in ("import", "import_broken"):
        assert browser.get(page_of(made, part)).status_code == 200
    assert browser.get(page_of(made), {"lines": "all"}).status_code == 200
    assert browser.get(reverse("catalog:import_line", args=[made.lines.first().pk])).status_code == 200


# Taking away ----------------------------------------------------------------------------------------------------------
def exported(browser, **asked) -> str:
    return b"".join(browser.get(reverse("catalog:export"), asked)).decode()


def test_what_is_exported_cannot_run_and_comes_back_the_same(browser, shop):
    odd = ["=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)", "'=quoted", "''=twice", "'plain", 'say "hi", you; ok', "a\nb"]
    for number, title in enumerate(odd):
        items.write(
            shop,
            [
                {
                    **{name: text for name, text in row(number).items() if name not in ("id", "price")},
                    "retailer_id": f"sku-{number}",
                    "title": title,
                    "price": Decimal("1250"),
                    "currency": "JPY",
                    "additional_image_links": ["https://shop.example/a.png", "https://shop.example/b.png"],
                    "attributes": {"color": "=red"},
                    "inventory": number,
                }
            ],
            source="import",
        )
    before = list(ProductItem.objects.order_by("pk").values())
    text = exported(browser)
    for cells in csv.reader(io.StringIO(text.removeprefix("\ufeff"))):
        assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]
    made = taken_over(read(shop, content=text.encode()))
    assert (made.same_count, made.bad_count) == (len(odd), 0)
    assert list(ProductItem.objects.order_by("pk").values()) == before


def test_an_export_says_how_each_product_stands_and_is_filtered(browser, shop):
    products(shop, 2)
    items.write(shop, [{"retailer_id": "sku-9", "title": "Lamp"}], source="hand")
    rows = list(csv.DictReader(io.StringIO(exported(browser).removeprefix("\ufeff"))))
    assert [each["status"] for each in rows] == ["Waits to be sent", "Waits to be sent", "To be mended"]
    assert "missing" in rows[2]["reason"]
    assert "sku-1" not in exported(browser, source="hand") and "sku-9" in exported(browser, q="lamp")
    assert exported(browser, status="\x00odd").count("\n") == 1


def test_the_sample_can_be_imported(browser, shop):
    made = read(shop, content=b"".join(browser.get(reverse("catalog:import_sample"))))
    assert (made.new_count, made.bad_count) == (2, 0)


def test_a_file_chosen_twice_at_once_is_read_once_each(shop):
    first, second = chosen(shop, file_of(row(1))), chosen(shop, file_of(row(1)))
    assert importing.run(first.pk) and not importing.run(first.pk) and importing.run(second.pk)
