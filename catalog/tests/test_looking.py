"""Pictures are looked at once for all that show them, again when that may help, and whoever does it may die."""

import threading
import time
from datetime import timedelta

import pytest
import responses
import time_machine
from django.core.files.storage import default_storage
from django.utils import timezone

from catalog.models import ProductImage, ProductItem
from catalog.problems import words_of
from catalog.services import items, looking, trimming, verdicts
from catalog.services.looking import look, look_again
from catalog.tests.drawing import picture
from catalog.tests.making import products, row
from workspaces.tests.factories import WorkspaceFactory

pytestmark = pytest.mark.django_db
Status, State = ProductItem.Status, ProductImage.State
LINK = "https://shop.example/pictures/1.jpg"
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def web():
    with responses.RequestsMock(assert_all_requests_are_fired=False) as web:
        yield web


@pytest.fixture
def shop():
    return WorkspaceFactory()


@pytest.fixture
def item(shop):
    written = items.write(shop, [row()], source="import")
    return ProductItem.objects.filter(pk__in=written.new)


def look_at(item) -> ProductItem:
    look()
    return item.select_related("image").get()


def test_a_good_picture_lets_its_products_go(web, shop, item):
    items.write(shop, [row(2, image_link=LINK), row(3)], source="import")
    web.get(LINK, picture("PNG", (900, 700)), content_type="text/plain")
    web.get("https://shop.example/pictures/3.jpg", picture())
    assert look() == 2 and len(web.calls) == 2 and look() == 0
    assert not ProductItem.objects.exclude(status=Status.WAITING).exists()
    image = item.get().image
    assert (image.state, image.mime_type, image.width, image.height) == (State.GOOD, "image/png", 900, 700)
    assert image.thumbnail.open().read(3) == b"\xff\xd8\xff" and image.look_after is None and image.problem is None


@pytest.mark.parametrize(
    ("content", "key"),
    [
        (picture(size=(499, 900)), "image_too_small"),
        (picture("WEBP"), "image_wrong_type"),
        (b"<html>", "image_no_image"),
        (picture()[:900], "image_broken"),
        (b"x" * (8 * 1024 * 1024 + 1), "image_too_large"),
    ],
)
def test_a_picture_that_meta_would_refuse_holds_its_product_and_says_why(web, item, content, key):
    web.get(LINK, content, content_type="image/jpeg")
    found = look_at(item)
    assert found.status == Status.INCOMPLETE and found.image.problem["key"] == key
    assert found.image.look_after is None and not found.image.thumbnail and "%(" not in words_of(found.image.problem)


def test_a_private_address_is_not_asked(web, shop):
    items.write(shop, [row(image_link="https://2130706433/1.jpg")], source="import")
    look()
    assert ProductImage.objects.get().problem["key"] == "image_private" and not web.calls


def test_a_server_that_does_not_answer_is_asked_again_later_and_later_and_then_no_more(web, item):
    web.get(LINK, status=503)
    with time_machine.travel(timezone.now(), tick=False) as clock:
        pauses = [MINUTE, 5 * MINUTE, 30 * MINUTE, 6 * HOUR, *[DAY] * 5]
        for number, pause in enumerate(pauses, 1):
            found = look_at(item)
            assert found.status == Status.INCOMPLETE and len(web.calls) == number
            assert found.image.look_after - timezone.now() == pause
            assert "again by itself" in words_of(found.image.problem)
            clock.shift(pause - timedelta(seconds=1))
            assert look() == 0
            clock.shift(timedelta(seconds=2))
        found = look_at(item)
        assert found.image.look_after is None and "let Galantis look again" in words_of(found.image.problem)
        assert "answers 503" in words_of(found.image.problem)


def test_a_picture_that_is_not_there_is_asked_for_again_for_some_days(web, item):
    web.get(LINK, status=404)
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for _ in range(3):
            assert look_at(item).image.problem["key"] == "image_not_found"
            clock.shift(DAY)
        assert look_at(item).image.look_after is None
        clock.shift(DAY)
        assert look() == 0


