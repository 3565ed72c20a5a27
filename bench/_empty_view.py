"""Django's least: a view that answers nothing, without middleware, on the portal's own web server."""

import socket
import sys

from django.conf import settings
from django.core.asgi import get_asgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import path


def empty(request: HttpRequest) -> HttpResponse:
    return HttpResponse(b"{}", content_type="application/json")


urlpatterns = [path("empty", empty)]


def main(fd: int) -> None:
    settings.ROOT_URLCONF = "bench._empty_view"
    settings.MIDDLEWARE = []
    application = get_asgi_application()
    from portal.web import WebServer, configuration

    config = configuration(application)
    config.lifespan = "off"
    WebServer(config).run(sockets=[socket.socket(fileno=fd)])


if __name__ == "__main__":
    main(int(sys.argv[1]))
