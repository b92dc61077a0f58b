from django.urls import path

from catalog import compare_views, connect_views

urlpatterns = [
    path("", connect_views.home, name="home"),
    path("state/", connect_views.home_state, name="home_state"),
    path("choose/", connect_views.choose, name="choose"),
    path("create/", connect_views.create, name="create"),
    path("look/", connect_views.look, name="look"),
    path("link/", connect_views.link, name="link"),
    path("numbers/<int:pk>/", connect_views.number, name="number"),
    path("leave/", connect_views.leave, name="leave"),
    path("compare/", compare_views.compare, name="compare"),
    path("compare/state/", compare_views.compare_state, name="compare_state"),
]
