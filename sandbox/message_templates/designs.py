"""Is this design one that Meta takes? What stands in the fields of creation and edit."""

from dataclasses import dataclass

from . import authentication, buttons, cards, samples, texts
from .parts import CATEGORIES, MEDIA_FORMATS, component, in_capitals
from .problems import FOOTER, HEADER, Refused

FORMATS = ("TEXT", *MEDIA_FORMATS, "LOCATION", "PRODUCT")
KINDS = ("HEADER", "BODY", "FOOTER", "BUTTONS", "CAROUSEL", "LIMITED_TIME_OFFER")
LIFE = {"AUTHENTICATION": (30, 900), "UTILITY": (30, 43_200), "MARKETING": (43_200, 2_592_000)}
FOREVER = -1  # 30 days, for authentication and utility


@dataclass
class Design:
    category: str
    parameter_format: str
    components: list[dict]
    ttl_seconds: int | None = None


def read(params: dict, *, before: Design | None = None) -> Design:
    """As the call writes it; what an edit leaves out stays. Raises Refused for what is no category, list or number."""
    category = str(params.get("category") or (before.category if before else "")).upper()
    if category not in CATEGORIES:
        raise Refused(why=f"category must be one of {', '.join(CATEGORIES)}.")
    default = before.parameter_format if before else "POSITIONAL"
    parameter_format = str(params.get("parameter_format") or default).upper()
    if parameter_format not in ("POSITIONAL", "NAMED"):
        raise Refused(why="parameter_format must be POSITIONAL or NAMED.")
    components = params.get("components") or []
    if not isinstance(components, list) or not all(isinstance(each, dict) for each in components):
        raise Refused(why="components must be a list of objects.")
    if not components and before is None:
        raise Refused(why="The parameter components is required.")
    ttl = _ttl(params.get("message_send_ttl_seconds"), category)
    ttl = before.ttl_seconds if ttl is None and before else ttl
    return Design(category, parameter_format, in_capitals(components), ttl)


def _ttl(value, category: str) -> int | None:
    if value is None:
        return None
    try:
        seconds = int(value)
    except (TypeError, ValueError):
        raise Refused(why="message_send_ttl_seconds must be a number.") from None
    least, most = LIFE[category]
    if not least <= seconds <= most and not (seconds == FOREVER and category != "MARKETING"):
        raise Refused(why=f"message_send_ttl_seconds of {category} must be {least} to {most}, not {seconds}.")
    return seconds


def check(meta, design: Design) -> None:
    """Raises Refused. Puts examples and default words where Meta would."""
    components = design.components
    kinds = [each.get("type") for each in components]
    for kind in kinds:
        if kind not in KINDS:
            raise Refused(why=f"A component must be of type {', '.join(KINDS)}, not {kind!r}.")
        if kinds.count(kind) > 1:
            raise Refused(why=f"There may be one {kind}, not {kinds.count(kind)}.")
    if "BODY" not in kinds:
        raise Refused(why="A template needs a BODY.")
    buttons.check(components)
    check_category(design.category, components)
    if design.category == "AUTHENTICATION":
        return authentication.check(components)
    _check_header(meta, component(components, "HEADER"), design)
    longest = texts.LONGEST_BODY_OF_OFFER if "LIMITED_TIME_OFFER" in kinds else texts.LONGEST_BODY
    texts.body(component(components, "BODY"), design.parameter_format, longest)
    if "FOOTER" in kinds:
        texts.footer(component(components, "FOOTER"))
    if "LIMITED_TIME_OFFER" in kinds:
        texts.offer(component(components, "LIMITED_TIME_OFFER"))
        if "FOOTER" in kinds:
            raise Refused(FOOTER, why="A template with LIMITED_TIME_OFFER has no footer.")
    if "CAROUSEL" in kinds:
        cards.check(meta, component(components, "CAROUSEL"), design.parameter_format)


def check_category(category: str, components: list[dict]) -> None:
    kinds = buttons.kinds(components)
    marketing = [kind for kind in ("CAROUSEL", "LIMITED_TIME_OFFER") if component(components, kind)]
    marketing += ["COPY_CODE"] if "COPY_CODE" in kinds else []
    if marketing and category != "MARKETING":
        raise Refused(why=f"{marketing[0]} is for MARKETING templates only.")
    if "OTP" in kinds and category != "AUTHENTICATION":
        raise Refused(why="An OTP button is for AUTHENTICATION templates only.")
    if component(components, "HEADER").get("format") == "GIF" and category != "MARKETING":
        raise Refused(HEADER, why="GIF is for MARKETING templates only.")


def _check_header(meta, header: dict, design: Design) -> None:
    if not header:
        return
    kind = header.get("format")
    if kind not in FORMATS:
        raise Refused(HEADER, why=f"The format of a header must be {', '.join(FORMATS)}.")
    if kind == "TEXT":
        texts.header(header, design.parameter_format)
    elif kind in MEDIA_FORMATS:
        samples.header(meta, header)
