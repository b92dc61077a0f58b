"""The example values of a template: Meta has written them in several shapes over the years, and lists them so."""

from meta_integration.walk import text_in


def of_text(component: dict | None, part: str) -> dict[str, str]:
    """Name or number of a gap -> its example, in a `header` or `body`; gaps without one are missing."""
    example = component.get("example") if isinstance(component, dict) else None
    if not isinstance(example, dict):
        return {}
    listed = example.get(f"{part}_text")
    if isinstance(listed, list) and listed and isinstance(listed[0], list):
        listed = listed[0]
    found = {str(place): value for place, value in enumerate(_texts(listed), 1) if value.strip()}
    named = example.get(f"{part}_text_named_params")
    for each in named if isinstance(named, list) else []:
        if text_in(each, "example").strip():
            found[text_in(each, "param_name")] = text_in(each, "example")
    return found


def of_button(button: dict) -> str:
    """Of an address or of a coupon code; empty without one."""
    return next((value for value in _texts(button.get("example")) if value.strip()), "")


def _texts(value) -> list[str]:
    """A list of texts; a place that holds something else is empty, and a text alone is a list of one."""
    values = value if isinstance(value, list) else [value]
    return [text_in({"it": each}, "it") for each in values]
