"""A catalog at Meta, faked at the transport: it keeps what it takes, and answers as it is told to."""

import json
import re
from collections import deque
from urllib.parse import parse_qs, urlsplit

import requests

from catalog.models import ProductItem

GRAPH = "https://graph.facebook.com/v23.0"
FINISHED = {"status": "finished", "errors_total_count": 0, "errors": [], "warnings": [], "ids_of_invalid_requests": []}
SIGNS = {"USD": "$", "JPY": "¥", "KWD": "KWD "}


def refusal(
    code: int, subcode: int | None = None, *, status: int = 400, message: str = "Refused", headers=None
) -> tuple:
    """Meta's answer with an error object."""
    error = {"message": message, "code": code, "error_subcode": subcode, "fbtrace_id": "trace"}
    return status, headers or {}, json.dumps({"error": error})


def regain_access(minutes: int, kind: str) -> dict:
    usage = [{"type": kind, "estimated_time_to_regain_access": minutes}]
    return {"X-Business-Use-Case-Usage": json.dumps({"400": usage})}


class Shelf:
    """`products` by number, as they were sent. `says` holds answers for the next batches, `status` for each question.

    An answer is a dict, a tuple for `responses`, an exception, or a callable that makes one of these.
    """

    def __init__(self, graph, catalog):
        self.catalog_id, self.products, self.ids = catalog.catalog_id, {}, {}
        self.calls, self.batches, self.says, self.singles = [], [], deque(), deque()
        self.status, self.asked = FINISHED, 0
        # What Meta says to a single product whenever it comes.
        self.spoiled = {}
        self.page, self.on_list = 1000, None
        edge = f"{GRAPH}/{self.catalog_id}"
        graph.add_callback("POST", f"{edge}/items_batch", self._batch)
        graph.add_callback("GET", f"{edge}/check_batch_request_status", self._check)
        graph.add_callback("GET", f"{edge}/products", self._list)
        graph.add_callback("POST", f"{edge}/products", self._create)
        graph.add_callback("POST", re.compile(rf"{GRAPH}/90\d+(\?.*)?$"), self._update)
        graph.add_callback("DELETE", re.compile(rf"{GRAPH}/90\d+(\?.*)?$"), self._delete)

    @property
    def singular(self) -> list[tuple]:
        """The calls about one product: (method, path, body)."""
        return [each for each in self.calls if each[0] != "GET" and "items_batch" not in each[1]]

    def take(self, entries: list[dict]) -> None:
        for entry in entries:
            data = dict(entry["data"])
            number = data.pop("id")
            if entry["method"] == "DELETE":
                self.products.pop(number, None)
            else:
                self.ids.setdefault(number, f"90{len(self.ids) + 1:08d}")
                self.products[number] = {**self.products.get(number, {}), **data}

    def row(self, number: str) -> dict:
        """As Meta lists it."""
        data = self.products[number]
        names = {"title": "name", "link": "url"}
        row = {names.get(name, name): value for name, value in data.items() if name != "image"}
        row |= {"id": self.ids[number], "retailer_id": number, "review_status": "approved"}
        for name in ("price", "sale_price"):
            if text := row.pop(name, ""):
                amount, row["currency"] = str(text).split()
                whole, _, rest = amount.partition(".")
                row[name] = f"{SIGNS[row['currency']]}{int(whole):,}{'.' if rest else ''}{rest}"
        return row

    # Answers ------------------------------------------------------------------------------------------------------
    def _batch(self, request):
        entries = self._heard(request)["requests"]
        self.batches.append(entries)
        if self.says:
            return self._say(self.says.popleft(), entries)
        self.take(entries)
        return self._say({"handles": [f"handle-{len(self.batches)}"], "validation_status": []}, entries)

    def _check(self, request):
        self._heard(request)
        self.asked += 1
        status = self.status(request) if callable(self.status) else self.status
        if isinstance(status, dict):
            status = {"data": [status] if status else []}
        return self._say(status, [])

    def _list(self, request):
        self._heard(request)
        query = parse_qs(urlsplit(request.url).query)
        if "filter" in query:
            number = json.loads(query["filter"][0])["retailer_id"]["eq"]
            return 200, {}, json.dumps({"data": [self.row(number)] if number in self.products else []})
        first = int(query.get("after", ["0"])[0])
        if self.on_list:
            self.on_list(first)
        numbers, after = list(self.products), first + self.page
        paging = {"cursors": {"after": str(after)}, "next": "https://graph.facebook.com/next"}
        rows = [self.row(number) for number in numbers[first:after]]
        return 200, {}, json.dumps({"data": rows, "paging": paging if after < len(numbers) else {}})

    def _create(self, request):
        data = self._heard(request)
        if self.singles:
            return self._say(self.singles.popleft(), data)
        number = data["retailer_id"]
        if number in self.spoiled:
            return self.spoiled[number]
        if number in self.products:
            return refusal(10800, message="Duplicate retailer_id")
        self.take([{"method": "UPDATE", "data": {**_as_batch(data), "id": number}}])
        return 200, {}, json.dumps({"id": self.ids[number]})

    def _update(self, request):
        data, number = self._heard(request), self._number(request)
        if self.singles:
            return self._say(self.singles.popleft(), data)
        if number is None:
            return refusal(100, 33)
        self.take([{"method": "UPDATE", "data": {**_as_batch(data), "id": number}}])
        return 200, {}, json.dumps({"success": True})

    def _delete(self, request):
        self._heard(request)
        number = self._number(request)
        if self.singles:
            return self._say(self.singles.popleft(), {})
        if number is None:
            return refusal(100, 33)
        del self.products[number]
        return 200, {}, json.dumps({"success": True})

    def _number(self, request) -> str | None:
        wanted = urlsplit(request.url).path.rpartition("/")[2]
        return next((number for number, each in self.ids.items() if each == wanted and number in self.products), None)

    def _heard(self, request) -> dict:
        body = json.loads(request.body) if request.body else {}
        self.calls.append((request.method, urlsplit(request.url).path.removeprefix("/v23.0/"), body))
        return body

    def _say(self, answer, entries):
        if callable(answer):
            answer = answer(entries)
        if isinstance(answer, Exception):
            raise answer
        return answer if isinstance(answer, tuple) else (200, {}, json.dumps(answer))


def _as_batch(data: dict) -> dict:
    """A single product's fields as a batch would have brought them; the price is in minor units."""
    decimals = {"JPY": 0, "KWD": 3}.get(data["currency"], 2)
    names = {"name": "title", "url": "link"}
    new = {names.get(name, name): value for name, value in data.items()}
    for name in ("price", "sale_price"):
        if name in new:
            new[name] = f"{new[name] / 10**decimals:.{decimals}f} {data['currency']}"
    for name in ("currency", "retailer_id", "image_url", "additional_image_urls"):
        new.pop(name, None)
    return new


def cut_off() -> Exception:
    """The call may have arrived; no answer came."""
    return requests.exceptions.ReadTimeout("cut")


def statuses(workspace) -> dict[str, int]:
    """How many products stand where."""
    found = {}
    for status in ProductItem.objects.for_workspace(workspace).values_list("status", flat=True):
        found[status] = found.get(status, 0) + 1
    return found
