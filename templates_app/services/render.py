"""A template with its gaps filled: as it goes to Meta, and as people read it."""

from collections.abc import Mapping
from dataclasses import dataclass

from meta_integration.models import MediaAsset
from meta_integration.walk import text_in
from templates_app import design as designs
from templates_app.models import MessageTemplate
from templates_app.services import gaps as kinds
from templates_app.services import live_files
from templates_app.services.gaps import Gap, gaps_of
from templates_app.services.parameters import (
    Currency,
    DateTime,
    MissingValues,
    WrongValue,
    is_empty,
    parameter_of,
)
from templates_app.services.shown import parts_of, words_of

__all__ = ["Currency", "DateTime", "Gap", "MissingValues", "Rendered", "WrongValue", "cannot_fill", "gaps", "render"]


@dataclass(frozen=True, slots=True)
class Rendered:
    """`content` goes into POST /messages, `shown` is what people read in the thread, `parts` is what a bubble draws.

    `parts` may have `header` ({"format", "text" or "file" or "location" or "product"}), `body`, `footer`, `offer`
    ({"text", "expires_at_ms"}), `buttons` ([{"type", "text", "url" or "phone_number" or "code"}]) and `cards`, each
    with parts of its own. A file of ours stands in both as `{"asset": pk}`.
    """

    content: dict
    shown: str
    parts: dict


def gaps(template: MessageTemplate) -> list[Gap]:
    """What a message with this template must, or may, fill. Headers with an example file of ours have a default."""
    return gaps_of(_design(template), _files(template))


def cannot_fill(template: MessageTemplate) -> str:
    """Why no message can be made of it here, in words; empty where one can."""
    strangers = [gap for gap in gaps_of(_design(template)) if gap.kind == kinds.UNKNOWN]
    try:
        for gap in strangers:
            parameter_of(gap, None)
    except WrongValue as exc:
        return exc.words
    return ""


def render(template: MessageTemplate, values: Mapping) -> Rendered:
    """The message with these values by the keys of `gaps`. Raises MissingValues, or WrongValue for what Meta refuses.

    Values for gaps that the template does not have are passed over.
    """
    return render_design(_design(template), values, _files(template))


def render_design(design: dict, values: Mapping, files: Mapping[str, dict] | None = None) -> Rendered:
    """The same for a template that is not stored like that, such as a draft in a preview."""
    open_gaps = gaps_of(design, files)
    parameters = _parameters(open_gaps, values)
    cards = _cards_to_send(design, parameters, open_gaps)
    parts = parts_of(design, parameters, cards)
    components = _components(parameters, open_gaps, cards)
    template = {"name": text_in(design, "name"), "language": {"code": text_in(design, "language")}}
    if components:
        template["components"] = components
    return Rendered({"template": template}, words_of(parts), parts)


def _design(template: MessageTemplate) -> dict:
    """What Meta has: a change that is being written is not what is sent."""
    if not template.components:
        return template.design()
    return {
        "name": template.name,
        "language": template.language,
        "category": template.category,
        "parameter_format": template.parameter_format,
        "components": template.components,
    }


def _files(template: MessageTemplate) -> dict[str, dict]:
    """The example files that fit the headers as they are now."""
    places = designs.sample_places(_design(template)["components"])
    if not places or template.pk is None:
        return {}
    found = {}
    for place, sample in live_files.of(list(template.samples.select_related("asset"))).items():
        asset = sample.asset
        if asset.state == MediaAsset.State.READY and asset.kind == places.get(place, "").lower():
            named = {"filename": asset.file_name} if asset.kind == "document" and asset.file_name else {}
            found[place] = {"asset": asset.pk, **named}
    return found


# Parameters -----------------------------------------------------------------------------------------------------------
def _parameters(open_gaps: list[Gap], values: Mapping) -> dict[str, dict]:
    """Each filled gap's parameter by its key. Strangers are refused first: no value helps them."""
    given = {gap.key: _given(gap, values) for gap in open_gaps}
    cards = {gap.card for gap in open_gaps if not is_empty(given[gap.key])}
    # Of a card beyond the approved ones nothing is needed, unless it or one after it is there.
    last = max((card for card in cards if card is not None), default=-1)
    missing = []
    for gap in open_gaps:
        if gap.kind == kinds.UNKNOWN:
            parameter_of(gap, None)
        if is_empty(given[gap.key]) and (gap.is_required or _is_needed_by(gap, last)):
            missing.append(gap.key)
    if missing:
        raise MissingValues(missing)
    return {gap.key: parameter_of(gap, given[gap.key]) for gap in open_gaps if not is_empty(given[gap.key])}


def _given(gap: Gap, values: Mapping):
    value = values.get(gap.key)
    return gap.default if is_empty(value) else value


def _is_needed_by(gap: Gap, last_card: int) -> bool:
    never_needed = (kinds.PAYLOAD, kinds.FLOW)
    return gap.card is not None and gap.card <= last_card and gap.kind not in never_needed


def _cards_to_send(design: dict, parameters: dict, open_gaps: list[Gap]) -> int:
    approved = len(designs.cards(design.get("components")))
    filled = [gap.card + 1 for gap in open_gaps if gap.card is not None and gap.key in parameters]
    return max([approved, *filled])


def _components(parameters: dict, open_gaps: list[Gap], cards: int) -> list[dict]:
    of_message, of_cards = [], [[] for _card in range(cards)]
    for gap in open_gaps:
        if gap.key in parameters:
            for wrapper in gap.into:
                _put(of_message if gap.card is None else of_cards[gap.card], wrapper, parameters[gap.key])
    if not cards:
        return of_message
    built = [{"card_index": place, "components": components} for place, components in enumerate(of_cards)]
    return [*of_message, {"type": "carousel", "cards": built}]


def _put(components: list[dict], wrapper: dict, parameter: dict) -> None:
    """Into the component that is there already, so that all gaps of a text are in one and both of a button, too."""
    into = next((each for each in components if {**each, "parameters": None} == {**wrapper, "parameters": None}), None)
    if into is None:
        components.append({**wrapper, "parameters": [dict(parameter)]})
    elif parameter["type"] == "action":
        action = into["parameters"][0]
        action["action"] = action["action"] | parameter["action"]
    else:
        into["parameters"].append(dict(parameter))
