from django.urls import path

from templates_app import builder_views

urlpatterns = [
    path("new/", builder_views.new, name="new"),
    path("<int:pk>/edit/", builder_views.edit, name="edit"),
    path("<int:pk>/check/", builder_views.check, name="check"),
    path("<int:pk>/example/", builder_views.example, name="example"),
    path("<int:pk>/discard/", builder_views.discard, name="discard"),
]
