"""Meta's list of templates, faked at the transport."""

import json
from urllib.parse import parse_qs, urlsplit

GRAPH = "https://graph.facebook.com/v23.0"


def row(number: int | str, **values) -> dict:
    """A template as Meta lists it."""
    text = f"Hello {{{{1}}}}, this is number {number}."
    return {
        "id": f"70000{number}",
        "name": f"example_{number}",
        "language": "en_US",
        "status": "APPROVED",
        "category": "UTILITY",
        "parameter_format": "POSITIONAL",
        "components": [{"type": "BODY", "text": text, "example": {"body_text": [["Ann"]]}}],
        "quality_score": {"score": "UNKNOWN"},
        "rejected_reason": "NONE",
    } | values


class Shelf:
    """What Meta has of an account. `breaks_at` is the page at which the list breaks off, `rows` can be changed."""

    def __init__(self, graph, account, rows=(), size=2):
        self.rows, self.size, self.breaks_at, self.asked = list(rows), size, None, 0
        self.answer_at_break = (500, {}, "oops")
        graph.add_callback("GET", f"{GRAPH}/{account.waba_id}/message_templates", self.answer)

    def answer(self, request):
        query = parse_qs(urlsplit(request.url).query)
        page, self.asked = int(query.get("after", ["0"])[0]), self.asked + 1
        if page == self.breaks_at:
            return self.answer_at_break
        rows = self.rows
        if "name" in query:
            rows = [each for each in rows if query["name"][0] in each["name"]]
        first, following = page * self.size, (page + 1) * self.size
        paging = {"cursors": {"after": str(page + 1)}}
        if following < len(rows):
            paging["next"] = "https://graph.facebook.com/next"
        return 200, {}, json.dumps({"data": rows[first:following], "paging": paging})
