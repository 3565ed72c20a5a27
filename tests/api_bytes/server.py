"""The whole portal as one web process in a thread, on a port of its own."""

import socket
import threading
import time

from portal.asgi import make_application
from portal.web import WebServer, configuration


class Server:
    """Answers from when it is made until ``stop``."""

    def __init__(self) -> None:
        config = configuration(make_application())
        config.timeout_graceful_shutdown = 1
        listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        self._server = WebServer(config)
        self._thread = threading.Thread(target=self._server.run, args=[[listener]])
        self._thread.start()
        while not self._server.started:
            assert self._thread.is_alive()
            time.sleep(0.01)

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join(10)
        assert not self._thread.is_alive()
