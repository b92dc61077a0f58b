from django.urls import path

from meta_integration import reconnect_views, views

app_name = "meta_integration"
urlpatterns = [
    path("start/", views.start, name="start"),
    path("callback/", views.callback, name="callback"),
    path("<int:pk>/choose/", views.choose, name="choose"),
    path("<int:pk>/difference/", reconnect_views.difference, name="difference"),
    path("accounts/<int:pk>/renewed/", reconnect_views.renewed, name="renewed"),
    path("accounts/<int:pk>/disconnect/", reconnect_views.disconnect, name="disconnect"),
    path("accounts/<int:pk>/reconnect-link/", reconnect_views.make_link, name="make_link"),
]
