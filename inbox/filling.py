"""The form for a template's gaps: its fields, what they begin with, and the values that come back from it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.http import QueryDict
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _

from catalog.models import Catalog
from inbox import picker
from inbox.outgoing import Products
from inbox.picker import Picker
from meta_integration.filetypes import KINDS, NotAFileForWhatsApp
from meta_integration.models import MediaAsset
from meta_integration.services import media
from templates_app.models import MessageTemplate
from templates_app.services import gaps as kinds
from templates_app.services import render
from templates_app.services.gaps import Gap

# What only a program would fill in, and Meta does not need.
NOT_FOR_PEOPLE = (kinds.PAYLOAD, kinds.FLOW, kinds.UNKNOWN)
# The parts of a value that has several.
PARTS = {kinds.LOCATION: ("name", "address", "latitude", "longitude"), kinds.PRODUCT: ("retailer_id", "catalog_id")}

# What products are chosen for: one, or several in sections.
MODES = {kinds.PRODUCT: picker.ONE, kinds.THUMBNAIL: picker.ONE, kinds.SECTIONS: picker.MANY}


@dataclass(slots=True)
class Field:
    """One gap. `name` is its input's; a place or a product has an input for each of its parts."""

    gap: Gap
    value: object = ""
    problem: str = ""
    # The file that goes along: another one than the template's own, or that.
    asset: MediaAsset | None = None
    is_default: bool = False
    # In which products are chosen, where the shop's catalog is there to choose from.
    picker: Picker | None = None

    @property
    def name(self) -> str:
        return self.gap.key

    @property
    def id(self) -> str:
        return "gap-" + "".join(each if each.isalnum() else "-" for each in self.gap.key)

    @property
    def draws(self) -> str:
        """Which kind of input, where it has no parts: file, sections, moment or line."""
        if self.gap.kind in kinds.FILES:
            return "file"
        return self.gap.kind if self.gap.kind in (kinds.SECTIONS, kinds.MOMENT) else "line"

    @property
    def accepts(self) -> str:
        return ",".join(mime_type for mime_type, kind in KINDS.items() if kind == self.gap.kind)

    @property
    def parts(self) -> list[tuple[str, str, str]]:
        """(name of the input, label, value) for each part."""
        labels = {
            "name": _("Name of the place"),
            "address": _("Address"),
            "latitude": _("Latitude"),
            "longitude": _("Longitude"),
            "retailer_id": _("Product number"),
            "catalog_id": _("Catalog"),
        }
        given = self.value if isinstance(self.value, dict) else {}
        if self.picker:
            return []
        return [(f"{self.name}.{part}", labels[part], given.get(part, "")) for part in PARTS.get(self.gap.kind, ())]

    @property
    def aria(self) -> str:
        """What ties an input to its problem."""
        return format_html(' aria-invalid="true" aria-describedby="{}-problem"', self.id) if self.problem else ""


def begin(template: MessageTemplate, known: Mapping) -> list[Field]:
    """The form before anything is typed, with what is known: values by the keys of the gaps."""
    fields = [Field(gap, known.get(gap.key, "")) for gap in _gaps(template)]
    catalog_id = next((each["id"] for each in template.account.catalogs if "id" in each), "")
    chosen, catalog = {}, _catalog_for(template, fields)
    for field in fields:
        if catalog and field.gap.kind in MODES:
            _begun(catalog, field)
        elif field.draws == "file":
            chosen[field.name] = field.value.get("asset") if isinstance(field.value, dict) else None
        elif field.gap.kind == kinds.PRODUCT and not field.value:
            field.value = {"retailer_id": "", "catalog_id": catalog_id}
        elif field.gap.kind == kinds.SECTIONS and isinstance(field.value, list):
            field.value = "\n".join(item for section in field.value for item in section.get("retailer_ids", []))
    _attach(template, fields, chosen)
    return fields


def _begun(catalog: Catalog, field: Field) -> None:
    """What is known of it stands in the picker already."""
    value, known = field.value, []
    if field.gap.kind == kinds.SECTIONS and isinstance(value, list):
        known = [Products(each.get("title") or "", each.get("retailer_ids") or []) for each in value]
    elif number := value.get("retailer_id") if isinstance(value, dict) else value:
        known = [Products("", [str(number)])]
    _picked(catalog, field, picker.begin(field.name, MODES[field.gap.kind], known))


def _picked(catalog: Catalog, field: Field, picked: Picker) -> None:
    """What was picked, as `render` takes it."""
    field.picker = picked
    if field.gap.kind == kinds.SECTIONS:
        field.value = [{"title": each.title, "retailer_ids": list(each.retailer_ids)} for each in picked.filled]
    elif field.gap.kind == kinds.THUMBNAIL:
        field.value = picked.number
    else:
        field.value = {"retailer_id": picked.number, "catalog_id": catalog.catalog_id} if picked.number else {}


