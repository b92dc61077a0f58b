"""Log lines: one event a line, and no secret in any of them."""

import logging
import re

import structlog

# Meta's tokens begin with EAA; the rest are the parameters of Graph and of its login that carry a secret.
SECRET = re.compile(
    r"EAA[A-Za-z0-9_-]{8,}"
    r"|(?i:\b(?:bearer|oauth)\s+[^\s'\",]{8,})"
    r"|(?i:\b(?:access_token|input_token|client_secret|appsecret_proof|verify_token)[\"']?\s*[=:]\s*[\"']?[^\s&'\",}]+)"
    r"|(?i:\bcode=[A-Za-z0-9_#-]{16,})"
    r"|(?i:\bpin[\"']?\s*[=:]\s*[\"']?\d{6})"
)


def redact(text: str) -> str:
    """The text with whatever looks like a secret of Meta's taken out."""
    return SECRET.sub("[secret]", text)


class RedactSecrets(logging.Filter):
    """The last net: our code does not log secrets, but a library's message might."""

    def filter(self, record: logging.LogRecord) -> bool:
        try:
            message = record.getMessage()
        except (TypeError, ValueError):  # Arguments that do not fit the text must not stop the program.
            message = f"{record.msg} {record.args}"
            record.msg, record.args = message, ()
        clean = redact(message)
        if clean != message:
            record.msg, record.args = clean, ()
        return True


class LineFormatter(logging.Formatter):
    """`time level logger message`, exceptions included, secrets excluded."""

    def __init__(self):
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        return redact(super().format(record))


def configure_structlog() -> None:
    """Our own loggers write through the standard ones, so that every line passes the same filter and format."""
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, structlog.processors.LogfmtRenderer(key_order=["event"])],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
