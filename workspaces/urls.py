from django.contrib.auth.views import LogoutView
from django.urls import path

from workspaces import views

app_name = "workspaces"
urlpatterns = [
    path("", views.home, name="home"),
    path("login/", views.LogIn.as_view(), name="login"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("workspaces/", views.switch, name="switch"),
]
