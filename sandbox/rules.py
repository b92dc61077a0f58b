"""How fast and to how many customers a number may send: messages.md, section 6, of Meta's contract."""

import time

from .errors import GraphError
from .state import Number, World

PAIR_SECONDS, PAIR_BURST = 6, 45
BY_LEVEL = {"STANDARD": 80, "HIGH": 1000}  # messages in a second
ON_THE_PHONE_APP_TOO = 20
DAY = 24 * 3600
TIERS = {"TIER_250": 250, "TIER_2K": 2000, "TIER_10K": 10_000, "TIER_100K": 100_000, "TIER_UNLIMITED": 10**12}
STOPPED_BY = {"RESTRICTED": 131031, "BANNED": 131031, "RATE_LIMITED": 131048}  # by status; Meta documents none of it

TOO_FAST = "Message failed to send because too many messages were sent from this phone number in a short time."
TOO_MANY_TO_ONE = (
    "Message failed to send because there were too many messages sent from this phone number to the same phone number "
    "in a short period of time."
)


class Paces:
    """One after the other in a fixed time on average, with a burst that borrows from the time that follows."""

    def __init__(self):
        self._busy_until: dict[str, float] = {}

    def take(self, key: str, seconds: float, burst: int) -> bool:
        """False when it comes too early; it then costs nothing."""
        now = time.time()
        busy_until = max(now, self._busy_until.get(key, 0))
        if busy_until - now > (burst - 1) * seconds:
            return False
        self._busy_until[key] = busy_until + seconds
        if len(self._busy_until) > 20_000:
            self._busy_until = {key: until for key, until in self._busy_until.items() if until > now}
        return True


def throughput(number: Number) -> int:
    return ON_THE_PHONE_APP_TOO if number.is_on_biz_app else BY_LEVEL[number.throughput_level]


def check_status(meta, number: Number) -> None:
    """Raises 133010, or what stops an account or number that is registered."""
    if meta.world.wabas[number.waba_id].is_disabled:
        raise GraphError(131031, details="The WhatsApp Business Account is disabled.")
    if number.status in STOPPED_BY:
        raise GraphError(STOPPED_BY[number.status], details=f"The phone number is {number.status}.")
    if not number.is_registered:
        raise GraphError(133010, details="The phone number is not registered on the Cloud API.")


def check_restrictions(meta, number: Number, wa_id: str, message_type: str) -> None:
    """Raises 368 for a template that begins a conversation, or an answer in one, while the account may not send it."""
    waba = meta.world.wabas[number.waba_id]
    if not waba.restrictions:
        return
    is_open = meta.world.is_window_open(meta.world.chat(wa_id, number.phone_number_id))
    if message_type == "template" and not is_open and waba.is_restricted("RESTRICTED_BIZ_INITIATED_MESSAGING"):
        raise GraphError(368, details="The account may not begin conversations at the moment.")
    if is_open and waba.is_restricted("RESTRICTED_CUSTOMER_INITIATED_MESSAGING"):
        raise GraphError(368, details="The account may not answer customers at the moment.")


def check_blocked(meta, number: Number, wa_id: str) -> None:
    """Raises 130403."""
    if meta.world.chat(wa_id, number.phone_number_id).is_blocked:
        raise GraphError(130403, details="The business has blocked this user.")


def check_pace(meta, number: Number, wa_id: str) -> None:
    """Raises 130429 or 131056."""
    rate = throughput(number)
    if not meta.weather.strikes("no_throughput_limit") and not meta.paces.take(number.phone_number_id, 1 / rate, rate):
        raise too_fast()
    pair = f"{number.phone_number_id}/{wa_id}"
    if not meta.weather.strikes("no_pair_limit") and not meta.paces.take(pair, PAIR_SECONDS, PAIR_BURST):
        raise too_many_to_one()


def note_inbound(meta, number: Number) -> None:
    """What comes in counts too, and is never refused."""
    meta.paces.take(number.phone_number_id, 1 / throughput(number), throughput(number))


def too_fast() -> GraphError:
    return GraphError(130429, details=TOO_FAST)


def too_many_to_one() -> GraphError:
    return GraphError(131056, details=TOO_MANY_TO_ONE)


def may_reach(world: World, wa_id: str) -> bool:
    """Is there room for one more customer outside the window today? The same customer again costs nothing."""
    now = time.time()
    while world.reached and now - next(iter(world.reached.values())) > DAY:
        del world.reached[next(iter(world.reached))]
    if wa_id in world.reached:
        return True
    if len(world.reached) >= TIERS[world.messaging_limit]:
        return False
    world.reached[wa_id] = now
    return True
