from django.urls import URLPattern, path

from downloads import views

app_name = "downloads"
urlpatterns: list[URLPattern] = [
    path("/downloads", views.downloads, name="downloads"),
    path("/downloads/cancel", views.cancel_all, name="cancel-all"),
    path("/downloads/<uuid:download_id>/cancel", views.cancel, name="cancel"),
    path("/downloads/<uuid:download_id>/retry", views.retry, name="retry"),
    path("/downloads/<uuid:download_id>/fit", views.fit, name="fit"),
    path("/downloads/<uuid:download_id>/dismiss", views.dismiss, name="dismiss"),
    path(
        "/downloads/<uuid:download_id>/items/<int:position>/cancel",
        views.cancel_item,
        name="cancel-item",
    ),
]
