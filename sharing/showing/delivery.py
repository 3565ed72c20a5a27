"""Which form of an asset a link hands out, and under which name."""

from dataclasses import dataclass
from pathlib import PurePath
from uuid import UUID

from portal.library.types import Asset, AssetKind, Rendition
from portal.media.tickets import MediaSigner
from sharing.access import Access, Rights

LONGEST_SIDE = {Rendition.PREVIEW: 1440, Rendition.LARGE: 2048}  # pixels
SHOWN_AS_THEY_ARE = {"image/jpeg", "image/png", "image/webp", "image/avif", "image/gif"}
MOST_PIXELS = 64_000_000  # beyond these a phone's browser may run out of memory
MOST_BYTES = 60 * 2**20
MOST_MOVING_BYTES = 20 * 2**20  # a moving picture is fetched at first sight, not when zoomed


@dataclass(frozen=True, slots=True)
class Delivery:
    """The media URLs of one link for one visitor, no wider than its rights."""

    rights: Rights
    signer: MediaSigner
    bytes_left: int | None = None  # of what may be downloaded; without a limit all

    @classmethod
    def of(cls, access: Access) -> "Delivery":
        return cls(access.rights, access.signer, access.link.bytes_left)

    def picture(self, asset: Asset, rendition: Rendition) -> str:
        return self.signer.url(asset.id, rendition, edition=_looks(asset))

    def large(self, asset: Asset) -> str:
        """The picture to zoom into; empty where only looking is granted, and for videos."""
        if not self.rights.download or asset.kind is AssetKind.VIDEO:
            return ""
        return self.signer.url(asset.id, Rendition.LARGE, edition=_looks(asset))

    def full(self, asset: Asset) -> str:
        """The original, to zoom into; empty where it is not given or no browser could show it."""
        is_showable = asset.media_type in SHOWN_AS_THEY_ARE
        is_small = asset.width * asset.height <= MOST_PIXELS and asset.size <= MOST_BYTES
        if not (self.rights.originals and is_showable and is_small and self._fits(asset)):
            return ""
        return self.signer.url(asset.id, Rendition.ORIGINAL)

    def moves(self, asset: Asset) -> bool:
        """Whether to show the original at once: it moves, and its renditions stand still."""
        is_small = asset.size <= MOST_MOVING_BYTES
        return is_small and asset.media_type == "image/gif" and bool(self.full(asset))

    def playback(self, video_id: UUID) -> str:
        """Where a video plays from: its original says when and where, unless all may be seen."""
        rendition = Rendition.PLAYBACK if self.rights.location else Rendition.CLEAN
        return self.signer.url(video_id, rendition)

    def video(self, asset: Asset) -> str:
        return self.playback(asset.id) if asset.kind is AssetKind.VIDEO else ""

    def live_video(self, asset: Asset) -> str:
        if asset.live_video_id:
            return self.playback(asset.live_video_id)
        return self.signer.url(asset.id, Rendition.MOTION) if asset.has_motion else ""

    def download(self, asset: Asset, number: int) -> str:
        """Where this one file is saved from; empty where the link allows no (such) download."""
        if not self.rights.download or (self.rights.originals and not self._fits(asset)):
            return ""
        name = self.filename(asset, number)
        return self.signer.url(asset.id, self._downloaded_as(asset), filename=name)

    def filename(self, asset: Asset, number: int) -> str:
        return name_for_guests(asset, self.rights, number)

    def _fits(self, asset: Asset) -> bool:
        return self.bytes_left is None or asset.size <= self.bytes_left

    def _downloaded_as(self, asset: Asset) -> Rendition:
        if self.rights.originals:
            return Rendition.ORIGINAL
        return Rendition.CLEAN if asset.kind is AssetKind.VIDEO else Rendition.LARGE


def name_for_guests(asset: Asset, rights: Rights, number: int) -> str:
    """The name a guest saves under: cameras put times into names, so those are metadata too."""
    if rights.originals:
        return asset.filename
    is_video = asset.kind is AssetKind.VIDEO
    suffix = ".mp4" if is_video else ".jpg"
    if rights.metadata:
        return (PurePath(asset.filename).stem or asset.kind) + suffix
    return f"{'video' if is_video else 'photo'}-{number:04}{suffix}"


def _looks(asset: Asset) -> bytes:
    """What differs when a picture was edited where it lives, and kept its id."""
    return asset.thumbhash + (asset.sha1 or b"")


def fitted(asset: Asset, longest: int) -> tuple[int, int]:
    """Width and height of a picture scaled to a longest side, never up.

    Of a raw file no more is shown than the picture that the camera put inside.
    """
    longest = min(longest, asset.shown_side or longest)
    scale = min(1.0, longest / max(asset.width, asset.height, 1))
    return max(1, round(asset.width * scale)), max(1, round(asset.height * scale))
