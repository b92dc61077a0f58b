"""Where a product stands, in people's words: what happened, what Galantis did, what to do, what buttons help."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from catalog import problems
from catalog.models import ProductImage, ProductItem

Status, Wanted = ProductItem.Status, ProductItem.Wanted
TONES = {
    Status.INCOMPLETE: "bad",
    Status.LOOKING: "waiting",
    Status.WAITING: "waiting",
    Status.SENDING: "waiting",
    Status.SENT: "waiting",
    Status.ACCEPTED: "good",
    Status.REFUSED: "bad",
    Status.ABSENT: "quiet",
}
OUT = (Wanted.EXCLUDED, Wanted.REMOVED)
# What a page offers, in the order in which it helps.
EDIT, LOOK, RESEND, INCLUDE, EXCLUDE, REMOVE = "edit", "look", "resend", "include", "exclude", "remove"
# Meta's list lags: what it took a moment ago may still be listed as it was before.
LAG = timedelta(minutes=10)
MOST_SAID, LONGEST_SAID = 10, 1000


@dataclass(slots=True)
class Story:
    """`because` are reasons in our words and `said` Meta's own; `steps` the names of the buttons that help here."""

    tone: str
    title: str | Promise
    happened: str | Promise = ""
    because: list[str] = field(default_factory=list)
    did: str | Promise = ""
    todo: str | Promise = ""
    said: list[str] = field(default_factory=list)
    code: str = ""
    steps: list[str] = field(default_factory=list)


def badges(item: ProductItem) -> list[tuple[str, str | Promise]]:
    """Tone and words of where it stands: its status, and what no status says."""
    if item.wanted == Wanted.IN_QUESTION:
        found = [("warn", item.get_wanted_display())]
    elif item.wanted == Wanted.THEIRS:
        found = [("quiet", item.get_wanted_display())]
    elif item.wanted in OUT and item.status == Status.REFUSED:
        found = [("bad", _("Removal refused"))]
    elif item.wanted in OUT and item.status == Status.WAITING:
        found = [("waiting", _("Waits to be removed"))]
    else:
        found = [(TONES.get(item.status, "quiet"), item.get_status_display())]
    return found + _review_badge(item)


def _review_badge(item: ProductItem) -> list[tuple[str, str | Promise]]:
    if item.wanted in OUT or not item.is_at_meta:
        return []
    if item.review_status == "rejected":
        return [("bad", _("Refused by the review"))]
    if item.status == Status.ACCEPTED and item.wanted == Wanted.LISTED and item.review_status in ("", "pending"):
        return [("waiting", _("In review"))]
    return []


def review_words(item: ProductItem) -> str | Promise:
    known = {
        "approved": _("Approved"),
        "no_review": _("Needs none"),
        "pending": _("In review"),
        "rejected": _("Refused"),
        "outdated": _("To be reviewed again"),
        "": _("Not reviewed yet") if item.is_at_meta else "–",
    }
    return known.get(item.review_status) or item.review_status.replace("_", " ")


def reason(item: ProductItem) -> str:
    """For a line of the list: the first thing that is in the way, and how many more there are."""
    if item.status == Status.INCOMPLETE:
        found = list(what_is_wrong(item))
        more = _(" (and %(n)s more)") % {"n": len(found) - 1} if len(found) > 1 else ""
        return f"{found[0]}{more}" if found else ""
    if item.status == Status.REFUSED:
        refusal = refusal_of(item)
        return refusal["said"] or refusal["happened"] or refusal["title"]
    if item.review_status == "rejected" and item.wanted == Wanted.LISTED:
        return next(iter(texts_of(item.review_errors)), "")
    return ""


def what_is_wrong(item: ProductItem) -> Iterator[str]:
    """What our own checks found, each as a sentence with the field before it."""
    yield from sentences_of(item.problems)
    if item.image and item.image.state == ProductImage.State.BAD:
        yield picture_problem(item.image)


def sentences_of(found) -> list[str]:
    """Of a column of problems."""
    return [problems.sentence_of(each) for each in (found if isinstance(found, list) else [found]) if each]


def picture_problem(image: ProductImage) -> str:
    problem = image.problem if isinstance(image.problem, Mapping) else {}
    return problems.sentence_of({"field": "image_link", **problem})


def refusal_of(item: ProductItem) -> dict[str, str]:
    return parts_of(item.refusal)


def parts_of(problem) -> dict[str, str]:
    """The parts of a call's problem as texts, whatever the column holds."""
    found = problem if isinstance(problem, Mapping) else {"said": problem}
    return {
        name: "" if found.get(name) is None else str(found[name])[:LONGEST_SAID]
        for name in ("title", "happened", "todo", "code", "said")
    }


def texts_of(value) -> list[str]:
    """Meta's words in a list of texts or objects; of whatever else, nothing."""
    found = value if isinstance(value, list) else [value]
    texts = []
    for each in found:
        if isinstance(each, Mapping):
            parts = [each.get(name) for name in ("title", "message", "description", "summary")]
            texts.append(": ".join(dict.fromkeys(part for part in parts if isinstance(part, str) and part)))
        elif isinstance(each, str):
            texts.append(each)
    return [text[:LONGEST_SAID] for text in dict.fromkeys(texts) if text][:MOST_SAID]


# The whole story ------------------------------------------------------------------------------------------------------
def story(item: ProductItem) -> Story:
    tell = {
        Status.INCOMPLETE: _incomplete,
        Status.LOOKING: _looking,
        Status.WAITING: _waiting,
        Status.SENDING: _on_its_way,
        Status.SENT: _on_its_way,
        Status.REFUSED: _refused,
        Status.ACCEPTED: _accepted,
        Status.ABSENT: _absent,
    }
    tone, title = badges(item)[0]
    found = Story(tone, title)
    tell.get(item.status, _absent)(item, found)
    found.steps += _deciding(item)
    return found


