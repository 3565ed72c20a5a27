"""Every page's address. Media, archives and event streams are served before Django (asgi.py)."""

from django.urls import URLPattern, URLResolver, include, path, re_path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("portal.accounts.urls")),
    path("", include("sharing.urls")),
    # A guest's pages answer below both addresses of a link, /share/<key or slug> and /s/<slug>.
    re_path(
        r"^(?P<door>share|s)/(?P<handle>[\w-]{3,80})/",
        include("downloads.urls"),
    ),
]
