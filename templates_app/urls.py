from django.urls import path

from templates_app import views

app_name = "templates_app"
urlpatterns = [
    path("<int:pk>/", views.detail, name="detail"),
    path("<int:pk>/status/", views.status, name="status"),
    path("<int:pk>/history/", views.history_page, name="history"),
    path("versions/<int:pk>/", views.version, name="version"),
]
