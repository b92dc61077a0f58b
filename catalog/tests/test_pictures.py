"""Our pages show a small copy of a product's picture, to those alone whose product it is."""

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse

from catalog import pictures
from catalog.models import ProductItem
from catalog.tests.factories import ProductImageFactory, ProductItemFactory
from workspaces.tests.factories import MembershipFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def member():
    return MembershipFactory()


def test_the_small_copy_is_served_as_what_it_is(client, member):
    picture = ProductImageFactory(workspace=member.workspace)
    client.force_login(member.user)
    answer = client.get(reverse("catalog:image", args=[picture.pk]))
    assert answer.status_code == 200 and answer.headers["Content-Type"] == "image/jpeg"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert (
        answer.headers["Cache-Control"].startswith("private") and "sandbox" in answer.headers["Content-Security-Policy"]
    )
    assert b"".join(answer.streaming_content).startswith(b"\xff\xd8")


def test_a_stranger_finds_nothing_and_so_does_who_is_not_logged_in(client, member):
    address = reverse("catalog:image", args=[ProductImageFactory().pk])
    assert client.get(address).status_code == 302
    client.force_login(member.user)
    assert client.get(address).status_code == 404


@pytest.mark.parametrize("file", ["", "1/products/gone"])
def test_without_a_copy_there_is_nothing(client, member, file):
    client.force_login(member.user)
    picture = ProductImageFactory(workspace=member.workspace, thumbnail=None)
    type(picture).objects.filter(pk=picture.pk).update(thumbnail=file)
    assert client.get(reverse("catalog:image", args=[picture.pk])).status_code == 404


def test_what_is_no_picture_is_not_served(client, member):
    client.force_login(member.user)
    picture = ProductImageFactory(workspace=member.workspace)
    picture.thumbnail.save("", ContentFile(b"<script>alert(1)</script>"))
    assert client.get(reverse("catalog:image", args=[picture.pk])).status_code == 404


def test_only_what_has_a_copy_has_an_address_and_another_copy_has_another(django_assert_num_queries):
    item = ProductItemFactory(image=ProductImageFactory())
    bare = ProductItemFactory(workspace=item.workspace, image=ProductImageFactory(thumbnail=None))
    without = ProductItemFactory(workspace=item.workspace)
    rows = ProductItem.objects.filter(pk__in=[item.pk, bare.pk, without.pk]).select_related("image").order_by("pk")
    with django_assert_num_queries(1):
        addresses = [pictures.address_of(each) for each in rows]
    assert addresses[0].startswith(reverse("catalog:image", args=[item.image_id])) and addresses[1:] == ["", ""]
    item.image.thumbnail.save("", ContentFile(b"\xff\xd8\xffanother"))
    assert pictures.address_of(item) != addresses[0]
