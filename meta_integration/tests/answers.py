"""Meta's answers to the two questions that prove or disprove a connection, faked at the transport."""

import requests

from meta_integration.models import WABA

GRAPH = "https://graph.facebook.com/v23.0"
SCOPES = ["whatsapp_business_management", "whatsapp_business_messaging"]
NOT_THERE = requests.ConnectionError("nobody answers")


def knows(graph, **facts) -> None:
    """What Meta says of the token."""
    data = {"app_id": "900000000000001", "is_valid": True, "expires_at": 0, "scopes": SCOPES, **facts}
    graph.get(f"{GRAPH}/debug_token", json={"data": data})


def lets_read(graph, account: WABA) -> None:
    graph.get(f"{GRAPH}/{account.waba_id}", json={"id": account.waba_id, "name": "Example Account"})
    subscribed = {"data": [{"whatsapp_business_api_data": {"id": "900000000000001"}}]}
    graph.get(f"{GRAPH}/{account.waba_id}/subscribed_apps", json=subscribed)


def takes(graph, account: WABA) -> None:
    """The access is as it should be."""
    knows(graph)
    lets_read(graph, account)


def refuses(graph, account: WABA, code: int, subcode: int | None = None, status: int = 401) -> None:
    """The access is gone: Meta knows the token as invalid, and lets it read nothing."""
    knows(graph, is_valid=False, error={"code": code, "subcode": subcode, "message": "no"})
    refuses_to_read(graph, account, code, subcode, status)


def refuses_to_read(graph, account: WABA, code: int, subcode: int | None = None, status: int = 401) -> None:
    error = {"code": code, "message": "no", **({"error_subcode": subcode} if subcode else {})}
    graph.get(f"{GRAPH}/{account.waba_id}", status=status, json={"error": error})


def is_away(graph, account: WABA) -> None:
    """An outage: the one question is not answered at all, the other by a page of HTML."""
    graph.get(f"{GRAPH}/debug_token", body=NOT_THERE)
    graph.get(f"{GRAPH}/{account.waba_id}", status=503, body="<html>Sorry</html>")
