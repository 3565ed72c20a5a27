"""What guests may add, as its owner says it: in the form, by the command, and what follows."""

import json
from datetime import datetime, timedelta
from html import unescape
from io import StringIO

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from portal.library.types import Album
from sharing.albums.editing import make_album
from sharing.links import LinkSettings, change_link, open_album, share_album, share_assets
from sharing.models import Happening, SharedLink, UploadKinds
from sharing.upload_form import GB, MB
from tests.memory_library import MemoryLibrary

COLLECT = {
    "lifetime": "never",
    "allow_upload": "on",
    "show_metadata": "on",
    "holds_uploads": "on",
    "hides_album": "on",
}


def text(response: object) -> str:
    return unescape(response.content.decode())  # type: ignore[attr-defined]


def test_a_link_that_collects_hides_the_album_and_holds_what_comes(
    owner_client: Client, album: Album
) -> None:
    owner_client.post(f"/links/new/?album={album.id}", COLLECT)
    link = SharedLink.objects.get()
    assert (link.allow_upload, link.hides_album, link.holds_uploads) == (True, True, True)
    assert (link.allow_download, link.credits_senders) == (False, False)
    assert link.upload_kinds == UploadKinds.ALL


def test_rules_are_kept_and_shown_again(owner_client: Client, album: Album) -> None:
    moment = timezone.localtime() + timedelta(days=3)
    form = COLLECT | {
        "credits_senders": "on",
        "upload_kinds": "photos",
        "max_upload_mb": "250",
        "max_upload_gb": "1.5",
        "max_upload_files": "40",
        "uploads_until": moment.strftime("%Y-%m-%dT%H:%M"),
    }
    owner_client.post(f"/links/new/?album={album.id}", form)
    link = SharedLink.objects.get()
    assert (link.max_upload_size, link.max_upload_bytes) == (250 * MB, int(1.5 * GB))
    assert (link.max_upload_files, link.upload_kinds) == (40, UploadKinds.PHOTOS)
    assert link.uploads_until == moment.replace(second=0, microsecond=0)
    shown = text(owner_client.get(f"/links/{link.pk}/"))
    for piece in ('value="250"', 'value="1.5"', 'value="40"', 'value="photos" checked'):
        assert piece in shown
    assert f'value="{form["uploads_until"]}"' in shown


def test_a_moment_that_passed_may_stay_and_no_new_one_may_have_passed(
    owner_client: Client, owner: User, album: Album
) -> None:
    past = timezone.now() - timedelta(days=1, seconds=7)
    link = share_album(owner, album.id, LinkSettings(allow_upload=True, uploads_until=past))
    typed = timezone.localtime(past).strftime("%Y-%m-%dT%H:%M")
    form = COLLECT | {"uploads_until": typed}
    owner_client.post(f"/links/{link.pk}/", form)
    link.refresh_from_db()
    assert (link.uploads_until, link.hides_album) == (past, True)
    earlier = timezone.localtime(past - timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")
    response = owner_client.post(f"/links/{link.pk}/", form | {"uploads_until": earlier})
    assert "This moment has passed." in text(response)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"max_upload_mb": "0"}, "greater than or equal to 1"),
        ({"max_upload_mb": "much"}, "whole number"),
        ({"max_upload_gb": "1.55"}, "no more than 1 decimal place"),
        ({"max_upload_files": "-1"}, "greater than or equal to 1"),
        ({"upload_kinds": "songs"}, "not one of the available choices"),
        ({"uploads_until": "tomorrow"}, "valid date/time"),
        ({"uploads_until": "9999-12-31T23:59"}, "within the next 100 years"),
    ],
)
def test_nonsense_is_told_at_its_field(
    owner_client: Client, album: Album, typed: dict[str, str], words: str
) -> None:
    response = owner_client.post(f"/links/new/?album={album.id}", COLLECT | typed)
    assert words in text(response)
    assert 'aria-invalid="true"' in text(response)
    assert not SharedLink.objects.exists()


