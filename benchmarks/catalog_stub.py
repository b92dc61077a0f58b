"""Meta's catalog at almost no cost: takes every product of a batch, answers after a set time, remembers what came.

python -m benchmarks.catalog_stub --port 9000 --latency 0.1
GET /seen    {"calls": [how many products, ...], "prices": {number: [price, ...]}}    DELETE /seen    forget the calls
"""

import argparse
import json
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Stub(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    latency = 0.1
    calls: list[int] = []
    prices: dict[str, list[str]] = {}

    def do_POST(self):
        entries = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["requests"]
        self.calls.append(len(entries))
        for entry in entries:
            self.prices.setdefault(entry["data"]["id"], []).append(entry["data"]["price"])
        time.sleep(self.latency)
        self._answer({"handles": [f"handle-{len(self.calls)}"], "validation_status": []})

    def do_GET(self):
        if self.path == "/seen":
            return self._answer({"calls": self.calls, "prices": self.prices})
        status = {"status": "finished", "errors_total_count": 0, "errors": [], "ids_of_invalid_requests": []}
        return self._answer({"data": [status]})

    def do_DELETE(self):
        self.calls.clear()
        self._answer({})

    def log_message(self, *args):
        pass

    def _answer(self, answer: dict):
        body = json.dumps(answer).encode()
        try:
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
        except OSError:  # Whoever asked was killed.
            self.close_connection = True


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--latency", type=float, default=0.1, help="seconds")
    arguments = parser.parse_args()
    Stub.latency = arguments.latency
    ThreadingHTTPServer(("127.0.0.1", arguments.port), Stub).serve_forever()
