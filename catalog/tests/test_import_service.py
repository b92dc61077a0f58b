"""An import is read, mended and taken over: all good lines or none, and never twice."""

from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine
from django.core.files.storage import default_storage
from django.db import IntegrityError
from django.utils import timezone

from catalog.models import Catalog, ImportLine, ProductEvent, ProductImport, ProductItem
from catalog.services import import_applying, import_lines, import_reading, importing, items
from catalog.tests.factories import CatalogFactory
from catalog.tests.files_of_products import chosen, file_of, read, row, taken_over
from catalog.tests.making import products
from workspaces.models import AuditEntry
from workspaces.tests.factories import UserFactory, WorkspaceFactory

pytestmark = pytest.mark.django_db
State, Line, Wanted = ProductImport.State, ImportLine.State, ProductItem.Wanted
WHOLE = {"mode": ProductImport.Mode.WHOLE}


@pytest.fixture
def shop():
    return WorkspaceFactory()


def states(made) -> dict[int, str]:
    return dict(made.lines.order_by("line").values_list("line", "state"))


def figures(made) -> tuple:
    return made.line_count, made.new_count, made.changed_count, made.same_count, made.bad_count


def test_a_file_is_read_and_compared_with_what_is_there(shop):
    products(shop, 2)
    made = read(shop, row(1), row(2, price="8.99 USD"), row(3), row(4, price="free"), row(3))
    assert made.state == State.READY and figures(made) == (5, 1, 1, 1, 2)
    assert states(made) == {2: Line.SAME, 3: Line.CHANGED, 4: Line.NEW, 5: Line.BAD, 6: Line.BAD}
    problems = {line.line: line.problems for line in made.lines.filter(state=Line.BAD)}
    assert problems[5] == [{"field": "price", "key": "not_a_price", "value": "free"}]
    assert problems[6] == [{"field": "retailer_id", "key": "number_twice", "line": 4}]
    assert ProductItem.objects.count() == 2 and made.encoding == "UTF-8"


def test_good_lines_are_taken_over_and_the_file_is_forgotten(shop):
    person = UserFactory()
    products(shop, 1)
    made = read(shop, row(1, price="8.99 USD"), row(2), row(3, title=""))
    name = made.file.name
    assert default_storage.exists(name)
    made = taken_over(made, person)
    assert made.state == State.DONE and figures(made) == (3, 1, 1, 0, 1)
    assert states(made) == {2: Line.APPLIED, 3: Line.APPLIED, 4: Line.BAD}
    assert ProductItem.objects.get(retailer_id="sku-1").price == Decimal("8.99")
    assert ProductItem.objects.get(retailer_id="sku-2").status == ProductItem.Status.LOOKING
    assert set(ProductEvent.objects.exclude(actor=None).values_list("actor", flat=True)) == {person.pk}
    assert not made.file and not default_storage.exists(name)
    assert AuditEntry.objects.get().detail["new_count"] == 1


def test_the_same_file_again_changes_nothing(shop):
    taken_over(read(shop, row(1), row(2)))
    before = list(ProductItem.objects.order_by("pk").values())
    again = read(shop, row(1), row(2))
    assert figures(again) == (2, 0, 0, 2, 0)
    taken_over(again)
    assert list(ProductItem.objects.order_by("pk").values()) == before


def test_columns_that_the_file_has_not_stay_as_they_are(shop):
    products(shop, 1, attributes={"color": "red", "gtin": "123"}, sale_price=Decimal(5))
    ProductItem.objects.update(description="", problems=[{"field": "description", "key": "missing"}])
    made = read(shop, content=b"id;price;size;colour\nsku-1;12,50;M;\nsku-2;1,00;;\n", currency="EUR")
    assert states(made) == {2: Line.CHANGED, 3: Line.BAD}
    missing = {each["field"] for each in made.lines.get(line=3).problems}
    assert missing == {"title", "description", "link", "image_link", "brand"}
    taken_over(made)
    item = ProductItem.objects.get()
    assert (item.price, item.currency, item.sale_price) == (Decimal("12.50"), "EUR", Decimal(5))
    assert item.title == "Example product 1" and item.attributes == {"gtin": "123", "size": "M"}


def test_an_empty_cell_empties(shop):
    products(shop, 1, sale_price=Decimal(5), category="Mugs")
    taken_over(read(shop, row(1, sale_price="", category="")))
    assert ProductItem.objects.get().sale_price is None and ProductItem.objects.get().category == ""


def test_what_was_removed_comes_back_and_what_is_kept_out_stays_out(shop):
    items.remove(products(shop, 2).filter(retailer_id="sku-1"), None)
    items.exclude(ProductItem.objects.filter(retailer_id="sku-2"), None)
    made = read(shop, row(1), row(2))
    assert states(made) == {2: Line.CHANGED, 3: Line.SAME}
    taken_over(made)
    assert dict(ProductItem.objects.values_list("retailer_id", "wanted")) == {"sku-1": "listed", "sku-2": "excluded"}


