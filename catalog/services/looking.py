"""Looking at the pictures of products before they are sent: each web address once, however many products show it.

A row is claimed by moving its `look_after`: a worker that dies leaves rows that are due again a little later, and a
verdict counts only for the claim it was made in.
"""

import secrets
import time
from collections import Counter, defaultdict, deque
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import suppress
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from redis.exceptions import RedisError

from catalog import standing, tasks
from catalog.models import ProductImage, ProductItem
from catalog.services import items
from catalog.services.verdicts import Verdict, columns_of, store, verdict_on
from workspaces import live, wakeups
from workspaces.models import Workspace
from workspaces.valkey import client

State = ProductImage.State
THREADS, THREADS_FOR_A_HOST = 16, 4
# So many of one shop are in hand at most, so that a slow server of one shop holds up no other shop.
IN_HAND, IN_HAND_OF_A_SHOP = 160, 16
LEASE, RENEW_BEFORE = timedelta(minutes=2), timedelta(minutes=1)
# Then no more are taken in hand, and another task is woken for the rest: these workers read files and catalogs, too.
RUN_SECONDS = 30
# Verdicts are stored together.
STORED_AT_ONCE, STORED_AFTER_SECONDS = 32, 0.5
# One round at a time, or they would take all these workers. The mark of one that died is forgotten after a while.
MARK, MARK_SECONDS = "looking-at-pictures", 60


def look() -> int:
    """Fetch and judge the pictures that are due; return how many: none while another worker does."""
    mine = secrets.token_hex(8)
    if not _is_first(mine):
        return 0
    try:
        return _Round().run()
    finally:
        with suppress(RedisError):
            if client().get(MARK) == mine.encode():
                client().delete(MARK)


def look_again(products: QuerySet[ProductItem]) -> int:
    """A person asks: the pictures of these are looked at anew. A good one counts until it is found to be none."""
    with transaction.atomic():
        wanted = list(products.filter(image__isnull=False).order_by().values_list("image", flat=True).distinct())
        _hold_products_of(wanted)
        asked = ProductImage.objects.filter(pk__in=wanted).select_for_update().order_by("pk")
        pks = list(asked.values_list("pk", flat=True))
        mine = ProductImage.objects.filter(pk__in=pks)
        mine.update(look_after=timezone.now(), tries=0)
        mine.exclude(state=State.GOOD).update(state=State.WAITING)
        for workspace in _settled(pks):
            items.announce(workspace)
    return len(pks)


def _hold_products_of(image_pks: list[int]) -> None:
    """Products are locked before pictures, as by whoever gives a product its picture."""
    shown = ProductItem.objects.filter(image__in=image_pks)
    list(shown.select_for_update(no_key=True).order_by("pk").values_list("pk"))


def _settled(image_pks: list[int]) -> QuerySet[Workspace]:
    """The products of these pictures stand where that leads. Returns whose they are."""
    shown = ProductItem.objects.filter(image__in=image_pks)
    standing.settle(shown)
    return Workspace.objects.filter(pk__in=shown.order_by().values("workspace").distinct())


def _is_first(mine: str) -> bool:
    try:
        return bool(client().set(MARK, mine, nx=True, ex=MARK_SECONDS))
    except RedisError:
        return True  # The claims keep two rounds apart, too.


