"""What a customer can do on the phone, by name: for the phone's forms and for tests.

`messages` are those that need nothing but a few words, `answers` those about another message of the chat.
"""

from .doing import DEEDS, do

__all__ = ["DEEDS", "do"]
