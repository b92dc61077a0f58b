from django.urls import path

from meta_integration import numbers_views as views

urlpatterns = [
    path("add/", views.add, name="number_add"),
    path("<int:pk>/", views.act, name="number_act"),
    path("<int:pk>/verify/", views.verify, name="number_verify"),
    path("<int:pk>/register/", views.register, name="number_register"),
    path("<int:pk>/pin/", views.pin, name="number_pin"),
    path("<int:pk>/deregister/", views.deregister, name="number_deregister"),
    path("<int:pk>/remove/", views.remove, name="number_remove"),
]