# Mending --------------------------------------------------------------------------------------------------------------
def test_a_mended_line_is_judged_at_once_and_taken_over_with_the_others(shop):
    made = read(shop, row(1), row(2, price="free"), row(3, title=""))
    second, third = made.lines.filter(state=Line.BAD).order_by("line")
    assert import_lines.mend(second, {"price": "9,99"}).state == Line.NEW
    assert import_lines.mend(third, {"title": " "}).problems == [{"field": "title", "key": "missing"}]
    made.refresh_from_db()
    assert figures(made) == (3, 2, 0, 0, 1)
    taken_over(made)
    assert ProductItem.objects.get(retailer_id="sku-2").price == Decimal("9.99")


def test_lines_that_are_mended_later_are_taken_over_later(shop):
    made = taken_over(read(shop, row(1), row(2, price="free")))
    with pytest.raises(importing.CannotImport):
        importing.take_over(made, None)
    import_lines.mend(made.lines.get(state=Line.BAD), {"price": "5"})
    made = taken_over(made)
    assert figures(made) == (2, 2, 0, 0, 0) and ProductItem.objects.count() == 2


def test_a_number_that_another_line_has_is_said_when_it_is_written(shop):
    made = read(shop, row(1), row("", id=""))
    line = import_lines.mend(made.lines.get(state=Line.BAD), {"retailer_id": "sku-1"})
    assert line.problems == [{"field": "retailer_id", "key": "number_twice", "line": 2}]
    assert import_lines.mend(line, {"retailer_id": "sku-2"}).state == Line.NEW
    assert import_lines.leave_out(line).state == Line.LEFT_OUT


def test_nothing_is_mended_while_it_is_taken_over_or_once_it_was(shop):
    made = read(shop, row(1), row(2, price="free"))
    first, second = made.lines.order_by("line")
    importing.take_over(made, None)
    for line in (first, second):
        with pytest.raises(import_lines.Busy):
            import_lines.mend(line, {"price": "5"})
    importing.run(made.pk)
    with pytest.raises(import_lines.Busy):
        import_lines.mend(first, {"price": "5"})


def test_a_line_that_a_later_change_made_wrong_is_broken_not_half_done(shop):
    products(shop, 1)
    made = read(shop, content=b"id,sale_price\nsku-1,5 USD\n")
    items.write(shop, [{"retailer_id": "sku-1", "price": Decimal(4)}], source="hand")
    made = taken_over(made)
    assert [each["key"] for each in made.lines.get().problems] == ["sale_price_higher"]
    assert made.bad_count == 1 and ProductItem.objects.get().sale_price is None


# A whole list ---------------------------------------------------------------------------------------------------------
def test_a_whole_list_removes_what_came_from_files_and_is_not_in_it(shop):
    taken_over(read(shop, *(row(number) for number in range(4))))
    items.write(shop, [{"retailer_id": "by-hand"}], source="hand")
    made = read(shop, *(row(number) for number in range(3)), **WHOLE)
    assert list(import_applying.missing_in(made).values_list("retailer_id", flat=True)) == ["sku-3"]
    made = taken_over(made)
    assert (made.removal_count, made.asked_count) == (1, 0)
    assert ProductItem.objects.get(wanted=Wanted.REMOVED).retailer_id == "sku-3"


def test_a_whole_list_that_lacks_many_asks_first(shop):
    CatalogFactory(account__workspace=shop, state=Catalog.State.CONNECTED)
    taken_over(read(shop, *(row(number) for number in range(4))))
    made = taken_over(read(shop, row(0), row(1), **WHOLE))
    assert (made.removal_count, made.asked_count) == (0, 2)
    assert ProductItem.objects.filter(wanted=Wanted.IN_QUESTION).count() == 2


def test_while_lines_are_broken_nothing_is_removed_unless_a_person_says_so(shop):
    taken_over(read(shop, *(row(number) for number in range(6))))
    rows = [row(number) for number in range(4)]
    made = taken_over(read(shop, *rows, row(4, price="free"), **WHOLE))
    assert made.removal_count == 0 and not ProductItem.objects.filter(wanted=Wanted.REMOVED).exists()
    import_lines.leave_out(made.lines.get(state=Line.BAD))
    made = taken_over(read(shop, *rows, row(4, price="free"), **WHOLE), removes_anyway=True)
    # The broken line names its product, so that one is not missing.
    assert made.removal_count == 1 and ProductItem.objects.get(wanted=Wanted.REMOVED).retailer_id == "sku-5"


def test_a_whole_list_says_nothing_of_what_came_after_it(shop):
    taken_over(read(shop, row(0)))
    made = taken_over(read(shop, row(0), row(1, price="free"), **WHOLE))
    taken_over(read(shop, row(2)))
    import_lines.mend(made.lines.get(state=Line.BAD), {"price": "5"})
    assert taken_over(made).removal_count == 0
    assert ProductItem.objects.filter(wanted=Wanted.LISTED).count() == 3


