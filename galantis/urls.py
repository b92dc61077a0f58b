from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("", include("workspaces.urls")),
    path("connection/", include("meta_integration.urls")),
    path("media/", include("meta_integration.media_urls")),
    path("inbox/", include("inbox.urls")),
    path("admin/", admin.site.urls),
]
