"""Carries updates to the app: gathers them into webhooks, a few at a time, again until the app says 200.

Updates wait in `world.updates` until they are in a webhook, webhooks in `world.webhooks` until a 200. Nothing is lost.
"""

import asyncio
import heapq
import itertools
import random
import secrets
import time
from collections import deque

from . import bodies
from .posting import Connections
from .state import Update, Webhook

CONNECTIONS = 8
WAITING_FOR_ANOTHER_CONNECTION = 4
LARGEST_BUNDLE = 1000
FAIR_BUNDLE = 100  # Meta bundles when much is to be told, so do we
GATHER_SECONDS = 0.3
OVERTAKEN_SECONDS = 1.0
LONGEST_PAUSE = 3600
GIVE_UP_AFTER = 7 * 24 * 3600
KEPT_FOR_THE_LOG = 500


class Postman:
    """One for each run of the sandbox. Everything happens on the event loop."""

    def __init__(self, meta):
        self.meta = meta
        self.counters = {"delivered": 0, "given_up": 0, "updates_delivered": 0}
        self.done: deque[Webhook] = deque(maxlen=KEPT_FOR_THE_LOG)
        self._waiting: deque[Update] = deque()
        self._ready: deque[Webhook] = deque()
        self._later: list[tuple[float, int, Update | Webhook]] = []
        self._waited_for: dict[str, list[asyncio.Future]] = {}  # by webhook: who wants to know that it arrived
        self._on_the_way = 0
        self._numbers = itertools.count()
        self._timer: asyncio.TimerHandle | None = None
        self._connections = Connections()

    def take(self, update: Update, delay: float = 0) -> None:
        """Goes out after `delay` seconds at the earliest."""
        self.meta.world.updates[id(update)] = update
        wait = delay + random.random() * self.meta.weather.number("webhook_delay")
        if self.meta.weather.strikes("reorder"):
            wait += random.random() * OVERTAKEN_SECONDS
        if wait:
            update.due_at = time.time() + wait
            self._put_off(update.due_at, update)
        else:
            self._waiting.append(update)
        self.go_on()

    def resume(self) -> None:
        """After a restart: all that was on its way is on its way again."""
        for each in [*self.meta.world.updates.values(), *self.meta.world.webhooks.values()]:
            self._put_off(each.due_at if isinstance(each, Update) else each.next_try_at, each)

    def retry_all(self) -> int:
        """Now, instead of each at its time: for a developer who has just started the app again."""
        later, self._later = self._later, []
        for _, _, each in sorted(later, key=lambda entry: entry[:2]):
            self._make_ready(each)
        self.go_on()
        return self.pending

    @property
    def pending(self) -> int:
        return len(self.meta.world.updates) + len(self.meta.world.webhooks)

    def latest(self, count: int) -> list[Webhook]:
        """Oldest first, done ones and those pending."""
        pending = list(itertools.islice(reversed(self.meta.world.webhooks.values()), count))
        return sorted([*self.done, *pending], key=lambda webhook: webhook.created_at)[-count:]

    def stop(self) -> None:
        if self._timer:
            self._timer.cancel()
        self._connections.close()

    # --- when

    def go_on(self) -> None:
        """Start as many posts as may go at once, and come back when the next one is due."""
        now = time.time()
        while self._later and self._later[0][0] <= now:
            self._make_ready(heapq.heappop(self._later)[2])
        if not self.meta.weather.is_on("hold_webhooks"):
            while self._on_the_way < self._connections_wanted() and (webhook := self._next(now)):
                self._on_the_way += 1
                self.meta.spawn(self._carry(webhook))
        self._set_timer(now)

    def _connections_wanted(self) -> int:
        """One while little waits, so that fair weather keeps the order; more with every few that wait."""
        return min(CONNECTIONS, 1 + (len(self._waiting) + len(self._ready)) // WAITING_FOR_ANOTHER_CONNECTION)

    def _put_off(self, moment: float, what: Update | Webhook) -> None:
        heapq.heappush(self._later, (moment, next(self._numbers), what))
        self._set_timer(time.time())

    def _make_ready(self, what: Update | Webhook) -> None:
        (self._waiting if isinstance(what, Update) else self._ready).append(what)

    def _set_timer(self, now: float) -> None:
        moments = [self._later[0][0]] if self._later else []
        if self._waiting and self._is_gathering(now):
            moments.append(self._waiting[0].created_at + GATHER_SECONDS)
        if self._timer:
            self._timer.cancel()
            self._timer = None
        if moments:
            wait = max(0.005, min(moments) - now)
            self._timer = asyncio.get_running_loop().call_later(wait, self.go_on)

    # --- what

    def _next(self, now: float) -> Webhook | None:
        if self._ready:
            return self._ready.popleft()
        if not self._waiting or self._is_gathering(now):
            return None
        return self._form(self._bundle())

    def _is_gathering(self, now: float) -> bool:
        """In the weather of bundles, until there are enough of them or the first has waited long enough."""
        setting = self.meta.weather.settings.get("batch")
        if not setting or setting.number <= len(self._waiting):
            return False
        return now - self._waiting[0].created_at < GATHER_SECONDS

    def _bundle(self) -> list[Update]:
        """The next ones that go to the same address."""
        most = int(self.meta.weather.number("batch")) or (FAIR_BUNDLE if len(self._waiting) > 2 * CONNECTIONS else 1)
        first = self._waiting.popleft()
        address, bundle = self._address(first), [first]
        while self._waiting and len(bundle) < min(most, LARGEST_BUNDLE):
            if self._address(self._waiting[0]) != address or self._waiting[0].is_for_app != first.is_for_app:
                break
            bundle.append(self._waiting.popleft())
        return bundle

    def _address(self, what: Update | Webhook) -> str:
        return bodies.callback_of(self.meta, what.waba_id, what.is_for_app)

    def _form(self, updates: list[Update]) -> Webhook:
        now = time.time()
        wamids = [update.wamid for update in updates if update.wamid]
        body = bodies.body_of(self.meta, updates)
        webhook = Webhook(secrets.token_hex(8), updates[0].waba_id, body, now, now, wamids, len(updates))
        webhook.is_for_app = updates[0].is_for_app
        self._waited_for[webhook.webhook_id] = [update.on_delivered for update in updates if update.on_delivered]
        self.meta.world.webhooks[webhook.webhook_id] = webhook
        for update in updates:
            del self.meta.world.updates[id(update)]
        return webhook

    # --- how

    async def _carry(self, webhook: Webhook) -> None:
        # The address is looked up anew each time: the app may have moved since the webhook was queued.
        webhook.url = self._address(webhook)
        webhook.attempts += 1
        try:
            body = webhook.body.encode()
            headers = bodies.headers_of(body, self.meta.settings.app_secret)
            webhook.last_status = await self._connections.post(webhook.url, body, headers)
        finally:
            self._on_the_way -= 1
        if webhook.last_status == "200":
            self._arrived(webhook)
        else:
            self._try_later(webhook)
        self.meta.note_change()
        self.go_on()

    def _arrived(self, webhook: Webhook) -> None:
        if not webhook.is_repeat and self.meta.weather.strikes("duplicate"):
            self._repeat(webhook)
        self._finish(webhook, "delivered")
        self.counters["updates_delivered"] += webhook.count
        for wamid in webhook.wamids:
            message = self.meta.world.messages.get(wamid)
            if message and message.status == "sent":
                message.status = "delivered"
        for future in self._waited_for.pop(webhook.webhook_id, ()):
            if not future.done():
                future.set_result(True)

    def _try_later(self, webhook: Webhook) -> None:
        if time.time() - webhook.created_at > GIVE_UP_AFTER:
            return self._finish(webhook, "given_up")
        pause = min(self.meta.settings.retry_delay * 2 ** min(webhook.attempts - 1, 20), LONGEST_PAUSE)
        webhook.next_try_at = time.time() + pause
        self._put_off(webhook.next_try_at, webhook)

    def _finish(self, webhook: Webhook, state: str) -> None:
        webhook.state = state
        self.meta.world.webhooks.pop(webhook.webhook_id, None)
        self.counters[state] += 1
        self.done.append(webhook)

    def _repeat(self, webhook: Webhook) -> None:
        now = time.time()
        again = Webhook(secrets.token_hex(8), webhook.waba_id, webhook.body, now, now + random.random(), is_repeat=True)
        again.is_for_app = webhook.is_for_app
        self.meta.world.webhooks[again.webhook_id] = again
        self._put_off(again.next_try_at, again)
