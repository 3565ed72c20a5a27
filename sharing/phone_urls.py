"""What an installed Loggia needs, and where photos shared from a phone's gallery arrive."""

from django.urls import path

from sharing.views import phone

app_name = "phone"
urlpatterns = [
    path("manifest.webmanifest", phone.manifest, name="manifest"),
    path("sw.js", phone.worker, name="worker"),
    path("add/", phone.add, name="add"),
    path("add/album/", phone.choose, name="choose"),
]
