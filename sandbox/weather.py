"""What Meta's bad days look like: switches that strike always, for a share of the cases, or for the next few only.

A setting is what `POST /control/weather` takes and gives:

    true, false                                   always, never
    0.02                                          two of a hundred (of a switch that has no number of its own)
    2.5                                           the number of a switch that has one: seconds, a code, ...
    {"share": 0.02, "count": 3, "seconds": 2.5}   all of it: at most three times, of 2 % of the cases, with that number
"""

import random
from dataclasses import dataclass, replace

from .errors import BadRequest
from .switches import SWITCHES, UNITS, Switch


@dataclass
class Setting:
    share: float = 1.0  # of the cases
    left: int | None = None  # so many times more; None: without end
    number: float | list[int] = 0  # in the switch's unit

    @property
    def is_over(self) -> bool:
        return not self.share or self.left == 0


class Weather:
    """The switches that are on. Asking may use one of them up."""

    def __init__(self, settings: dict[str, Setting] | None = None):
        self.settings = settings or {}

    def strikes(self, name: str) -> bool:
        """Does it happen this time?"""
        setting = self.settings.get(name)
        if setting is None or random.random() >= setting.share:
            return False
        if setting.left is not None:
            setting.left -= 1
        if setting.is_over:
            del self.settings[name]
        return True

    def number(self, name: str) -> float:
        """The number of a switch when it strikes, 0 when it does not. Of several codes one by chance."""
        setting = self.settings.get(name)
        if setting is None or not self.strikes(name):
            return 0
        return random.choice(setting.number) if isinstance(setting.number, list) else setting.number

    def is_on(self, name: str) -> bool:
        return name in self.settings

    def as_json(self) -> dict:
        return {name: _as_json(switch, self.settings.get(name)) for name, switch in SWITCHES.items()}


def changed(weather: Weather, changes: dict) -> Weather:
    """Only what is named changes. Raises BadRequest for a switch that does not exist or a value that is none."""
    settings = {name: replace(setting) for name, setting in weather.settings.items()}
    for name, value in changes.items():
        if name not in SWITCHES:
            raise BadRequest(f"There is no switch called {name}. Known: {', '.join(SWITCHES)}.")
        setting = _setting(name, SWITCHES[name], value)
        settings.pop(name, None)
        if not setting.is_over:
            settings[name] = setting
    return Weather(settings)


def _as_json(switch: Switch, setting: Setting | None):
    if setting is None:
        return 0 if switch.unit else False
    number = {switch.unit: setting.number} if switch.unit else {}
    if setting.left is not None or (switch.unit and setting.share < 1):
        return number | {"share": setting.share, "count": setting.left}
    if switch.unit:
        return setting.number
    return True if setting.share == 1 else setting.share


def _setting(name: str, switch: Switch, value) -> Setting:
    if not isinstance(value, dict):
        value = _in_full(name, switch, value)
    strange = set(value) - {"share", "count", switch.unit or "share"}
    if strange:
        known = "share, count" + (f", {switch.unit}" if switch.unit else "")
        raise BadRequest(f"{name} has no {', '.join(map(str, strange))}. Known: {known}.")
    share, count = value.get("share"), value.get("count")
    setting = Setting(
        share=_amount(f"{name}.share", 1 if share is None else share, 1),
        left=None if count is None else int(_amount(f"{name}.count", count, 1_000_000)),
    )
    if switch.unit:
        setting.number = _number(f"{name}.{switch.unit}", switch, value.get(switch.unit, switch.default))
        if not setting.number:
            setting.share = 0.0
    return setting


def _in_full(name: str, switch: Switch, value) -> dict:
    if isinstance(value, bool):
        return {"share": float(value)}
    if switch.unit:
        return {switch.unit: value or 0}
    if not isinstance(value, int | float):
        raise BadRequest(f"{name} must be true, false, a share of 0 to 1, or an object with share and count.")
    return {"share": value}


def _number(name: str, switch: Switch, value) -> float | list[int]:
    _, highest, is_whole = UNITS[switch.unit]
    if switch.unit == "code":
        values = value if isinstance(value, list) else str(value).replace(",", " ").split()
        return [int(_amount(name, each, highest)) for each in values if str(each) != "0"]
    amount = _amount(name, value, highest)
    return int(amount) if is_whole else amount


def _amount(name: str, value, highest: float) -> float:
    try:
        amount = float(value)
    except (TypeError, ValueError):
        raise BadRequest(f"{name} must be a number.") from None
    if not 0 <= amount <= highest:
        raise BadRequest(f"{name} must be between 0 and {highest:g}.")
    return amount


def unusual(weather: Weather) -> list[str]:
    """The switches that are on, in plain words."""
    return [_in_words(SWITCHES[name], weather.settings[name]) for name in SWITCHES if name in weather.settings]


def _in_words(switch: Switch, setting: Setting) -> str:
    parts = []
    if switch.unit == "code":
        parts.append(" or ".join(map(str, setting.number)))
    elif switch.unit == "subcode":
        parts.append(f"{UNITS[switch.unit][0]} {setting.number}")
    elif switch.unit:
        parts.append(f"{setting.number:g} {UNITS[switch.unit][0]}")
    if setting.share < 1:
        parts.append(f"{setting.share * 100:g} % of the time")
    if setting.left is not None:
        parts.append(f"the next {setting.left}")
    return switch.title + (f": {', '.join(parts)}" if parts else "")
