from django.contrib import admin
from django.urls import include, path

from catalog.shopify_door import webhook as shopify_webhook
from meta_integration.views import banner, error_book
from workspaces.desk.views import desk_list, desk_page
from workspaces.doctor.views import doctor_page

urlpatterns = [
    path("", include("workspaces.urls")),
    path("connection/", include("meta_integration.urls")),
    path("", include("meta_integration.public_urls")),
    path("banner/", banner, name="banner"),
    path("media/", include("meta_integration.media_urls")),
    path("templates/", include("templates_app.urls")),
    path("catalog/", include("catalog.urls")),
    path("inbox/", include("inbox.urls")),
    path("webhooks/shopify/", shopify_webhook, name="shopify_webhook"),
    path("admin/error-book/", admin.site.admin_view(error_book), name="error_book"),
    path("admin/desk/", admin.site.admin_view(desk_list), name="support_desk_list"),
    path("admin/desk/<int:pk>/", admin.site.admin_view(desk_page), name="support_desk"),
    path("admin/doctor/", admin.site.admin_view(doctor_page), name="doctor"),
    path("admin/", admin.site.urls),
]
