"""Meta's side of a log-in that renews an access, faked at the transport, and the steps of whoever does it."""

from urllib.parse import parse_qs, urlsplit

from meta_integration.models import WABA

GRAPH = "https://graph.facebook.com/v23.0"
NEW = "EAAexampleNewTokenOfATest9876543210"
BOTH = ["whatsapp_business_management", "whatsapp_business_messaging"]


class Meta:
    """All is well with the account unless a part is told otherwise. `reached` are the accounts that were ticked."""

    def __init__(self, graph, account: WABA):
        self.graph, self.account = graph, account

    def gives(self, *, reached=None, numbers=None, scopes=BOTH, names=None, **facts):
        reached = reached or [self.account.waba_id]
        self.graph.post(f"{GRAPH}/oauth/access_token", json={"access_token": NEW, "token_type": "bearer"})
        granular = [{"scope": scope, "target_ids": reached} for scope in scopes]
        data = {"app_id": "900000000000001", "is_valid": True, "expires_at": 1893456000, "granular_scopes": granular}
        self.graph.get(f"{GRAPH}/debug_token", json={"data": {**data, "user_id": "701", **facts}})
        rows = [as_meta_says(number) for number in self.account.numbers.all()] if numbers is None else numbers
        for waba_id in reached:
            self.graph.get(f"{GRAPH}/{waba_id}", json={"id": waba_id, "name": f"Name of {waba_id}"})
            self.graph.get(f"{GRAPH}/{waba_id}/phone_numbers", json={"data": rows})
            self.graph.get(f"{GRAPH}/{waba_id}/subscribed_apps", json={"data": []})
            self.graph.post(f"{GRAPH}/{waba_id}/subscribed_apps", json={"success": True})
            templates = [{"id": str(each), "name": "example"} for each in range(3)]
            self.graph.get(f"{GRAPH}/{waba_id}/message_templates", json={"data": templates})
            self.graph.get(f"{GRAPH}/{waba_id}/product_catalogs", json={"data": [{"id": "5", "name": "Mugs"}]})
        return self

    def answers(self, method: str, path: str, **answer) -> None:
        self.graph.replace(method, f"{GRAPH}/{path}", **answer)

    def refuses(self, method: str, path: str, code: int) -> None:
        self.answers(method, path, status=400, json={"error": {"code": code, "message": "no"}})

    def calls(self, method: str, path: str) -> list:
        made = [call.request for call in self.graph.calls]
        return [each for each in made if each.method == method and urlsplit(each.url).path.endswith(path)]


def as_meta_says(number) -> dict:
    return {
        "id": number.phone_number_id,
        "display_phone_number": number.display_phone_number,
        "verified_name": number.verified_name,
        "status": "CONNECTED",
    }


def state_in(url: str) -> str:
    return parse_qs(urlsplit(url).query)["state"][0]
