"""What can be done about an error: one class for each."""

from enum import StrEnum


class ErrorClass(StrEnum):
    """The order is that of the error book."""

    TOKEN_DEAD = "token_dead"  # noqa: S105 The account's connection is broken until it is connected again.
    ACCOUNT_STOPPED = "account_stopped"  # All numbers of the account wait for a person.
    NUMBER_STOPPED = "number_stopped"  # This number waits for a person.
    TEMPLATE_STOPPED = "template_stopped"  # What waits with this template waits until Meta allows it again.
    WINDOW_CLOSED = "window_closed"  # Final: only a template may go to this customer now.
    RECIPIENT_FINAL = "recipient_final"  # This message is final; the next to another customer is not.
    REQUEST_WRONG = "request_wrong"  # Final: what was asked is wrong, and so is every repetition.
    SLOW_NUMBER = "slow_number"  # Again, and slower for this number.
    SLOW_PAIR = "slow_pair"  # Again, and slower from this number to this customer.
    SLOW_ACCOUNT = "slow_account"  # Again, and no call of this kind for the account until then.
    TRY_AGAIN = "try_again"  # Trouble of Meta's: again, a few times.
    UNKNOWN_OUTCOME = "unknown_outcome"  # It may have happened: never again blindly.
