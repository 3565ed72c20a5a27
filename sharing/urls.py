"""The owner's pages. All need a session: see LoginRequiredMiddleware in the settings."""

from django.urls import path

from sharing.views import manage_albums, manage_link, manage_links, manage_status

app_name = "sharing"
urlpatterns = [
    path("", manage_links.links, name="links"),
    path("links/new/", manage_link.create, name="create"),
    path("links/address/", manage_link.address, name="address"),
    path("links/<uuid:link_id>/", manage_link.link, name="link"),
    path("links/<uuid:link_id>/pause/", manage_links.pause, name="pause"),
    path("links/<uuid:link_id>/resume/", manage_links.resume, name="resume"),
    path("links/<uuid:link_id>/delete/", manage_links.delete, name="delete"),
    path("links/<uuid:link_id>/restore/", manage_links.restore, name="restore"),
    path("albums/", manage_albums.albums, name="albums"),
    path("albums/<uuid:album_id>/", manage_albums.album, name="album"),
    path("albums/<uuid:album_id>/choose/", manage_albums.choose, name="choose"),
    path("albums/<uuid:album_id>/remove-sample/", manage_albums.remove, name="remove_sample"),
    path("status/", manage_status.status, name="status"),
    path("status/scan/", manage_status.scan, name="scan"),
]
