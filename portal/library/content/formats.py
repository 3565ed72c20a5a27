"""Which kind of file this is, told by its first bytes and never by its name."""

from dataclasses import dataclass

from portal.library.content.wording import marked as _
from portal.library.interface import ContentUnreadable
from portal.library.types import AssetKind

VIDEO_SUFFIXES = frozenset(".mp4 .mov .m4v .webm .3gp .3gpp .3g2".split())
SUFFIXES = VIDEO_SUFFIXES | frozenset(
    ".jpg .jpeg .jpe .jfif .png .webp .gif .avif .heic .heif .hif .tif .tiff "
    ".dng .cr2 .cr3 .nef .arw .raf .rw2 .orf".split()
)
HEAD_BYTES = 4096

_STILLS = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"II*\x00\x10\x00\x00\x00CR", "image/x-canon-cr2"),
    (b"FUJIFILMCCD-RAW", "image/x-fuji-raf"),
    (b"IIU\x00", "image/x-panasonic-rw2"),
    (b"IIRO", "image/x-olympus-orf"),
    (b"IIRS", "image/x-olympus-orf"),
    (b"MMOR", "image/x-olympus-orf"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"II+\x00", "image/tiff"),
    (b"MM\x00+", "image/tiff"),
)
_AVIF_BRANDS = {b"avif", b"avis"}
_HEIF_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}
_FOREIGN_BRANDS = {b"M4A ", b"M4B ", b"jp2 ", b"jpx ", b"mjp2", b"jxl "}
_VIDEO_BRANDS = {
    b"qt ": "video/quicktime",
    b"M4V": "video/x-m4v",
    b"3gp": "video/3gpp",
    b"3gs": "video/3gpp",
    b"3ge": "video/3gpp",
    b"3gg": "video/3gpp",
    b"3g2": "video/3gpp2",
}
_BARE_QUICKTIME = {b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot"}


@dataclass(frozen=True, slots=True)
class Format:
    kind: AssetKind
    media_type: str


def recognize(head: bytes) -> Format:
    """Name the format of a file from its first ``HEAD_BYTES``; raw files may pass for TIFF.

    Raises ``ContentUnreadable`` for anything that is no photo or video of a known format.
    """
    if not head:
        raise ContentUnreadable(_("The file is empty."))
    for magic, media_type in _STILLS:
        if head.startswith(magic):
            return Format(AssetKind.IMAGE, media_type)
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return Format(AssetKind.IMAGE, "image/webp")
    if head[:4] == b"\x1aE\xdf\xa3":
        is_webm = b"webm" in head[:64]
        return Format(AssetKind.VIDEO, "video/webm" if is_webm else "video/x-matroska")
    if head[4:8] == b"ftyp":
        return _by_brand(head)
    if head[4:8] in _BARE_QUICKTIME:  # QuickTime before 2005 has no ftyp box
        return Format(AssetKind.VIDEO, "video/quicktime")
    raise ContentUnreadable(_impostor(head))


def _by_brand(head: bytes) -> Format:
    """ISO/IEC 14496-12, section 4.3: a major brand, a version, and compatible brands."""
    length = min(int.from_bytes(head[:4], "big"), len(head))
    major, brands = head[8:12], {head[at : at + 4] for at in range(8, length - 3, 4)}
    if major in _AVIF_BRANDS or (major in _HEIF_BRANDS and brands & _AVIF_BRANDS):
        return Format(AssetKind.IMAGE, "image/avif")
    if major in _HEIF_BRANDS:
        return Format(
            AssetKind.IMAGE, "image/heic" if brands & {b"heic", b"heix"} else "image/heif"
        )
    if major == b"crx ":
        return Format(AssetKind.IMAGE, "image/x-canon-cr3")
    if major in _FOREIGN_BRANDS:
        raise ContentUnreadable(_("This kind of file is not supported."))
    return Format(AssetKind.VIDEO, _VIDEO_BRANDS.get(major[:3], "video/mp4"))


def _impostor(head: bytes) -> str:
    if not head.strip(b"\x00"):
        return _("The file holds only zeros: it was probably never copied to its end.")
    if head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"<":
        return _("This is not a photo or video but a web page or other text.")
    return _("This is not a photo or video, or its beginning is damaged.")