def pickers(fields: list[Field]) -> list[Picker]:
    return [field.picker for field in fields if field.picker]


def refuse_gone(template: MessageTemplate, fields: list[Field]) -> None:
    """Say at its field which of the chosen products Meta would not show."""
    found = picker.refusal(pickers(fields), template.workspace)
    for field in fields:
        field.problem = field.problem or found.get(field.name, "")


def _catalog_for(template: MessageTemplate, fields: list[Field]) -> Catalog | None:
    """Asked only where a product is to be chosen."""
    if not any(field.gap.kind in MODES for field in fields):
        return None
    return picker.offered_by(template.workspace, template.account)


def received(template: MessageTemplate, data: QueryDict, files: Mapping) -> list[Field]:
    """The form as it came back. What is wrong with a file is said at its field."""
    fields, chosen = [Field(gap) for gap in _gaps(template)], {}
    catalog = _catalog_for(template, fields)
    for field in fields:
        if catalog and field.gap.kind in MODES:
            _picked(catalog, field, picker.received(field.name, MODES[field.gap.kind], data))
        elif field.draws == "file":
            chosen[field.name] = _stored(template, field, files.get(field.name), data.get(f"{field.name}.asset", ""))
        elif field.gap.kind in PARTS:
            field.value = {part: data.get(f"{field.name}.{part}", "").strip() for part in PARTS[field.gap.kind]}
        else:
            field.value = data.get(field.name, "").strip()
    _attach(template, fields, chosen)
    return fields


def values(fields: list[Field]) -> dict:
    """By the keys of the gaps, as `render` takes them. What was left empty is not among them."""
    found = {}
    for field in fields:
        value = _value(field)
        if value not in ("", {}, []):
            found[field.name] = value
    return found


def media_of(fields: list[Field]) -> dict[str, MediaAsset]:
    """The file of each header, for a preview."""
    return {field.name: field.asset for field in fields if field.asset}


# One field ------------------------------------------------------------------------------------------------------------
def _gaps(template: MessageTemplate) -> list[Gap]:
    """Those that must be filled, and files, which have a default. Cards beyond the approved ones are left out."""
    open_gaps = [gap for gap in render.gaps(template) if gap.kind not in NOT_FOR_PEOPLE]
    return [gap for gap in open_gaps if gap.is_required or gap.default]


def _value(field: Field):
    if field.draws == "file":
        return {"asset": field.asset.pk, **_named(field)} if field.asset and not field.is_default else {}
    if field.picker:
        return field.value
    if field.gap.kind in PARTS:
        return field.value if any(field.value.values()) else {}
    if field.gap.kind == kinds.SECTIONS:
        items = [line.strip() for line in str(field.value).splitlines() if line.strip()]
        return [{"title": "", "retailer_ids": items}] if items else []
    if field.gap.kind == kinds.MOMENT:
        return _moment(str(field.value))
    return field.value


def _named(field: Field) -> dict:
    is_named = field.gap.kind == kinds.DOCUMENT and field.asset.file_name
    return {"filename": field.asset.file_name} if is_named else {}


def _moment(written: str) -> datetime | str:
    """As a browser writes it: in the shop's time."""
    try:
        moment = datetime.fromisoformat(written)
    except ValueError:
        return written
    return timezone.make_aware(moment) if timezone.is_naive(moment) else moment


# Files ----------------------------------------------------------------------------------------------------------------
def _stored(template: MessageTemplate, field: Field, upload, earlier: str) -> int | None:
    """The pk of the file that was chosen now or, where the form came back before, earlier."""
    if not upload:
        return int(earlier) if earlier.isdecimal() and len(earlier) < 18 else None
    try:
        asset = media.store(template.workspace, upload, upload.name)
    except NotAFileForWhatsApp as exc:
        field.problem = str(exc)
        return None
    if asset.kind != field.gap.kind:
        words = _("“%(name)s” is of another kind than this template needs here. Choose another file.")
        field.problem = words % {"name": asset.file_name}
        return None
    return asset.pk


def _attach(template: MessageTemplate, fields: list[Field], chosen: Mapping[str, int | None]) -> None:
    """To each field for a file the chosen one, else the template's own. One query for all."""
    of_files = [field for field in fields if field.draws == "file"]
    default = {field.name: (field.gap.default or {}).get("asset") for field in of_files}
    wanted = {pk for pk in (*default.values(), *chosen.values()) if pk}
    if not wanted:
        return
    assets = MediaAsset.objects.for_workspace(template.workspace).in_bulk(wanted)
    for field in of_files:
        mine = assets.get(chosen.get(field.name))
        field.asset = mine or assets.get(default[field.name])
        field.is_default = mine is None
