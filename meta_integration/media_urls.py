from django.urls import path

from meta_integration import views

app_name = "media"
urlpatterns = [path("<int:pk>/", views.media_file, name="file")]
