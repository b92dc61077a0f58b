"""What is special about files at Meta: which addresses may see the token, and how fetching one can end."""

import re

from urllib3.exceptions import LocationParseError
from urllib3.util import parse_url

from meta_integration.graph.errors import ErrorClass, GraphError

# Hosts of Meta's from which files come. Whoever else an answer names never gets the token.
DOMAINS = ("fbsbx.com", "facebook.com", "fbcdn.net")
# A file that comes slower than this holds up others.
MOST_SECONDS = 120


class FileAddressExpired(GraphError):
    """The address was good for five minutes only: ask for a new one."""

    error_class = ErrorClass.TRY_AGAIN


class FileTooLarge(GraphError):
    error_class = ErrorClass.REQUEST_WRONG


class FileElsewhere(GraphError):
    """The address is none of Meta's, so it was not asked: it would have got the token."""

    error_class = ErrorClass.REQUEST_WRONG


def is_metas(url: str, base_url: str) -> bool:
    """May this address be asked with the token? Meta's own by HTTPS, and where the token goes anyway: `base_url`."""
    # Read with the parser that also makes the connection; what others read differently is refused.
    if not isinstance(url, str) or re.search(r"[\\\s\x00-\x20\x7f]", url):
        return False
    try:
        asked, base = parse_url(url), parse_url(base_url)
    except LocationParseError:
        return False
    if asked.auth or not asked.host:
        return False
    if (asked.scheme, asked.host, asked.port) == (base.scheme, base.host, base.port):
        return True
    is_known = any(asked.host == domain or asked.host.endswith(f".{domain}") for domain in DOMAINS)
    return asked.scheme == "https" and asked.port in (None, 443) and is_known