def test_an_empty_file_is_refused_and_removes_nothing(shop):
    taken_over(read(shop, row(1)))
    made = read(shop, **WHOLE)
    assert made.state == State.FAILED and "no product" in made.error and not made.file
    with pytest.raises(importing.CannotImport):
        importing.take_over(made, None)
    assert ProductItem.objects.get().wanted == Wanted.LISTED


# Workers that die -----------------------------------------------------------------------------------------------------
def die(*_args, **_kwargs):
    raise KeyboardInterrupt


def test_killed_while_reading_it_is_begun_anew_without_doubles(shop, monkeypatch):
    monkeypatch.setattr(import_reading, "CHUNK", 2)
    made = chosen(shop, file_of(*(row(number) for number in range(5))))
    with monkeypatch.context() as patch:
        patch.setattr(import_reading.import_progress, "set_percent", die)
        with pytest.raises(KeyboardInterrupt):
            importing.run(made.pk)
    assert made.lines.count() == 2 and not importing.run(made.pk)  # Somebody may still be at it.
    assert importing.sweep() == 0
    with time_machine.travel(timezone.now() + import_reading.LEASE + timedelta(seconds=1)):
        assert importing.sweep() == 1 and importing.run(made.pk)
    made.refresh_from_db()
    assert made.state == State.READY and figures(made) == (5, 5, 0, 0, 0) and made.lines.count() == 5


def test_a_reader_that_lost_its_lease_writes_nothing_more(shop):
    made = chosen(shop, file_of(row(1)))
    mine = import_reading.claim(made.pk)
    with time_machine.travel(timezone.now() + import_reading.LEASE + timedelta(seconds=1)):
        importing.run(made.pk)
    import_reading.read(mine)
    made.refresh_from_db()
    assert made.state == State.READY and made.lines.count() == 1


@pytest.mark.parametrize("where", ["update_each", "_remove", "_end"])
def test_killed_while_taking_over_nothing_is_half_done(shop, monkeypatch, where):
    monkeypatch.setattr(import_applying, "CHUNK", 2)
    made = read(shop, *(row(number) for number in range(5)))
    importing.take_over(made, None)
    with monkeypatch.context() as patch:
        patch.setattr(import_applying, where, die)
        with pytest.raises(KeyboardInterrupt):
            importing.run(made.pk)
    made.refresh_from_db()
    assert made.state == State.APPLYING and not ProductItem.objects.exists()
    assert not made.lines.exclude(state=Line.NEW).exists()
    assert importing.sweep() == 1 and importing.run(made.pk)
    assert ProductItem.objects.count() == 5 and made.lines.filter(state=Line.APPLIED).count() == 5


def test_who_changes_the_same_rows_makes_it_wait_and_our_own_fault_gives_it_back(shop, monkeypatch):
    made = read(shop, row(1))
    importing.take_over(made, None)
    for error, state in ((IntegrityError, State.APPLYING), (RuntimeError, State.READY)):

        def fail(*_args, error=error):
            raise error

        with monkeypatch.context() as patch:
            patch.setattr(import_applying, "_end", fail)
            with pytest.raises(error):
                importing.run(made.pk)
        made.refresh_from_db()
        assert made.state == state and not ProductItem.objects.exists()
    assert "our fault" in made.error and not importing.run(made.pk)


def test_given_up_it_is_over_and_its_file_is_gone(shop):
    made = chosen(shop, file_of(row(1)))
    assert importing.give_up(made, None) and not importing.give_up(made, None)
    assert not importing.run(made.pk)
    made.refresh_from_db()
    assert made.state == State.DROPPED and not made.file
    with pytest.raises(importing.CannotImport):
        importing.take_over(made, None)


def test_what_nobody_decides_about_is_given_up(shop):
    made = read(shop, row(1))
    assert importing.trim() == 0
    with time_machine.travel(timezone.now() + importing.WAITS + timedelta(days=1)):
        assert importing.trim() == 1
    made.refresh_from_db()
    assert made.state == State.DROPPED and not made.file


def test_a_broken_file_is_refused_with_its_reason(shop):
    made = read(shop, content=b'id,title\n1,"Mug\n2,Cup\n')
    assert made.state == State.FAILED and "line 2" in made.error and not made.file and not made.lines.exists()


def test_too_large_or_no_text_is_not_even_kept(shop, monkeypatch):
    monkeypatch.setattr(importing, "LARGEST_FILE", 100)
    for content in (b"x" * 101, b"PK\x03\x04", b""):
        with pytest.raises(importing.CannotImport):
            chosen(shop, content)
    assert not ProductImport.objects.exists()


def test_nobody_reaches_another_shop(shop):
    other = WorkspaceFactory()
    products(other, 1)
    made = read(shop, row(1, title="Mine"), **WHOLE)
    assert made.new_count == 1
    taken_over(made)
    assert ProductItem.objects.for_workspace(other).get().title == "Example product 1"
