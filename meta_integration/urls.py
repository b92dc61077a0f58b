from django.urls import include, path

from meta_integration import views

app_name = "meta_integration"
urlpatterns = [
    path("start/", views.start, name="start"),
    path("callback/", views.callback, name="callback"),
    path("numbers/", include("meta_integration.numbers_urls")),
    path("<int:pk>/choose/", views.choose, name="choose"),
]
