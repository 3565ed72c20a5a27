"""A guest without a browser's script: opens a link, asks for a download, watches, takes it home."""

import re
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.running import wait_until


@dataclass
class Guest:
    """Visits one link at ``page``, its whole address."""

    page: str
    client: httpx.Client = field(
        default_factory=lambda: httpx.Client(trust_env=False, follow_redirects=True, timeout=40)
    )

    def look(self) -> httpx.Response:
        return self.client.get(self.page)

    def pictures(self) -> list[str]:
        """Whole addresses of the thumbnails on the page."""
        found = re.findall(r'src="(/media/[^"]+)"', self.look().text)
        return [self._whole(address) for address in found]

    def ask(self, size: str = "original") -> str:
        """Ask for all that the link shows; returns the dock."""
        response = self.try_to_ask(size)
        assert response.status_code == 200, response.status_code
        return response.text

    def try_to_ask(self, size: str = "original") -> httpx.Response:
        asked = {"csrfmiddlewaretoken": token_in(self.look().text), "size": size}
        return self.client.post(f"{self.page}/downloads", data=asked, headers=self.headers())

    def press(self, address: str) -> httpx.Response:
        """Send one of the dock's forms."""
        sent = {"csrfmiddlewaretoken": token_in(self.dock())}
        return self.client.post(self._whole(address), data=sent, headers=self.headers())

    def headers(self) -> dict[str, str]:
        """What a browser says of where a form was sent from."""
        origin = httpx.URL(self.page).copy_with(raw_path=b"/")
        return {"Origin": str(origin).rstrip("/"), "Referer": self.page}

    def dock(self) -> str:
        return self.client.get(f"{self.page}/downloads").text

    def files_done(self) -> int:
        """How many files of a download under way are prepared; 0 when it has not begun."""
        found = re.search(r"(\d+) of \d+ items", self.dock())
        return int(found[1]) if found else 0

    def archive(self, within: float) -> str:
        """The whole address of the archive, once it is ready."""
        wait_until(lambda: "/archives/" in self.dock(), within)
        return self._whole(re.findall(r'href="(/archives/[^"]+)"', self.dock())[0])

    def events(self) -> str:
        """The whole address of the dock's event stream."""
        return self._whole(re.findall(r'sse-connect="([^"]+)"', self.dock())[0])

    def _whole(self, address: str) -> str:
        return str(httpx.URL(self.page).join(address))


def token_in(page: str) -> str:
    """The token that a page's forms carry against forgery."""
    found: list[str] = re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
    return found[0]


def sign_in(client: httpx.Client, url: str, name: str, password: str, **headers: Any) -> None:
    form = {
        "csrfmiddlewaretoken": token_in(client.get(f"{url}/login/").text),
        "username": name,
        "password": password,
    }
    sent = {"Origin": url, "Referer": f"{url}/login/", **headers}
    answer = client.post(f"{url}/login/", data=form, headers=sent, follow_redirects=False)
    assert answer.status_code == 302, answer.status_code
