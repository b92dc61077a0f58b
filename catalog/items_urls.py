from django.urls import path

from catalog import picture_views

urlpatterns: list = [
    path("pictures/<int:pk>", picture_views.image, name="image"),
]
