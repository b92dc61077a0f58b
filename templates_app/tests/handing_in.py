"""Meta's side of handing in, changing and deleting templates, faked at the transport."""

import json
import re
from urllib.parse import parse_qs, urlsplit

import requests

from templates_app.tests.listing import GRAPH

SESSION = "upload:MTphdHRhY2htZW50OjE2MA==?sig=ARaCk_x-1"


class Desk:
    """Takes templates, remembers them, and can be away after (or before) it took one."""

    def __init__(self, graph, account):
        self.rows, self.asked, self.answer, self.away = {}, [], {}, None
        self.uploaded, self.uploads, self.breaks = b"", 0, []
        edge = f"{GRAPH}/{account.waba_id}/message_templates"
        graph.add_callback("POST", edge, self.create)
        graph.add_callback("GET", edge, self.list)
        graph.add_callback("DELETE", edge, self.delete)
        graph.add_callback("POST", re.compile(rf"{GRAPH}/8\d+"), self.edit)
        graph.add_callback("POST", re.compile(rf"{GRAPH}/\d+/uploads"), self.begin)
        graph.add_callback("POST", f"{GRAPH}/{SESSION}", self.take)
        graph.add_callback("GET", f"{GRAPH}/{SESSION}", self.offset)

    def calls(self, what: str) -> list:
        return [body for name, body in self.asked if name == what]

    def create(self, request):
        body = json.loads(request.body)
        self.asked.append(("create", body))
        self._away("before")
        if (body["name"], body["language"]) in [(row["name"], row["language"]) for row in self.rows.values()]:
            return refusal(2388024)
        if self.answer.get("error"):
            return 400, {}, json.dumps(self.answer)
        template_id = str(800 + len(self.rows))
        self.rows[template_id] = {"id": template_id, "status": "PENDING", **body, **self.answer}
        self._away("after")
        return 200, {}, json.dumps({key: self.rows[template_id][key] for key in ("id", "status", "category")})

    def edit(self, request):
        body, template_id = json.loads(request.body), urlsplit(request.url).path.rsplit("/", 1)[1]
        self.asked.append(("edit", body))
        self._away("before")
        if self.answer.get("error"):
            return 400, {}, json.dumps(self.answer)
        self.rows[template_id] |= {**body, "status": "PENDING"}
        self._away("after")
        return 200, {}, '{"success": true}'

    def delete(self, request):
        query = parse_qs(urlsplit(request.url).query)
        self.asked.append(("delete", {key: each[0] for key, each in query.items()}))
        self._away("before")
        if self.answer.get("error"):
            return 400, {}, json.dumps(self.answer)
        gone = [
            key
            for key, row in self.rows.items()
            if row["name"] == query["name"][0] and key in query.get("hsm_id", [key])
        ]
        for key in gone:
            del self.rows[key]
        self._away("after")
        return (200, {}, '{"success": true}') if gone else refusal(None)

    def list(self, request):
        self.asked.append(("list", {}))
        return 200, {}, json.dumps({"data": list(self.rows.values())})

    def begin(self, request):
        self.asked.append(("begin", {}))
        self.uploaded = b""
        return 200, {}, json.dumps({"id": SESSION})

    def take(self, request):
        body = request.body or b""
        if self.breaks:
            self.uploaded += body[: self.breaks.pop(0)]
            raise requests.ConnectionError("Connection aborted.")
        self.uploaded += body
        self.uploads += 1
        return 200, {}, json.dumps({"h": f"4::handle{self.uploads}"})

    def offset(self, request):
        self.asked.append(("offset", {}))
        return 200, {}, json.dumps({"id": SESSION, "file_offset": len(self.uploaded)})

    def _away(self, when: str) -> None:
        if self.away == when:
            raise requests.ReadTimeout


def refusal(subcode: int | None, title: str = "", message: str = "", code: int = 100) -> tuple:
    return 400, {}, json.dumps(error(subcode, title, message, code))


def error(subcode: int | None, title: str = "", message: str = "", code: int = 100) -> dict:
    words = {"error_user_title": title, "error_user_msg": message}
    return {"error": {"code": code, "error_subcode": subcode, "message": "(#100) Invalid parameter", **words}}
