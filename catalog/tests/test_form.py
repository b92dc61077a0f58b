"""A product written by hand: nothing typed is lost, what is missing is said, and two people do not undo each other."""

from decimal import Decimal

import pytest
from django.urls import reverse

from catalog.forms import ProductForm
from catalog.models import ProductImage, ProductItem
from catalog.services import items
from catalog.tests.making import products, row
from workspaces.models import Role
from workspaces.tests.factories import MembershipFactory

pytestmark = pytest.mark.django_db
Status, Wanted = ProductItem.Status, ProductItem.Wanted
ADD = "catalog:add"
TYPED = {
    "retailer_id": "mug-1",
    "title": "Example mug",
    "description": "A mug.\r\nFor tea.",
    "price": "9,99",
    "currency": "eur",
    "availability": "in stock",
    "condition": "new",
    "link": "https://shop.example/mug",
    "image_link": "https://shop.example/mug.jpg",
    "additional_image_links": "https://shop.example/2.jpg\r\nhttps://shop.example/3.jpg",
    "brand": "Example",
    "color": "red",
    "inventory": "5",
    "do": "send",
}


@pytest.fixture
def member(client):
    member = MembershipFactory(role=Role.MARKETER)
    client.force_login(member.user)
    return member


@pytest.fixture
def shop(member):
    return member.workspace


def edit_url(item) -> str:
    return reverse("catalog:edit", args=[item.pk])


def as_shown(item, **changes) -> dict:
    """What a browser would post: the form as it is, with these changes."""
    form = ProductForm(workspace=item.workspace, item=item)
    return {**{name: form[name].value() or "" for name in form.fields}, "do": "send", **changes}


def test_a_product_is_added_and_goes_on_its_way(client, shop):
    answer = client.post(reverse(ADD), TYPED)
    item = ProductItem.objects.get()
    assert answer.url == reverse("catalog:item", args=[item.pk])
    assert (item.price, item.currency, item.status, item.source) == (Decimal("9.99"), "EUR", Status.LOOKING, "hand")
    assert item.description == "A mug.\nFor tea." and item.attributes == {"color": "red"} and item.inventory == 5
    assert item.additional_image_links == ["https://shop.example/2.jpg", "https://shop.example/3.jpg"]
    assert item.workspace == shop


def test_what_is_incomplete_is_kept_and_says_what_is_missing(client, shop):
    answer = client.post(reverse(ADD), {**TYPED, "brand": "", "image_link": "", "price": ""}, follow=True)
    item = ProductItem.objects.get()
    assert item.status == Status.INCOMPLETE and item.title == "Example mug"
    page = answer.content.decode()
    assert answer.redirect_chain[-1][0] == edit_url(item)
    assert (
        "Before it can be sent" in page
        and "A brand is missing" in page
        and page.count("WhatsApp shows no product") >= 2
    )
    assert 'href="#f-price"' in page


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"price": "nine"}, "is not a price"),
        ({"price": "1,234", "currency": "USD"}, "may be 1234 or 1.234"),
        ({"price": "$9", "currency": ""}, "may be several currencies"),
        ({"price": "9 USD"}, "The price names USD, the currency is EUR"),
        ({"currency": "EURO"}, "is not a currency"),
        ({"inventory": "many"}, "is not a whole number"),
        ({"retailer_id": ""}, "It is missing"),
        ({"retailer_id": "x" * 101}, "has 101 characters"),
        ({"price": "9" * 13}, "too large"),
    ],
)
def test_what_cannot_be_understood_is_not_saved_and_stays_as_typed(client, shop, wrong, says):
    answer = client.post(reverse(ADD), {**TYPED, **wrong})
    page = answer.content.decode()
    assert answer.status_code == 400 and not ProductItem.objects.exists()
    assert says in page and "Example mug" in page and all(value in page for value in wrong.values())


def test_the_currency_is_what_most_products_have(client, shop):
    products(shop, 2, currency="KWD")
    items.write(shop, [row(9, currency="USD")], source="hand")
    assert 'value="KWD"' in client.get(reverse(ADD)).content.decode()


def test_a_number_that_is_taken_leads_to_its_product(client, shop):
    item = products(shop).get()
    page = client.post(reverse(ADD), {**TYPED, "retailer_id": "sku-1"}).content.decode()
    assert "Another product has this number" in page and reverse("catalog:item", args=[item.pk]) in page
    assert "take-back" not in page and ProductItem.objects.get().title == "Example product 1"


def test_a_removed_one_is_taken_back(client, shop):
    item = products(shop).get()
    items.remove(products(shop), None)
    assert 'id="take-back"' in client.post(reverse(ADD), {**TYPED, "retailer_id": "sku-1"}).content.decode()
    assert client.post(reverse(ADD), {**TYPED, "take_back": item.pk}).url == edit_url(item)
    item.refresh_from_db()
    assert item.wanted == Wanted.LISTED and ProductItem.objects.count() == 1


def test_it_may_be_kept_out_for_now_and_sent_later(client, shop):
    client.post(reverse(ADD), {**TYPED, "do": "keep"})
    item = ProductItem.objects.get()
    assert item.wanted == Wanted.EXCLUDED
    client.post(edit_url(item), as_shown(item, title="Another", do="save"))
    item.refresh_from_db()
    assert item.wanted == Wanted.EXCLUDED and item.title == "Another"
    client.post(edit_url(item), as_shown(item))
    item.refresh_from_db()
    assert item.wanted == Wanted.LISTED


