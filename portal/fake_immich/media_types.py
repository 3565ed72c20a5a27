"""The kinds of files it takes, by their suffix."""

import mimetypes

VIDEOS = set(
    ".3gp .3gpp .avi .flv .insv .m2t .m2ts .m4v .mkv .mov .mp4 .mpe .mpeg .mpg .mts .mxf .ts .vob"
    " .webm .wmv".split()
)
IMAGES = set(
    ".avif .bmp .gif .jpeg .jpg .png .webp .3fr .ari .arw .cap .cin .cr2 .cr3 .crw .dcr .dng .erf"
    " .fff .iiq .k25 .kdc .mrw .nef .nrw .orf .ori .pef .psd .raf .raw .rw2 .rwl .sr2 .srf .srw"
    " .x3f .heic .heif .hif .insp .jp2 .jpe .jxl .svg .tif .tiff".split()
)
WEB = {"image/jpeg", "image/png", "image/webp", "image/gif", "image/avif"}
_BY_SUFFIX = {
    ".heic": "image/heic", ".heif": "image/heif", ".jxl": "image/jxl", ".dng": "image/dng",
    ".mov": "video/quicktime", ".mts": "video/mp2t", ".m2ts": "video/mp2t", ".webp": "image/webp",
    ".avif": "image/avif",
}  # fmt: skip


def suffix_of(filename: str) -> str:
    return f".{filename.rpartition('.')[2].lower()}"


def media_type_of(filename: str) -> str:
    """Known for whatever may be uploaded."""
    suffix = suffix_of(filename)
    known = _BY_SUFFIX.get(suffix) or mimetypes.guess_type(f"a{suffix}")[0]
    return known or f"image/{suffix[1:]}"
