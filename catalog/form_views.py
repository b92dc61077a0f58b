"""Writing a product by hand: what is incomplete is kept and says what is missing; nothing typed is lost."""

from django.contrib import messages
from django.db import transaction
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog import forms, pictures, telling
from catalog.checks import BadProduct
from catalog.fields import ATTRIBUTES, FIELDS, content_of, label_of
from catalog.forms import ProductForm
from catalog.models import ProductImage, ProductItem
from catalog.pages import live_part, marketer_required, member_page, part_or_nothing, show
from catalog.problems import words_of
from catalog.services import items, looking

Source, Wanted, Status = ProductItem.Source, ProductItem.Wanted, ProductItem.Status
SECTIONS = (
    (gettext_lazy("What it is"), ("retailer_id", "title", "description", "brand", "category")),
    (gettext_lazy("Price and stock"), ("price", "sale_price", "currency", "availability", "inventory", "condition")),
    (gettext_lazy("Where it is"), ("link", "image_link", "additional_image_links")),
    (gettext_lazy("Variants and numbers"), ("item_group_id", *ATTRIBUTES)),
)


class Taken(Exception):
    """Another product has the number."""


def _mine(request):
    return ProductItem.objects.for_workspace(request.workspace)


@member_page
@marketer_required
def add(request):
    form = ProductForm(request.POST or None, workspace=request.workspace)
    if request.method == "POST":
        if request.POST.get("take_back"):
            return _take_back(request, request.POST["take_back"])
        if form.is_valid() and (made := _made(request, form)):
            return _after_saving(request, made)
    return _page(request, form, _("Add a product"))


@member_page
def edit(request, pk):
    product = get_object_or_404(_mine(request).select_related("image"), pk=pk)
    return _edit(request, product)


@marketer_required
def _edit(request, product):
    if product.wanted == Wanted.THEIRS:
        messages.info(request, _("This product is at Meta only. Take it over first; then you can change it."))
        return redirect("catalog:item", product.pk)
    if request.method != "POST":
        return _page(request, ProductForm(workspace=request.workspace, item=product), str(product)[:200])
    if request.POST.get("take_back"):
        return _take_back(request, str(product.pk))
    form = ProductForm(request.POST, workspace=request.workspace, item=product)
    meanwhile = {}
    if form.is_valid():
        meanwhile = _save(request, form)
        if not meanwhile and form.is_valid():
            return _after_saving(request, product.pk)
    return _page(request, form, str(product)[:200], meanwhile)


@member_page
def picture(request, pk):
    """What was found of its picture, as an open form asks for it."""
    product = get_object_or_404(_mine(request).select_related("image"), pk=pk)
    return part_or_nothing(_picture(request, product))


# Saving ---------------------------------------------------------------------------------------------------------------
def _made(request, form: ProductForm) -> int | None:
    """The new product's key; None where the form says why not."""
    number = form.row["retailer_id"]
    try:
        with transaction.atomic():
            if _mine(request).filter(retailer_id=number).exists():
                raise Taken
            written = items.write(request.workspace, [form.row], source=Source.HAND, actor=request.user)
            if not written.new:  # Somebody else was quicker by a moment.
                raise Taken
            if request.POST.get("do") == "keep":
                items.exclude(_mine(request).filter(pk__in=written.new), request.user)
    except Taken:
        form.taken = _mine(request).get(retailer_id=number)
        form.add_error("retailer_id", _("Another product has this number: “%(title)s”.") % {"title": form.taken})
        return None
    except BadProduct as exc:
        _say(form, exc)
        return None
    return next(iter(written.new))


def _save(request, form: ProductForm) -> dict[str, bool]:
    """Save it; or return what somebody else changed meanwhile. What keeps it from it is an error of the form."""
    product = form.item
    with transaction.atomic():
        form.item = _mine(request).select_for_update(of=["self"]).get(pk=product.pk)
        if meanwhile := form.changed_meanwhile():
            return meanwhile
        row = {**form.row, "retailer_id": form.item.retailer_id}
        try:
            written = items.write(request.workspace, [row], source=form.item.source, actor=request.user, returns=False)
        except BadProduct as exc:
            _say(form, exc)
            return {}
        mine = _mine(request).filter(pk=product.pk)
        if request.POST.get("do") == "send" and form.item.wanted == Wanted.EXCLUDED:
            items.include(mine, request.user)
        elif request.POST.get("do") == "send" and written.same:
            items.resend(mine.filter(status=Status.REFUSED), request.user)
        is_asked = request.POST.get("do") == "look" or "image_link" in form.changed_data
        if is_asked and mine.filter(image__state=ProductImage.State.BAD).exists():
            looking.look_again(mine)
    return {}


def _say(form: ProductForm, refused: BadProduct) -> None:
    for each in refused.problems:
        form.add_error(each["field"] if each["field"] in form.fields else None, words_of(each))


def _take_back(request, pk: str):
    product = get_object_or_404(_mine(request), pk=int(pk) if pk.isdecimal() and len(pk) < 19 else 0)
    items.include(_mine(request).filter(pk=product.pk), request.user)
    messages.success(request, _("“%(title)s” is back. It goes to Meta when it is complete.") % {"title": product})
    return redirect("catalog:edit", product.pk)


