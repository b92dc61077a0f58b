"""Designs of templates for tests. Where a handle must stand, the name of a file stands until it is uploaded."""

import itertools

names = (f"design_{number}" for number in itertools.count(1))


def design(*components, **fields):
    made = {"name": next(names), "language": "en_US", "category": "UTILITY", "components": list(components)}
    return made | fields


def body(text, *examples):
    return {"type": "BODY", "text": text} | ({"example": {"body_text": [list(examples)]}} if examples else {})


def text_header(text, *examples):
    return {"type": "HEADER", "format": "TEXT", "text": text, "example": {"header_text": list(examples)}}


def media_header(form, file):
    return {"type": "HEADER", "format": form, "example": {"header_handle": [file]}}


def footer(text):
    return {"type": "FOOTER", "text": text}


def buttons(*each):
    return {"type": "BUTTONS", "buttons": list(each)}


def reply(text):
    return {"type": "QUICK_REPLY", "text": text}


def url(address, *examples):
    return {"type": "URL", "text": "Open", "url": address} | ({"example": list(examples)} if examples else {})


def card(form="IMAGE", file="image", text="This one is new."):
    parts = [media_header(form, file), buttons(reply("More"), url("https://example.com/{{1}}", "x"))]
    return {"components": [parts[0], *([body(text)] if text else []), parts[1]]}


AUTHENTICATION = [
    {"type": "BODY", "add_security_recommendation": True},
    {"type": "FOOTER", "code_expiration_minutes": 5},
    buttons({"type": "OTP", "otp_type": "COPY_CODE", "text": "Copy code"}),
]


FILES = ("image", "video", "document")


def with_handles(value, handle):
    """The same with handles, made by `handle`, for the names of files."""
    if isinstance(value, list):
        return [handle(each) if each in FILES else with_handles(each, handle) for each in value]
    if isinstance(value, dict):
        return {name: with_handles(part, handle) for name, part in value.items()}
    return value