def test_it_comes_back(web, item):
    web.get(LINK, status=500)
    assert look_at(item).status == Status.INCOMPLETE
    web.replace(responses.GET, LINK, picture())
    with time_machine.travel(timezone.now() + 2 * MINUTE):
        found = look_at(item)
    assert found.status == Status.WAITING and found.image.tries == 0


# Asked for by a person ------------------------------------------------------------------------------------------------
def test_a_person_may_ask_for_another_look(web, shop, item):
    web.get(LINK, picture(size=(20, 20)))
    look()
    assert look_again(item) == 1
    assert item.get().status == Status.LOOKING
    web.replace(responses.GET, LINK, picture())
    assert look_at(item).status == Status.WAITING


def test_a_good_picture_counts_until_it_is_found_to_be_none(web, shop):
    item, strangers = products(shop), products(WorkspaceFactory())
    web.get(LINK, picture(size=(20, 20)))
    assert look_again(item) == 1
    assert item.get().status == Status.WAITING
    assert look() == 1 and item.get().status == Status.INCOMPLETE and strangers.get().status == Status.WAITING


def test_who_asks_while_it_is_looked_at_gets_another_look(item):
    def ask_meanwhile(link):
        look_again(item)
        return verdicts.NotFetched("image_not_found", status=404)

    calls = iter([ask_meanwhile, lambda link: verdicts.see(picture())])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(looking, "verdict_on", lambda link: link)
        patch.setattr(looking, "columns_of", lambda image, link: verdicts.columns_of(image, next(calls)(link)))
        assert look() == 1
    assert item.get().image.state == State.GOOD


def test_an_old_small_copy_goes_when_there_is_a_new_one_or_none(web, item, django_capture_on_commit_callbacks):
    web.get(LINK, picture())
    first = look_at(item).image.thumbnail.name
    for content, is_kept in [(picture("PNG"), True), (picture(size=(9, 9)), False)]:
        web.replace(responses.GET, LINK, content)
        look_again(item)
        with django_capture_on_commit_callbacks(execute=True):
            image = look_at(item).image
        assert bool(image.thumbnail) is is_kept and not default_storage.exists(first)
        first = image.thumbnail.name


def test_a_small_copy_that_cannot_be_kept_holds_nothing_up(web, item, monkeypatch):
    web.get(LINK, picture())
    monkeypatch.setattr(type(default_storage._wrapped or default_storage), "save", _full, raising=False)
    found = look_at(item)
    assert found.status == Status.WAITING and not found.image.thumbnail


def _full(*args, **kwargs):
    raise OSError("No space left on device")


def test_what_nobody_thought_of_is_told_and_tried_again(item, monkeypatch):
    monkeypatch.setattr(verdicts, "fetch", lambda link: 1 / 0)
    found = look_at(item)
    assert found.image.problem["key"] == "image_unreachable" and found.image.look_after
    assert "division" not in words_of(found.image.problem)


# Many -----------------------------------------------------------------------------------------------------------------
def test_several_servers_at_once_and_few_pictures_of_one(shop, monkeypatch):
    running, most, most_of_one, lock = [], [], [], threading.Lock()

    def fetch(link):
        host = link.split("/")[2]
        with lock:
            running.append(host)
            most.append(len(running))
            most_of_one.append(running.count(host))
        time.sleep(0.02)
        with lock:
            running.remove(host)
        return GOOD

    monkeypatch.setattr(verdicts, "fetch", fetch)
    many = [row(n, image_link=f"https://shop{n % 6}.example/{n}.png") for n in range(90)]
    items.write(shop, many, source="import")
    assert look() == 90
    assert max(most_of_one) == looking.THREADS_FOR_A_HOST and looking.THREADS_FOR_A_HOST < max(most) <= looking.THREADS
    assert not ProductItem.objects.exclude(status=Status.WAITING).exists()


