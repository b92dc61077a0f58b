from django.urls import path

from catalog import form_views, picture_views, product_views

urlpatterns = [
    path("pictures/<int:pk>", picture_views.image, name="image"),
    path("products/add/", form_views.add, name="add"),
    path("products/<int:pk>/edit/", form_views.edit, name="edit"),
    path("products/<int:pk>/edit/picture/", form_views.picture, name="edit_picture"),
    path("products/<int:pk>/", product_views.item, name="item"),
    path("products/<int:pk>/state/", product_views.item_state, name="item_state"),
    path("products/<int:pk>/history/", product_views.history, name="product_history"),
    path("products/<int:pk>/act/", product_views.act, name="act"),
    path("products/head/", product_views.head, name="list_head"),
    path("products/removals/", product_views.decide, name="decide"),
]
