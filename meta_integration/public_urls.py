"""Pages for people without a log-in here, and what Meta posts about a person."""

from django.urls import path

from meta_integration import callback_views, link_views

app_name = "public"
urlpatterns = [
    path("reconnect/back/", link_views.back, name="reconnect_back"),
    path("reconnect/again/", link_views.again, name="reconnect_again"),
    path("reconnect/check/", link_views.check, name="reconnect_check"),
    path("reconnect/done/", link_views.done, name="reconnect_done"),
    path("reconnect/<str:signed>/", link_views.opened, name="reconnect_link"),
    path("reconnect/<str:signed>/start/", link_views.start, name="reconnect_start"),
    path("meta/deauthorize/", callback_views.deauthorize, name="deauthorize"),
    path("meta/data-deletion/", callback_views.data_deletion, name="data_deletion"),
    path("meta/data-deletion/<slug:code>/", callback_views.deletion_status, name="deletion_status"),
]