class _Round:
    """Takes pictures in hand, a few of each shop and a few of each server at a time, until none is due."""

    def __init__(self):
        self._waiting: dict[str, deque[ProductImage]] = defaultdict(deque)
        self._running: dict[Future, ProductImage] = {}
        self._found: list[tuple[ProductImage, Verdict]] = []
        self._hosts: Counter[str] = Counter()
        self._shops: Counter[int] = Counter()
        self._told: set[Workspace] = set()
        self._ends, self._stored_at = time.monotonic() + RUN_SECONDS, time.monotonic()
        self._count = 0

    def run(self) -> int:
        is_over = False
        with ThreadPoolExecutor(THREADS, thread_name_prefix="looking") as pool:
            while True:
                is_over = time.monotonic() >= self._ends
                if not is_over:
                    self._take_in_hand()
                self._start(pool)
                if self._running:
                    self._gather()
                    self._keep_claims()
                elif self._found:
                    self._store()  # And what became due meanwhile is still ours to do.
                else:
                    break
        for workspace in self._told:  # Now, and not after each: products are pushed many at a time.
            items.announce(workspace)
        if is_over:
            wakeups.wake(tasks.look_at_images)
        return self._count

    # Claims
    def _take_in_hand(self) -> None:
        while images := self._claimed():
            for image in images:
                self._waiting[_host(image)].append(image)
                self._shops[image.workspace_id] += 1

    def _claimed(self) -> list[ProductImage]:
        room = IN_HAND - self._shops.total()
        if room < IN_HAND_OF_A_SHOP:
            return []
        full = [shop for shop, count in self._shops.items() if count >= IN_HAND_OF_A_SHOP]
        due = ProductImage.objects.filter(look_after__lte=timezone.now()).exclude(workspace__in=full)
        with transaction.atomic():
            claimed = due.select_for_update(skip_locked=True).order_by("look_after", "pk")
            images = list(claimed[:IN_HAND_OF_A_SHOP])
            self._lease(images, timezone.now() + LEASE + timedelta(microseconds=secrets.randbelow(1_000_000)))
        return images

    def _lease(self, images: list[ProductImage], until: datetime) -> None:
        """The moment, to the microsecond, is by what a verdict is known to belong to this claim."""
        if images:
            ProductImage.objects.filter(pk__in=[image.pk for image in images]).update(look_after=until)
        for image in images:
            image.look_after = until

    def _keep_claims(self) -> None:
        """While they wait for their turn. What a person asked for meanwhile has another moment, and is not ours."""
        with suppress(RedisError):
            client().expire(MARK, MARK_SECONDS)
        in_hand = [*self._running.values(), *(image for queue in self._waiting.values() for image in queue)]
        ending = defaultdict(list)
        for image in in_hand:
            if image.look_after - timezone.now() < RENEW_BEFORE:
                ending[image.look_after].append(image)
        for lease, images in ending.items():
            until = lease + LEASE
            ProductImage.objects.filter(pk__in=[each.pk for each in images], look_after=lease).update(look_after=until)
            for image in images:
                image.look_after = until

    # Work
    def _start(self, pool: ThreadPoolExecutor) -> None:
        for host, queue in list(self._waiting.items()):
            while queue and self._hosts[host] < THREADS_FOR_A_HOST and len(self._running) < THREADS:
                image = queue.popleft()
                self._running[pool.submit(verdict_on, image.link)] = image
                self._hosts[host] += 1
            if not queue:
                del self._waiting[host]

    def _gather(self) -> None:
        done, _ = wait(self._running, timeout=1, return_when=FIRST_COMPLETED)
        for future in done:
            image = self._running.pop(future)
            self._hosts[_host(image)] -= 1
            self._shops[image.workspace_id] -= 1
            self._found.append((image, future.result()))
        if len(self._found) >= STORED_AT_ONCE or time.monotonic() - self._stored_at >= STORED_AFTER_SECONDS:
            self._store()

    def _store(self) -> None:
        found = [(image, columns_of(image, verdict)) for image, verdict in sorted(self._found, key=_by_key)]
        with transaction.atomic():
            _hold_products_of([image.pk for image, _columns in found])
            stored = [image for image, columns in found if store(image, columns)]
            workspaces = list(_settled([image.pk for image in stored])) if stored else []
        for workspace in workspaces:
            live.touch(workspace.pk)
        self._told |= set(workspaces)
        self._count += len(stored)
        self._found, self._stored_at = [], time.monotonic()


def _host(image: ProductImage) -> str:
    try:
        return urlsplit(image.link).netloc.casefold()
    except ValueError:
        return ""


def _by_key(found: tuple[ProductImage, Verdict]) -> int:
    return found[0].pk
