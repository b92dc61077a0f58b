from django.urls import path

from templates_app import acting_views, builder_urls, delete_views, mapping_views, sync_views, views

app_name = "templates_app"
urlpatterns = [
    *builder_urls.urlpatterns,
    path("<int:pk>/", views.detail, name="detail"),
    path("<int:pk>/status/", views.status, name="status"),
    path("<int:pk>/history/", views.history_page, name="history"),
    path("<int:pk>/act/", acting_views.act, name="act"),
    path("<int:pk>/delete/", delete_views.delete, name="delete"),
    path("<int:pk>/gaps/", mapping_views.mapping, name="mapping"),
    path("<int:pk>/languages/", acting_views.add_language, name="add_language"),
    path("sync/", sync_views.sync, name="sync"),
    path("sync/status/", sync_views.sync_status, name="sync_status"),
    path("versions/<int:pk>/", views.version, name="version"),
]
