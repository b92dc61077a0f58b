from django.urls import path

from catalog import shopify_views

urlpatterns = [
    path("shopify/", shopify_views.page, name="shopify"),
    path("shopify/status/", shopify_views.status, name="shopify_status"),
    path("shopify/replay/", shopify_views.replay, name="shopify_replay"),
    path("shopify/disconnect/", shopify_views.disconnect, name="shopify_disconnect"),
]
