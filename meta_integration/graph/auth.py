"""How a call shows whose it is."""

import hashlib
import hmac

from requests.auth import AuthBase


class TokenAuth(AuthBase):
    """As an auth object, so that a .netrc of the machine cannot take the header's place."""

    def __init__(self, token: str, word: str = "Bearer"):
        self.token, self._word = token, word

    def __call__(self, request):
        request.headers["Authorization"] = f"{self._word} {self.token}"
        return request

    def __repr__(self):
        return "<TokenAuth>"


def appsecret_proof(app_secret: str, token: str) -> str:
    return hmac.new(app_secret.encode(), token.encode(), hashlib.sha256).hexdigest()
