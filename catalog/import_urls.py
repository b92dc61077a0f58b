from django.urls import path

from catalog import import_line_views, import_views

urlpatterns = [
    path("imports/", import_views.imports, name="imports"),
    path("imports/new/", import_views.import_new, name="import_new"),
    path("imports/sample.csv", import_views.sample, name="import_sample"),
    path("imports/<int:pk>/", import_views.import_page, name="import"),
    path("imports/<int:pk>/state/", import_views.import_state, name="import_state"),
    path("imports/<int:pk>/act/", import_views.act, name="import_act"),
    path("imports/<int:pk>/broken.csv", import_views.broken, name="import_broken"),
    path("imports/lines/<int:pk>/", import_line_views.line, name="import_line"),
    path("products.csv", import_views.export, name="export"),
]
