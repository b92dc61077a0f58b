from django.urls import include, path

from meta_integration import reconnect_views, views

app_name = "meta_integration"
urlpatterns = [
    path("new/", views.new, name="new"),
    path("start/", views.start, name="start"),
    path("mark/", views.mark, name="mark"),
    path("code/", views.code, name="code"),
    path("callback/", views.callback, name="callback"),
    path("token/", views.by_token, name="by_token"),
    path("<int:pk>/checked/", views.checked, name="checked"),
    path("numbers/", include("meta_integration.numbers_urls")),
    path("<int:pk>/choose/", views.choose, name="choose"),
    path("setup/<int:pk>/", views.setup_page, name="setup"),
    path("setup/<int:pk>/templates/", views.templates, name="templates"),
    path("catalogs/<int:pk>/", views.catalogs, name="catalogs"),
    path("catalogs/<int:pk>/start/", views.catalogs_start, name="catalogs_start"),
    path("catalogs/<int:pk>/remove/", views.catalogs_remove, name="catalogs_remove"),
    path("<int:pk>/difference/", reconnect_views.difference, name="difference"),
    path("accounts/<int:pk>/renewed/", reconnect_views.renewed, name="renewed"),
    path("accounts/<int:pk>/disconnect/", reconnect_views.disconnect, name="disconnect"),
    path("accounts/<int:pk>/reconnect-link/", reconnect_views.make_link, name="make_link"),
]
