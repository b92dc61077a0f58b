"""The reference for intake: the same server, doing only HMAC and INSERT. No Django."""

import hashlib
import hmac
import os

from psycopg_pool import ConnectionPool

POOL = ConnectionPool(os.environ["DATABASE_URL"], min_size=1, max_size=16, kwargs={"autocommit": True}, open=True)
SECRET = os.environ["META_APP_SECRET"].encode()


def application(environ, start_response):
    body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
    expected = "sha256=" + hmac.new(SECRET, body, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(expected, environ.get("HTTP_X_HUB_SIGNATURE_256", "")):
        start_response("403 Forbidden", [("Content-Length", "0")])
        return []
    with POOL.connection() as connection:
        connection.execute(
            "INSERT INTO meta_integration_webhookdelivery (body, body_sha256) VALUES (%s, %s) ON CONFLICT DO NOTHING",
            [body, hashlib.sha256(body).digest()],
        )
    start_response("200 OK", [("Content-Length", "0")])
    return [b""]
