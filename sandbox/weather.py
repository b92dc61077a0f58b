"""What Meta's bad days look like. Applies to Graph calls only, except `hold_statuses`."""

from dataclasses import asdict, dataclass

from .errors import BadRequest


@dataclass
class Weather:
    down: bool = False  # 503 and a page of HTML
    html: bool = False  # 200 and a page of HTML
    drop: bool = False  # does the work, then closes the connection without an answer
    rate_limited: bool = False  # /messages: 130429
    tokens_dead: bool = False  # every token: 190/463
    hold_statuses: bool = False  # accepted messages get no status until it is lifted
    slow: float = 0.0  # every call is answered so many seconds late
    messages_delay: float = 0.0  # /messages accepts at once and answers so many seconds later
    messages_delay_before: float = 0.0  # /messages waits so many seconds, then accepts and answers


IN_WORDS = {
    "down": ("Meta is down", "Every call gets HTTP 503 and a page of HTML."),
    "html": ("HTML instead of JSON", "Every call gets HTTP 200 and a page of HTML, and does nothing."),
    "drop": ("Dropped connection", "The work is done (a message is accepted), but the answer never arrives."),
    "rate_limited": ("Messages rate limited", "Sending gets error 130429."),
    "tokens_dead": ("Tokens dead", "Every access token gets error 190, sub-code 463: expired."),
    "hold_statuses": ("Hold statuses", "Messages are accepted, but sent, delivered and read wait."),
    "slow": ("Slow", "Seconds until any call is answered."),
    "messages_delay": ("Late answer to a message", "Seconds between accepting a message and answering."),
    "messages_delay_before": ("Late acceptance of a message", "Seconds before a message is accepted at all."),
}


def changed(weather: Weather, changes: dict) -> Weather:
    """Only what is named changes. Raises BadRequest for a switch that does not exist or a value that is none."""
    values = asdict(weather)
    for name, value in changes.items():
        if name not in values:
            raise BadRequest(f"There is no switch called {name}. Known: {', '.join(values)}.")
        if isinstance(values[name], bool):
            if not isinstance(value, bool):
                raise BadRequest(f"{name} must be true or false.")
            values[name] = value
        else:
            values[name] = _seconds(name, value)
    return Weather(**values)


def _seconds(name: str, value) -> float:
    try:
        seconds = float(value or 0)
    except (TypeError, ValueError):
        raise BadRequest(f"{name} must be a number of seconds.") from None
    if not 0 <= seconds <= 3600:
        raise BadRequest(f"{name} must be between 0 and 3600 seconds.")
    return seconds


def unusual(weather: Weather) -> list[str]:
    """The switches that are on, in plain words."""
    return [
        title if value is True else f"{title}: {value:g} s"
        for name, (title, _) in IN_WORDS.items()
        if (value := getattr(weather, name))
    ]