def test_the_form_as_it_is_changes_nothing(client, shop):
    item = products(shop, 1, price=Decimal("1.5"), attributes={"color": "red", "size": "M"}, inventory=3).get()
    answer = client.post(edit_url(item), as_shown(item))
    assert answer.url == reverse("catalog:item", args=[item.pk])
    assert item.events.count() == 1 and as_shown(item)["price"] == "1.50"


def test_one_field_is_changed_and_its_source_stays_its_source(client, shop):
    item = products(shop, 1, source="import").get()
    client.post(edit_url(item), as_shown(item, price="8.99"))
    item.refresh_from_db()
    assert item.price == Decimal("8.99") and item.source == "import"
    assert item.events.latest("pk").detail == {"price": ["9.99", "8.99"]}
    assert item.events.latest("pk").actor is not None


def test_a_refused_one_that_is_sent_unchanged_is_sent_again(client, shop):
    item = products(shop).get()
    ProductItem.objects.update(refused_hash=item.wanted_hash, status=Status.REFUSED)
    client.post(edit_url(item), as_shown(item))
    item.refresh_from_db()
    assert item.status == Status.WAITING


def test_the_second_of_two_is_told_and_overwrites_nothing(client, shop):
    item = products(shop).get()
    mine = as_shown(item, price="5.00", brand="Mine")
    items.write(shop, [row(price=Decimal("7.00"), title="Theirs")], source="import")
    answer = client.post(edit_url(item), mine)
    page = answer.content.decode()
    assert "Somebody else changed it meanwhile" in page and "Title, Price" in page
    item.refresh_from_db()
    assert item.price == Decimal("7.00") and item.brand == "Example"
    form = answer.context["form"]
    assert (form["title"].value(), form["price"].value(), form["brand"].value()) == ("Theirs", "5.00", "Mine")
    assert "Meanwhile it was changed to:" in page and "7.00" in page
    again = {name: form[name].value() or "" for name in form.fields}
    client.post(edit_url(item), {**again, "do": "send"})
    item.refresh_from_db()
    assert (item.title, item.price, item.brand) == ("Theirs", Decimal("5.00"), "Mine")


@pytest.mark.parametrize("seen", ["", "x", "[]", "{}", '{"title": []}'])
def test_a_form_that_does_not_say_what_it_showed_overwrites_nothing(client, shop, seen):
    item = products(shop).get()
    assert "Somebody else" in client.post(edit_url(item), as_shown(item, title="New", seen=seen)).content.decode()
    item.refresh_from_db()
    assert item.title == "Example product 1"


def test_the_picture_is_judged_on_the_page_and_looked_at_again_on_demand(client, shop):
    item = products(shop).get()
    bad = {"state": "bad", "look_after": None, "problem": {"key": "image_too_small", "width": 20, "height": 30}}
    ProductImage.objects.update(**bad)
    page = client.get(edit_url(item)).content.decode()
    assert "20 x 30 pixels" in page and 'id="look"' in page
    assert client.post(edit_url(item), as_shown(item, title="New", do="look")).url == edit_url(item)
    item.refresh_from_db()
    assert item.title == "New" and item.image.state == ProductImage.State.WAITING and item.image.look_after
    part = client.get(reverse("catalog:edit_picture", args=[item.pk]))
    assert "looks at the picture" in part.content.decode() and "every 2s" in part.content.decode()


def test_who_may_not_change_products_gets_no_form_and_strangers_find_nothing(client, shop):
    item = products(shop).get()
    for role, status in [(Role.AGENT, 403), (Role.ANALYST, 403), (Role.OWNER, 200)]:
        client.force_login(MembershipFactory(workspace=shop, role=role).user)
        assert client.get(edit_url(item)).status_code == client.get(reverse(ADD)).status_code == status
    client.force_login(MembershipFactory(role=Role.OWNER).user)
    assert client.get(edit_url(item)).status_code == client.post(edit_url(item), TYPED).status_code == 404
    assert client.post(reverse(ADD), {"take_back": item.pk}).status_code == 404
    assert client.post(reverse(ADD), {"take_back": "x"}).status_code == 404


def test_what_is_stored_in_an_odd_shape_is_shown_all_the_same(client, shop):
    item = products(shop).get()
    odd = {"problems": ["x", {"key": 1}, {"field": "title"}], "attributes": ["x"], "additional_image_links": {"a": 1}}
    ProductItem.objects.update(**odd)
    ProductImage.objects.update(state="bad", problem=["x"])
    assert client.get(edit_url(item)).status_code == 200


def test_what_is_only_at_meta_is_taken_over_first(client, shop):
    item = products(shop).get()
    ProductItem.objects.update(wanted=Wanted.THEIRS)
    assert client.get(edit_url(item)).url == reverse("catalog:item", args=[item.pk])


def test_the_page_takes_few_queries(client, shop, django_assert_max_num_queries):
    item = products(shop).get()
    client.get(edit_url(item))
    with django_assert_max_num_queries(14):
        client.get(edit_url(item))


def test_html_is_taken_out_of_what_is_typed(client, shop):
    client.post(reverse(ADD), {**TYPED, "description": "<p>One &amp; two</p><script>x</script><p>three</p>"})
    assert ProductItem.objects.get().description == "One & two\nthree"


def test_a_bad_picture_alone_is_told_before_it_can_be_sent(client, shop):
    item = products(shop).get()
    ProductImage.objects.update(state="bad", look_after=None, problem={"key": "image_broken"})
    ProductItem.objects.update(status=Status.INCOMPLETE)
    page = client.get(edit_url(item)).content.decode()
    assert "Before it can be sent" in page and 'href="#f-image_link"' in page
