"""The running sandbox: the world, the weather, the log and the tasks at work. One for each process."""

import asyncio
import contextlib
import logging
import time
from collections import deque

import anyio.to_thread

from . import seed, snapshot, statuses
from .commerce import batches
from .commerce.carts import Carts
from .commerce.limits import CatalogCalls
from .files import Files
from .message_templates import clock
from .postman import Postman
from .rules import Paces
from .settings import Settings
from .state import LogEntry, World
from .weather import Weather

logger = logging.getLogger("sandbox")


class LocalMeta:
    """All of it lives on one event loop, so nothing needs a lock."""

    def __init__(self, settings: Settings):
        self.settings = settings
        self.world = World()
        self.weather = Weather()
        self.log: deque[LogEntry] = deque(maxlen=500)
        self.paces = Paces()
        self.catalog_calls, self.carts = CatalogCalls(), Carts()
        self.files = Files(settings.snapshot)
        self.postman = Postman(self)
        self.statuses_may_flow = asyncio.Event()
        self._tasks: set[asyncio.Task] = set()
        self._is_dirty = asyncio.Event()

    def start(self) -> None:
        self.world = snapshot.read(self.settings.snapshot) or seed.example_world()
        self._use_own_callback()
        self.set_weather(Weather())
        self.postman.resume()
        statuses.resume(self)
        clock.wind_all(self)
        batches.resume(self)

    def reset(self) -> None:
        """Back to the example world. Whatever was on its way is forgotten."""
        for task in list(self._tasks):
            task.cancel()
        self.postman.stop()
        self.files.clear()
        self.world, self.paces, self.postman = seed.example_world(), Paces(), Postman(self)
        self.catalog_calls, self.carts = CatalogCalls(), Carts()
        self._use_own_callback()
        self.set_weather(Weather())
        self.log.clear()
        self.note_change()

    def _use_own_callback(self) -> None:
        # Without asking the app to verify: so the two may start in any order.
        if self.settings.webhook_url:
            self.world.callback_url = self.settings.webhook_url
            self.world.verify_token = self.settings.verify_token

    def set_weather(self, weather: Weather) -> None:
        self.weather = weather
        if weather.is_on("hold_statuses"):
            self.statuses_may_flow.clear()
        else:
            self.statuses_may_flow.set()
        self.postman.go_on()

    def spawn(self, coroutine) -> None:
        task = asyncio.get_running_loop().create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._note_end)

    def _note_end(self, task: asyncio.Task) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception():
            logger.error("A task of the sandbox failed", exc_info=task.exception())

    def note_change(self) -> None:
        self._is_dirty.set()

    async def keep_snapshot(self) -> None:
        """Write after changes, and never spend more than a tenth of the time on it."""
        while True:
            await self._is_dirty.wait()
            self._is_dirty.clear()
            started = time.monotonic()
            await self._write_snapshot()
            await asyncio.sleep(max(0.5, 9 * (time.monotonic() - started)))

    async def _write_snapshot(self) -> None:
        if not self.settings.snapshot:
            return
        try:
            text = await self._dump()
            await anyio.to_thread.run_sync(snapshot.write, self.settings.snapshot, text)
        except OSError as exc:
            logger.error("The snapshot could not be written: %s", exc)

    async def _dump(self) -> str:
        """In slices, so that no call waits for all of it."""
        pieces = []
        for piece in snapshot.dump_in_slices(self.world):
            pieces.append(piece)
            await asyncio.sleep(0)
        return "".join(pieces)

    @contextlib.asynccontextmanager
    async def running(self):
        self.start()
        keeper = asyncio.create_task(self.keep_snapshot())
        try:
            yield
        finally:
            self.postman.stop()
            for task in [keeper, *self._tasks]:
                task.cancel()
            await self._write_snapshot()
            self.files.stop()