def _incomplete(item: ProductItem, found: Story) -> None:
    found.happened = _("Meta would not take it as it is, so Galantis did not send it.")
    found.because = list(what_is_wrong(item))
    if item.accepted_hash:
        found.did = _("What Meta took before stays in the catalog as it was.")
    found.todo = _("Mend it here, or where it comes from. It is sent by itself then.")
    found.steps = [EDIT, *([LOOK] if item.image and item.image.state == ProductImage.State.BAD else [])]


def _looking(item: ProductItem, found: Story) -> None:
    found.happened = _("Galantis looks at its picture first: Meta refuses pictures that are too small or not there.")
    found.todo = _("Nothing: it goes on by itself.")


def _waiting(item: ProductItem, found: Story) -> None:
    if item.wanted in OUT:
        found.happened = _("It is to leave the catalog at Meta, and is removed with the next call.")
    else:
        found.happened = _("It is as you want it and waits for the next call to Meta.")
    if item.tries:
        found.did = _("It was sent before, and Meta did not say what became of it. Galantis sends it again.")
    found.todo = _("Nothing: it goes on by itself.")
    found.steps = [] if item.wanted in OUT else [EDIT]


def _on_its_way(item: ProductItem, found: Story) -> None:
    found.happened = (
        _("It is on its way to Meta.") if item.status == Status.SENDING else _("Meta has it and works on it.")
    )
    found.did = _("Galantis asks Meta again and again what became of it. That mostly takes minutes.")
    found.todo = _("Nothing: it goes on by itself.")
    found.steps = [EDIT] if item.wanted == Wanted.LISTED else []


def _refused(item: ProductItem, found: Story) -> None:
    refusal = refusal_of(item)
    is_removal = item.wanted in OUT
    title = refusal["title"] or (_("Meta did not remove it") if is_removal else _("Meta did not take it"))
    found.happened = ". ".join(each.rstrip(".") for each in (title, refusal["happened"]) if each) + "."
    found.said = [refusal["said"]] if refusal["said"] else []
    found.code = refusal["code"]
    found.did = _("It is not sent again as it is: Meta would refuse it again.")
    found.todo = refusal["todo"] or (
        _("Have it removed once more, or remove it at Meta.")
        if is_removal
        else _("Mend what Meta names, or have it sent again if you believe that Meta is mistaken.")
    )
    found.steps = [RESEND] if is_removal else [EDIT, RESEND]


def _accepted(item: ProductItem, found: Story) -> None:
    if item.wanted == Wanted.IN_QUESTION:
        found.happened = _("Where it comes from it is gone, together with many others. Nothing is removed yet.")
        found.did = _("It stays in the catalog as it is until somebody decides.")
        found.todo = _("Keep it or remove it.")
    elif item.wanted == Wanted.THEIRS:
        found.happened = _("It is in the catalog at Meta, and nothing here is known to belong to it.")
        found.did = _("Galantis leaves it alone.")
        found.todo = _("Take it over when you compare the catalogs, or have it removed at Meta.")
    else:
        _listed(item, found)


def _listed(item: ProductItem, found: Story) -> None:
    found.steps = [EDIT, RESEND]
    if item.review_status == "rejected":
        found.tone, found.title = "bad", _("Refused by the review")
        found.happened = _("Meta took it, and then its review refused it. Customers in WhatsApp do not see it.")
        found.said = texts_of(item.review_errors)
        found.todo = _("Change what the review names. If the product is allowed, ask for another review at Meta.")
    elif is_different(item):
        found.tone, found.title = "warn", _("Different at Meta")
        found.happened = _("Meta took it as you want it, and lists something different now.")
        found.did = _("It was sent again, and Meta lists it differently all the same. So it is not sent every night.")
        found.todo = _(
            "Compare the two below. If another program or person writes it at Meta, end that there; then send it again."
        )
    elif item.review_status in ("approved", "no_review"):
        found.happened = _("Meta has it as you want it, and customers can see it.")
    else:
        found.happened = _("Meta has it as you want it. Customers see it when WhatsApp has reviewed it.")
        found.todo = _("Nothing: that takes minutes, at most a day.")


def is_different(item: ProductItem) -> bool:
    """A reading after Meta took it found a difference, for which it is not sent again."""
    is_read = None not in (item.checked_at, item.accepted_at) and item.checked_at > item.accepted_at + LAG
    is_taken = item.status == Status.ACCEPTED and item.wanted == Wanted.LISTED
    return bool(is_taken and is_read and isinstance(item.differences, list) and item.differences)


def _absent(item: ProductItem, found: Story) -> None:
    words = {
        Wanted.EXCLUDED: (_("It is kept out of the catalog, whatever its source says."), ""),
        Wanted.REMOVED: (_("It was removed, and is not at Meta."), ""),
        Wanted.IN_QUESTION: (_("Where it comes from it is gone. It is not at Meta."), _("Keep it or remove it.")),
        Wanted.THEIRS: (_("It was found in the catalog at Meta once, and is there no more."), ""),
    }
    found.happened, found.todo = words.get(item.wanted, ("", ""))


def _deciding(item: ProductItem) -> list[str]:
    if item.wanted in OUT:
        return [INCLUDE, *([REMOVE] if item.wanted == Wanted.EXCLUDED else [])]
    if item.wanted == Wanted.IN_QUESTION:
        return [INCLUDE, EXCLUDE, REMOVE]
    return [REMOVE] if item.wanted == Wanted.THEIRS else [EXCLUDE, REMOVE]
