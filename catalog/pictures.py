"""The small copy of a product's picture, as our pages show it: a browser never asks the shop's server."""

from django.urls import reverse

from catalog.models import ProductImage, ProductItem


def address_of(item: ProductItem) -> str:
    """Where the small copy is; empty when there is none. `image` is to be read with the item (select_related)."""
    return address_of_image(item.image) if item.image_id else ""


def address_of_image(image: ProductImage | None) -> str:
    """Another picture at the same web address has another address here: a browser keeps each for a while."""
    if image is None or not image.thumbnail:
        return ""
    return f"{reverse('catalog:image', args=[image.pk])}?{image.thumbnail.name[-8:]}"
