"""The owner's pages. All need a session: see LoginRequiredMiddleware in the settings."""

from django.urls import path

from sharing.views import (
    manage_activity,
    manage_albums,
    manage_arrange,
    manage_bulk,
    manage_link,
    manage_links,
    manage_made,
    manage_put,
    manage_qr,
    manage_review,
    manage_status,
)

app_name = "sharing"
urlpatterns = [
    path("", manage_links.links, name="links"),
    path("links/new/", manage_link.create, name="create"),
    path("links/address/", manage_link.address, name="address"),
    path("links/ids/", manage_links.link_ids, name="link_ids"),
    path("links/bulk/", manage_bulk.bulk, name="bulk"),
    path("links/undo/", manage_bulk.undo, name="undo"),
    path("links/<uuid:link_id>/", manage_link.link, name="link"),
    path("links/<uuid:link_id>/qr/", manage_qr.qr, name="qr"),
    path("links/<uuid:link_id>/qr.svg", manage_qr.qr_image, name="qr_image"),
    path("links/<uuid:link_id>/pause/", manage_links.pause, name="pause"),
    path("links/<uuid:link_id>/resume/", manage_links.resume, name="resume"),
    path("links/<uuid:link_id>/delete/", manage_links.delete, name="delete"),
    path("links/<uuid:link_id>/restore/", manage_links.restore, name="restore"),
    path("links/<uuid:link_id>/show-album/", manage_review.show_album, name="show_album"),
    path("review/", manage_review.review, name="review"),
    path("review/decision/", manage_review.decision, name="decision"),
    path("review/undo/", manage_review.undo, name="undo_review"),
    path("review/<uuid:upload_id>/look/", manage_review.look, name="look"),
    path("albums/", manage_albums.albums, name="albums"),
    path("albums/put/", manage_put.put, name="put"),
    path("albums/made/<uuid:made_id>/", manage_made.made, name="made"),
    path("albums/made/<uuid:made_id>/change/", manage_made.change, name="change_made"),
    path("albums/made/<uuid:made_id>/arrange/", manage_arrange.arrange, name="arrange"),
    path("albums/made/<uuid:made_id>/move/", manage_arrange.move, name="move"),
    path("albums/made/<uuid:made_id>/delete/", manage_made.delete, name="delete_made"),
    path("albums/made/<uuid:made_id>/restore/", manage_made.restore, name="restore_made"),
    path("albums/<uuid:album_id>/", manage_albums.album, name="album"),
    path("albums/<uuid:album_id>/order/", manage_albums.order, name="order"),
    path("albums/<uuid:album_id>/choose/", manage_albums.choose, name="choose"),
    path("albums/<uuid:album_id>/remove-sample/", manage_albums.remove, name="remove_sample"),
    path("activity/", manage_activity.activity, name="activity"),
    path("status/", manage_status.status, name="status"),
    path("status/scan/", manage_status.scan, name="scan"),
]
