"""Meta's /messages at almost no cost: takes every message, answers after a set time, remembers when each arrived.

python -m benchmarks.stub --port 9000 --latency 0.1
GET /arrivals    [[seconds since the epoch, reference], ...]    DELETE /arrivals    forget them
"""

import argparse
import asyncio
import json
import re
import time

REFERENCE = re.compile(rb'"biz_opaque_callback_data": ?"([^"]*)"')
LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)


class Stub(asyncio.Protocol):
    latency = 0.1
    arrivals: list[tuple[float, str]] = []

    def __init__(self):
        self.received = b""

    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data: bytes):
        self.received += data
        head, separator, rest = self.received.partition(b"\r\n\r\n")
        length = int(found[1]) if (found := LENGTH.search(head)) else 0
        if not separator or len(rest) < length:
            return
        self.received = rest[length:]
        if head.startswith(b"POST"):
            reference = found[1].decode() if (found := REFERENCE.search(rest)) else ""
            self.arrivals.append((time.time(), reference))
            answer = json.dumps({"messages": [{"id": f"wamid.{reference or time.time_ns()}"}]}).encode()
            asyncio.get_running_loop().call_later(self.latency, self.answer, answer)
        elif head.startswith(b"DELETE"):
            self.arrivals.clear()
            self.answer(b"{}")
        else:
            self.answer(json.dumps(self.arrivals).encode())

    def answer(self, body: bytes):
        if not self.transport.is_closing():
            head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
            self.transport.write(head.encode() + body)


async def serve(port: int) -> None:
    server = await asyncio.get_running_loop().create_server(Stub, "127.0.0.1", port, backlog=1024)
    await server.serve_forever()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--latency", type=float, default=0.1, help="seconds")
    arguments = parser.parse_args()
    Stub.latency = arguments.latency
    asyncio.run(serve(arguments.port))
