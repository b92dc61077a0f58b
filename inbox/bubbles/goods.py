"""Products that stand in messages by their numbers: what the shop knows of them, found with one query for a page."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from catalog.services import picking
from catalog.services.picking import Facts
from inbox import harmless
from inbox.bubbles import orders
from inbox.models import Message, Thread
from meta_integration.walk import text_in

# As Meta calls a product's number wherever it names one; the second is only a picture's.
NUMBER, THUMBNAIL = "product_retailer_id", "thumbnail_product_retailer_id"
DEEPEST, LONGEST_NAME = 12, 120
Known = dict[str, Facts]


def known_to(thread: Thread, messages: Iterable[Message]) -> Known:
    """What is known of every product in these messages, by its number."""
    return of(thread.workspace, {number for message in messages for number in numbers_in(message.content)})


def of(workspace, numbers: Iterable[str]) -> Known:
    """The same of these products; their names made harmless."""
    found = picking.facts_of(workspace, numbers)
    return {number: harmless_facts(facts) for number, facts in found.items()}


def harmless_facts(facts: Facts) -> Facts:
    return replace(facts, name=harmless.line(facts.name, LONGEST_NAME))


def numbers_in(content) -> list[str]:
    """All that Meta's JSON names, each once, in its order; what only lends its picture comes last."""
    found = list(_walk(content, 0))
    named = [number for key, number in found if key == NUMBER]
    return list(dict.fromkeys([*named, *(number for key, number in found if key == THUMBNAIL)]))


def _walk(value, depth: int) -> Iterator[tuple[str, str]]:
    if depth > DEEPEST:
        return
    if isinstance(value, dict):
        for key, each in value.items():
            if key in (NUMBER, THUMBNAIL) and (number := text_in(value, key)):
                yield key, number
            else:
                yield from _walk(each, depth + 1)
    elif isinstance(value, list):
        for each in value:
            yield from _walk(each, depth + 1)


def show(message: Message, known: Known) -> None:
    """Name the products in a message's bubble, and in what came with it; those nobody knows stay their numbers."""
    facts = message.bubble
    if facts["kind"] == "order":
        orders.compare(facts, known)
    if facts["kind"] == "template":
        facts["products"] = [{"retailer_id": number} for number in numbers_in(message.content)]
    sections = facts.get("product_sections", [])
    asked = message.came_with.get("product")
    for row in (
        *facts.get("products", []),
        *(row for each in sections for row in each["products"]),
        *filter(None, [asked]),
    ):
        row |= row_of(row["retailer_id"], known)


def row_of(number: str, known: Known) -> dict:
    """A product as pages show it: with all that is known of it, else by its number alone."""
    return {"retailer_id": number, "number": harmless.line(number, LONGEST_NAME) or "–", "known": known.get(number)}
