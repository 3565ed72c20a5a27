from django.urls import URLPattern, path

from sharing.views import contribute, contributed, guest, photo, unlock

app_name = "guest"
urlpatterns: list[URLPattern] = [
    path("", guest.page, name="page"),
    path("/unlock", unlock.unlock, name="unlock"),
    path("/tiles", guest.tiles, name="tiles"),
    path("/timeline", guest.timeline, name="timeline"),
    path("/ids", guest.ids, name="ids"),
    path("/photo/<uuid:asset_id>", photo.photo, name="photo"),
    path("/info/<uuid:asset_id>", photo.info, name="info"),
    # What guests send themselves; the bytes come to <link>/uploads, before Django (portal.asgi).
    path("/add", contribute.add, name="add"),
    path("/sending", contribute.sending, name="sending"),
    path("/known", contribute.known, name="known"),
    path("/sent", contributed.sent, name="sent"),
    path("/sent/states", contribute.states, name="states"),
    path("/sent/<uuid:upload_id>/look", contributed.look, name="sent_look"),
    path("/sent/<uuid:upload_id>/caption", contributed.caption, name="sent_caption"),
    path("/sent/<uuid:upload_id>/take-back", contributed.take_back, name="take_back"),
]
