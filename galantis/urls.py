from django.contrib import admin
from django.urls import include, path

from meta_integration.views import banner, error_book

urlpatterns = [
    path("", include("workspaces.urls")),
    path("connection/", include("meta_integration.urls")),
    path("", include("meta_integration.public_urls")),
    path("banner/", banner, name="banner"),
    path("media/", include("meta_integration.media_urls")),
    path("inbox/", include("inbox.urls")),
    path("admin/error-book/", admin.site.admin_view(error_book), name="error_book"),
    path("admin/", admin.site.urls),
]
