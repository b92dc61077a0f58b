"""What the server costs without us: the same answer to every question, and nothing looked at."""


def application(environ, start_response):
    start_response("204 No Content", [("Cache-Control", "no-store")])
    return [b""]
