from django.urls import URLPattern, path

from sharing.views import guest, photo, unlock

app_name = "guest"
urlpatterns: list[URLPattern] = [
    path("", guest.page, name="page"),
    path("/unlock", unlock.unlock, name="unlock"),
    path("/tiles", guest.tiles, name="tiles"),
    path("/timeline", guest.timeline, name="timeline"),
    path("/ids", guest.ids, name="ids"),
    path("/photo/<uuid:asset_id>", photo.photo, name="photo"),
    path("/info/<uuid:asset_id>", photo.info, name="info"),
]