def _after_saving(request, pk: int):
    """Where something is missing, and where somebody waits for the picture, the form again; else the product's page."""
    product = get_object_or_404(_mine(request), pk=pk)
    if product.status == Status.INCOMPLETE:
        messages.warning(request, _("Saved. Before it can be sent something is missing: see below."))
    elif request.POST.get("do") == "look":
        messages.success(request, _("Saved. Galantis looks at the picture."))
    elif product.wanted == Wanted.LISTED:
        messages.success(request, _("Saved. It goes to Meta as soon as its picture was looked at."))
        return redirect("catalog:item", pk)
    else:
        messages.success(request, _("Saved. It is not sent to Meta."))
    return redirect("catalog:edit", pk)


# The page -------------------------------------------------------------------------------------------------------------
def _page(request, form: ProductForm, title: str, meanwhile: dict | None = None):
    product = form.item
    found = _problems_of(product) if product and not form.is_bound else {}
    now = content_of(product) if meanwhile else {}
    if meanwhile:
        form = _merged(form, meanwhile)
    sections = [
        (str(name), [_shown(form, each, found, meanwhile or {}, now) for each in names if each in form.fields])
        for name, names in SECTIONS
    ]
    context = {
        "form": form,
        "item": product,
        "sections": sections,
        "meanwhile": [str(label_of(name)) for name in meanwhile or {}],
        "who": _who_changed(product) if meanwhile else "",
        "missing": _missing(product, found) if product and not form.is_bound else [],
        "badges": telling.badges(product) if product else [],
        "is_out": bool(product) and product.wanted in (Wanted.REMOVED, Wanted.IN_QUESTION),
        "is_kept_out": bool(product) and product.wanted == Wanted.EXCLUDED,
        "is_from_elsewhere": bool(product) and product.source in (Source.SHOPIFY, Source.API),
        "picture": _picture(request, product) if product else "",
    }
    return show(request, "form.html", title, context, status=400 if form.errors else 200)


def _shown(form: ProductForm, name: str, found: dict, meanwhile: dict, now: dict) -> dict:
    """One field: what it is, what is wrong with it, and what somebody else made of it meanwhile."""
    known = FIELDS.get(name) or ATTRIBUTES[name]
    theirs = forms.texts_of({name: now[name], "currency": now["currency"]})[name] if meanwhile.get(name) else ""
    errors = [*form.errors.get(name, []), *found.get(name, [])]
    is_long = name in forms.LINES
    described = " ".join(
        filter(None, [form.fields[name].help_text and f"f-{name}-help", errors and f"f-{name}-says"]),
    )
    field = form[name]
    attrs = {"class": "t-input", "dir": "ltr" if name.endswith(("link", "links")) else "auto"}
    attrs |= {"aria-describedby": described} if described else {}
    attrs |= {"aria-invalid": "true"} if errors else {}
    attrs |= {"inputmode": "decimal"} if name in ("price", "sale_price") else {}
    attrs |= {"inputmode": "numeric"} if name == "inventory" else {}
    is_needed = known.is_needed and name not in ("brand", *forms.CHOICES)
    return {
        "name": name,
        "label": known.label,
        "help": form.fields[name].help_text,
        "widget": field.as_widget(attrs=attrs),
        "errors": errors,
        "theirs": theirs,
        "was_changed": bool(meanwhile.get(name)),
        "is_needed": is_needed,
        "is_long": is_long,
    }


def _merged(form: ProductForm, meanwhile: dict) -> ProductForm:
    """What was typed, with what somebody else changed and nobody touched here; as seen from now on."""
    typed, now = form.data.copy(), content_of(form.item)
    theirs = forms.texts_of(now)
    for name, is_mine_too in meanwhile.items():
        if is_mine_too:
            continue
        for each in ATTRIBUTES if name == "attributes" else (name,):
            typed[each] = theirs.get(each, "")
    typed["seen"] = forms.marks_of(now)
    return ProductForm(typed, workspace=form.workspace, item=form.item)


def _who_changed(product: ProductItem) -> str:
    last = product.events.filter(kind="changed").select_related("actor").order_by("-pk").first()
    return str(last.actor) if last and last.actor else product.get_source_display()


def _problems_of(product: ProductItem) -> dict[str, list[str]]:
    """By field, in words. What is stored may have any shape."""
    found: dict[str, list[str]] = {}
    for each in product.problems if isinstance(product.problems, list) else []:
        field = str(each.get("field", "")) if isinstance(each, dict) else ""
        found.setdefault(field, []).append(words_of(each))
    return found


def _missing(product: ProductItem, found: dict[str, list[str]]) -> list[tuple[str, str, str]]:
    """All that is in the way, with the picture as it was found."""
    said = [(name, words) for name, each in found.items() for words in each]
    if product.image and product.image.state == ProductImage.State.BAD:
        said.append(("image_link", words_of(product.image.problem)))
    return [(name, str(label_of(name)), words) for name, words in said]


def _picture(request, product: ProductItem) -> str:
    image = product.image
    is_waiting = bool(image) and image.state == ProductImage.State.WAITING
    context = {
        "item": product,
        "image": image,
        "address": pictures.address_of(product),
        "problem": words_of(image.problem) if image and image.state == ProductImage.State.BAD else "",
        "url": reverse("catalog:edit_picture", args=[product.pk]),
    }
    return live_part(request, "_form_picture.html", context, is_moving=is_waiting)
