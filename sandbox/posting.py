"""POST over kept-alive connections, on the event loop: a few hundred a second beside everything else."""

import asyncio
import ssl
from urllib.parse import SplitResult, urlsplit

TIMEOUT = 10
IDLE_KEPT = 16


class Connections:
    """No proxy, no redirect: nothing leaves this machine by itself."""

    def __init__(self):
        self._idle: dict[str, list] = {}

    async def post(self, url: str, body: bytes, headers: dict[str, str]) -> str:
        """The HTTP status as text, or what went wrong."""
        try:
            async with asyncio.timeout(TIMEOUT):
                return await self._post(url, body, headers)
        except (OSError, EOFError, ValueError, asyncio.LimitOverrunError) as exc:  # a TimeoutError is an OSError
            return type(exc).__name__

    async def _post(self, url: str, body: bytes, headers: dict[str, str]) -> str:
        target = urlsplit(url)
        request = _head(target, body, headers) + body
        place = f"{target.scheme}://{target.netloc}"
        idle = self._idle.setdefault(place, [])
        if idle:
            try:
                return await self._talk(idle.pop(), request, idle)
            except (OSError, EOFError):  # closed while it lay idle; the app may get the webhook twice, as with Meta
                pass
        return await self._talk(await _connect(target), request, idle)

    async def _talk(self, connection, request: bytes, idle: list) -> str:
        reader, writer = connection
        is_usable = False
        try:
            writer.write(request)
            await writer.drain()
            status, is_usable = await _read_answer(reader)
            return status
        finally:
            if is_usable and len(idle) < IDLE_KEPT:
                idle.append(connection)
            else:
                writer.close()

    def close(self) -> None:
        for idle in self._idle.values():
            for _, writer in idle:
                writer.close()
        self._idle.clear()


async def _connect(target: SplitResult):
    is_safe = target.scheme == "https"
    context = ssl.create_default_context() if is_safe else None
    return await asyncio.open_connection(target.hostname, target.port or (443 if is_safe else 80), ssl=context)


def _head(target: SplitResult, body: bytes, headers: dict[str, str]) -> bytes:
    path = (target.path or "/") + (f"?{target.query}" if target.query else "")
    lines = [f"POST {path} HTTP/1.1", f"Host: {target.netloc}", "Accept: */*", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


async def _read_answer(reader: asyncio.StreamReader) -> tuple[str, bool]:
    """The status, and whether the connection can be used again."""
    lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    version, status, *_ = lines[0].split(" ")
    headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
    if status != "204":
        if not headers.get("content-length", "").isdigit():
            return status, False
        await reader.readexactly(int(headers["content-length"]))
    return status, version == "HTTP/1.1" and headers.get("connection", "").lower() != "close"
