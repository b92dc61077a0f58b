from django.urls import path

from inbox import customer_views, template_views, views

app_name = "inbox"
urlpatterns = [
    path("", views.thread_list, name="list"),
    path("live/", views.live_version, name="live"),
    path("<int:pk>/", views.thread, name="thread"),
    path("<int:pk>/customer/", customer_views.customer, name="customer"),
    path("<int:pk>/templates/", template_views.choose, name="templates"),
    path("<int:pk>/templates/<int:template_pk>/", template_views.fill, name="template"),
    path("<int:pk>/templates/<int:template_pk>/look/", template_views.look, name="template_look"),
    path("test-message/", views.test_message, name="test_message"),
    path("test-message/<int:pk>/", views.test_message_sent, name="test_message_sent"),
    path("messages/<int:pk>/fetch/", views.fetch_again, name="fetch-again"),
    path("messages/<int:pk>/take-back/", views.take_back, name="take-back"),
]
