"""Pages for people without a log-in here."""

from django.urls import path

from meta_integration import link_views

app_name = "public"
urlpatterns = [
    path("reconnect/back/", link_views.back, name="reconnect_back"),
    path("reconnect/check/", link_views.check, name="reconnect_check"),
    path("reconnect/done/", link_views.done, name="reconnect_done"),
    path("reconnect/<str:signed>/", link_views.opened, name="reconnect_link"),
    path("reconnect/<str:signed>/start/", link_views.start, name="reconnect_start"),
]
