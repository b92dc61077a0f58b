from django.urls import path

from inbox import (
    block_views,
    bubble_views,
    canned_views,
    composer_views,
    customer_views,
    list_views,
    presence_views,
    specials,
    tag_views,
    template_views,
    views,
    work_views,
)

app_name = "inbox"
urlpatterns = [
    path("", list_views.thread_list, name="list"),
    path("views/", list_views.save_view, name="save_view"),
    path("views/<int:pk>/", list_views.saved_view, name="saved_view"),
    path("keyboard/", list_views.keyboard, name="keyboard"),
    path("live/", views.live_version, name="live"),
    path("<int:pk>/", views.thread, name="thread"),
    path("<int:pk>/present/", presence_views.present, name="present"),
    path("<int:pk>/work/", work_views.head, name="work"),
    path("<int:pk>/block/", block_views.block, name="block"),
    path("<int:pk>/customer/", customer_views.customer, name="customer"),
    path("<int:pk>/customer/details/", customer_views.details, name="customer_details"),
    path("<int:pk>/customer/offers/", customer_views.offers, name="customer_offers"),
    path("<int:pk>/customer/tags/", customer_views.tags, name="customer_tags"),
    path("<int:pk>/customer/attributes/", customer_views.attributes, name="customer_attributes"),
    path("<int:pk>/customer/merge/<int:other_pk>/", customer_views.merge, name="customer_merge"),
    path("tags/", tag_views.tags, name="tags"),
    path("tags/<int:pk>/", tag_views.tag, name="tag"),
    path("<int:pk>/templates/", template_views.choose, name="templates"),
    path("<int:pk>/templates/<int:template_pk>/", template_views.fill, name="template"),
    path("<int:pk>/templates/<int:template_pk>/look/", template_views.look, name="template_look"),
    path("<int:pk>/withdraw/", composer_views.withdraw, name="withdraw"),
    path("<int:pk>/typing/", composer_views.typing, name="typing"),
    path("<int:pk>/replies/", canned_views.of_thread, name="replies_of_thread"),
    *[
        path(f"<int:pk>/send/{kind}/", composer_views.special, {"kind": kind}, name=f"special-{kind}")
        for kind in specials.KINDS
    ],
    path("attach/", composer_views.attach, name="attach"),
    path("replies/", canned_views.replies, name="replies"),
    path("replies/<int:pk>/", canned_views.reply, name="reply"),
    path("replies/<int:pk>/delete/", canned_views.delete, name="reply_delete"),
    path("messages/<int:pk>/react/", composer_views.react, name="react"),
    path("test-message/", views.test_message, name="test_message"),
    path("test-message/<int:pk>/", views.test_message_sent, name="test_message_sent"),
    path("messages/<int:pk>/fetch/", views.fetch_again, name="fetch-again"),
    path("messages/<int:pk>/timeline/", bubble_views.timeline, name="timeline"),
    path("messages/<int:pk>/retry/", bubble_views.retry, name="retry"),
    path("messages/<int:pk>/settle/", bubble_views.settle, name="settle"),
    path("messages/<int:pk>/take-back/", views.take_back, name="take-back"),
]
