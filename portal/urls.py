"""Every page's address. Media, archives and event streams are served before Django (asgi.py)."""

from django.urls import URLPattern, URLResolver, include, path, re_path

from portal.api_docs import docs
from portal.api_server import well_known
from portal.health import healthz, readyz

# A guest's pages answer below both addresses of a link: /share/<key or slug> and /s/<slug>.
# The page itself has no slash at its end, so what lies below it brings its own.
LINK = r"^(?P<door>share|s)/(?P<handle>[\w-]{3,80})"

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path(".well-known/immich", well_known, name="well_known"),
    path("api/docs", docs, name="docs"),
    path("api/", include("portal.api_urls")),
    path("", include("portal.accounts.urls")),
    path("", include("sharing.urls")),
    path("", include("sharing.phone_urls")),
    re_path(LINK, include("sharing.guest_urls")),
    re_path(LINK, include("downloads.urls")),
]

handler500 = "portal.failures.failed"