GOOD = picture("PNG", (500, 500))


def test_a_slow_server_of_one_shop_holds_up_no_other_shop(shop, monkeypatch):
    slow, order = threading.Event(), []

    def fetch(link):
        if "slow" in link:
            slow.wait(5)
        order.append(link)
        if "fast" in link and sum("fast" in each for each in order) == 20:
            slow.set()
        return GOOD

    monkeypatch.setattr(verdicts, "fetch", fetch)
    items.write(shop, [row(n, image_link=f"https://slow.example/{n}.png") for n in range(40)], source="import")
    items.write(
        WorkspaceFactory(), [row(n, image_link=f"https://fast.example/{n}.png") for n in range(20)], source="api"
    )
    started = time.monotonic()
    assert look() == 60 and time.monotonic() - started < 4
    assert all("fast" in link for link in order[:20])


def test_verdicts_are_stored_together(shop, monkeypatch, django_assert_max_num_queries):
    monkeypatch.setattr(verdicts, "fetch", lambda link: GOOD)
    monkeypatch.setattr(verdicts, "see", lambda content: verdicts.Seen("image/png", 500, 500, b"small"))
    items.write(shop, [row(n) for n in range(100)], source="import")
    with django_assert_max_num_queries(100 + 150):
        assert look() == 100


def test_a_round_ends_and_another_is_woken_for_the_rest(shop, monkeypatch):
    woken = []
    monkeypatch.setattr(verdicts, "fetch", lambda link: GOOD)
    monkeypatch.setattr(looking, "RUN_SECONDS", 0)
    monkeypatch.setattr(looking.wakeups, "wake", lambda task, *args: woken.append(task.name))
    items.write(shop, [row()], source="import")
    assert look() == 0 and woken == ["catalog.tasks.look_at_images"]


# Killed ---------------------------------------------------------------------------------------------------------------
class Killed(BaseException):
    pass


def test_what_a_dead_worker_had_in_hand_is_looked_at_by_the_next(web, item, monkeypatch):
    web.get(LINK, picture())
    with monkeypatch.context() as patch:
        patch.setattr(looking, "store", _die)
        with pytest.raises(Killed):
            look()
    assert item.get().status == Status.LOOKING and look() == 0
    with time_machine.travel(timezone.now() + looking.LEASE + timedelta(seconds=2)):
        assert look() == 1
    assert item.get().status == Status.WAITING


def _die(*args):
    raise Killed


def test_two_workers_do_not_look_at_the_same_time_nor_at_the_same_picture(web, shop, item, monkeypatch):
    seen = []

    def fetch(link):
        seen.append(link)
        return GOOD

    monkeypatch.setattr(verdicts, "fetch", fetch)
    looking.client().set(looking.MARK, "another", ex=60)
    assert look() == 0 and not seen
    looking.client().delete(looking.MARK)
    monkeypatch.setattr(looking, "_is_first", lambda mine: True)
    first, second = looking._Round(), looking._Round()
    first._take_in_hand()
    assert second.run() == 0 and first.run() == 1 and seen == [LINK]


def test_without_valkey_pictures_are_looked_at_all_the_same(web, item, no_valkey):
    web.get(LINK, picture())
    assert look() == 1


# Trimming -------------------------------------------------------------------------------------------------------------
def test_a_picture_that_no_product_shows_any_more_goes_with_its_copy(
    web, shop, item, django_capture_on_commit_callbacks
):
    web.get(LINK, picture())
    web.get("https://shop.example/another.jpg", picture())
    name = look_at(item).image.thumbnail.name
    items.write(shop, [row(image_link="https://shop.example/another.jpg")], source="import")
    look()
    assert trimming.trim() == 0
    with time_machine.travel(timezone.now() + 2 * HOUR), django_capture_on_commit_callbacks(execute=True):
        assert trimming.trim() == 1
    assert ProductImage.objects.get() == item.get().image and not default_storage.exists(name)
