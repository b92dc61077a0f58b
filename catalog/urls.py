from catalog import connect_urls, import_urls, items_urls, shopify_urls

app_name = "catalog"
urlpatterns = [
    *connect_urls.urlpatterns,
    *items_urls.urlpatterns,
    *import_urls.urlpatterns,
    *shopify_urls.urlpatterns,
]