def test_a_link_that_would_show_nothing_is_not_made(owner_client: Client, album: Album) -> None:
    form = {name: value for name, value in COLLECT.items() if name != "allow_upload"}
    response = owner_client.post(f"/links/new/?album={album.id}", form)
    assert "Guests would see nothing" in text(response)
    assert not SharedLink.objects.exists()


def test_chosen_photos_are_not_asked_for_rules(
    owner_client: Client, owner: User, album: Album, library: MemoryLibrary
) -> None:
    link = share_assets(owner, library.members[album.id][:2], LinkSettings())
    assert "upload-rules" not in text(owner_client.get(f"/links/{link.pk}/"))
    with pytest.raises(ValidationError):
        change_link(link, LinkSettings(allow_upload=True, hides_album=True))


def test_hiding_the_album_voids_its_urls_and_showing_it_does_not(owner: User, album: Album) -> None:
    link = share_album(owner, album.id, LinkSettings(allow_upload=True))
    hidden = change_link(link, LinkSettings(allow_upload=True, hides_album=True))
    assert hidden.epoch == link.epoch + 1
    again = change_link(hidden, LinkSettings(allow_upload=True, hides_album=True))
    assert again.epoch == hidden.epoch
    assert open_album(again)
    again.refresh_from_db()
    assert (again.hides_album, again.epoch) == (False, hidden.epoch)


def test_the_owner_opens_the_album_to_those_who_sent(
    owner_client: Client, owner: User, album: Album
) -> None:
    link = share_album(owner, album.id, LinkSettings(allow_upload=True, hides_album=True))
    address = f"/links/{link.pk}/show-album/"
    assert address in text(owner_client.get(f"/links/{link.pk}/"))
    response = owner_client.post(address, follow=True)
    assert "Guests of this link see the album now." in text(response)
    assert address not in text(response)
    link.refresh_from_db()
    assert not link.hides_album
    assert link.happenings.filter(kind=Happening.Kind.CHANGED).count() == 1
    owner_client.post(address)
    assert link.happenings.filter(kind=Happening.Kind.CHANGED).count() == 1


def test_the_command_makes_a_link_that_collects(owner: User, album: Album) -> None:
    owner.is_superuser = True
    owner.save()
    said = StringIO()
    rules = "--max-upload-mb 20 --max-upload-gb 2.5 --max-upload-files 9 --uploads-until 7d"
    switches = "--allow-upload --hide-album --no-review --show-names --upload-kinds videos --json"
    options = f"{switches} {rules}".split()
    call_command("link", "create", "--album", album.name, *options, stdout=said)
    link = SharedLink.objects.get(pk=json.loads(said.getvalue())["id"])
    assert (link.hides_album, link.holds_uploads, link.credits_senders) == (True, False, True)
    assert (link.max_upload_size, link.max_upload_bytes) == (20 * MB, int(2.5 * GB))
    assert (link.max_upload_files, link.upload_kinds) == (9, UploadKinds.VIDEOS)
    in_a_week = timezone.now() + timedelta(days=7)
    assert isinstance(link.uploads_until, datetime)
    assert abs(link.uploads_until - in_a_week) < timedelta(minutes=1)


@pytest.mark.parametrize(
    "options",
    ["--hide-album", "--allow-upload --uploads-until never", "--allow-upload --max-upload-mb 0"],
)
def test_the_command_refuses_what_makes_no_sense(owner: User, album: Album, options: str) -> None:
    owner.is_superuser = True
    owner.save()
    with pytest.raises((SystemExit, CommandError)):
        call_command("link", "create", "--album", album.name, *options.split())
    assert not SharedLink.objects.exists()


def test_the_card_says_that_the_album_is_hidden(
    owner_client: Client, owner: User, album: Album
) -> None:
    share_album(owner, album.id, LinkSettings(allow_upload=True, hides_album=True))
    shown = text(owner_client.get("/"))
    assert "Add photos; the album is hidden" in shown
    assert "Download originals" not in shown


def test_an_album_made_here_can_collect_too(owner_client: Client, owner: User) -> None:
    made = make_album(owner, "Our day", [])
    owner_client.post(f"/links/new/?made={made.pk}", COLLECT)
    assert SharedLink.objects.get().hides_album
