"""Static files: which are collected, and how their names are hashed."""

from django.contrib.staticfiles.apps import StaticFilesConfig
from whitenoise.storage import CompressedManifestStaticFilesStorage

OTHER_HASHES = (
    "_blake argon2 blake1 blake2 blake3 eskdf hkdf hmac pbkdf2 scrypt sha2 sha3 sha3-addons webcrypto"
).split()


class StaticFiles(StaticFilesConfig):
    """Collect the browser files that pages use, and no other variant of the libraries.

    django-htmx ships htmx 2 and 4, each with readable sources; a comment in one of those looks
    like an import to Django's module rewriting and stops the collection. PhotoSwipe's
    package brings its CommonJS build, types, and readable builds that name source maps. Of the tus
    client the small build is used, which names its map; of the hashes SHA-1 and what it stands on.
    """

    ignore_patterns = [
        *StaticFilesConfig.ignore_patterns,
        "htmx-2.js",
        "htmx-4*",
        "htmax-4*",
        "hx-*-4*",
        "htmx-2-compat-4*",
        "hx-*-2.js",
        "photoswipe.esm.js",
        "photoswipe-lightbox.esm.js",
        "umd",
        "types",
        "photoswipe*.map",
        "tus.js*",
        "browser-test-bundle.js",
        "*.ts",
        "*.md",
        "package.json",
        *(f"{name}.js" for name in OTHER_HASHES),
    ]


class HashedStaticFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Name files by their content, inside ES-module imports too, and compress them."""

    support_js_module_import_aggregation = True
