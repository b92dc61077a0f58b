"""Meta's side of a log-in, faked at the transport, for the tests of connecting."""

from urllib.parse import parse_qs, urlsplit

GRAPH = "https://graph.facebook.com/v23.0"
TOKEN = "EAAtokenOfTheLogIn0123456789"
BOTH = ["whatsapp_business_management", "whatsapp_business_messaging"]
NUMBER = {"id": "201", "display_phone_number": "+1 555-010-0001", "verified_name": "Example", "quality_rating": "GREEN"}
SECOND = {**NUMBER, "id": "202", "display_phone_number": "+1 555-010-0002"}


class Meta:
    """Meta's side of a log-in, faked at the transport; each part can be made to fail."""

    def __init__(self, graph):
        self.graph = graph

    def all_is_well(self, wabas=("101",), numbers=(NUMBER,), scopes=BOTH, **facts):
        self.code_is_good()
        self.token_is(wabas, scopes, **facts)
        for waba_id in wabas:
            self.graph.get(f"{GRAPH}/{waba_id}", json={"id": waba_id, "name": "Example Shop"})
            self.graph.get(f"{GRAPH}/{waba_id}/phone_numbers", json={"data": list(numbers)})
            self.graph.post(f"{GRAPH}/{waba_id}/subscribed_apps", json={"success": True})
        for number in numbers:
            self.graph.post(f"{GRAPH}/{number['id']}/register", json={"success": True})
        return self

    def code_is_good(self):
        self.graph.post(f"{GRAPH}/oauth/access_token", json={"access_token": TOKEN, "token_type": "bearer"})

    def token_is(self, wabas, scopes, **facts):
        granular = [{"scope": scope, "target_ids": list(wabas)} for scope in scopes]
        data = {"app_id": "900000000000001", "is_valid": True, "expires_at": 0, "granular_scopes": granular, **facts}
        self.graph.get(f"{GRAPH}/debug_token", json={"data": data})

    def refuses(self, method: str, path: str, code: int, status: int = 400, **error):
        self.graph.remove(method, f"{GRAPH}/{path}")
        self.graph.add(
            method, f"{GRAPH}/{path}", status=status, json={"error": {"code": code, "message": "no", **error}}
        )

    def calls(self, path: str) -> list:
        return [call.request for call in self.graph.calls if urlsplit(call.request.url).path.endswith(path)]


def begin(browser, **data) -> str:
    """Press the button for the full page; return the state that Meta's dialog is given."""
    answer = browser.post("/connection/start/", data)
    query = parse_qs(urlsplit(answer.url).query)
    assert answer.url.startswith("https://www.facebook.com/v23.0/dialog/oauth?")
    assert query["redirect_uri"] == ["http://127.0.0.1:8000/connection/callback/"]
    return query["state"][0]


def come_back(browser, **query):
    return browser.get("/connection/callback/", {"code": "a-code", "state": begin(browser), **query})
