"""What a chat app fetches of a link that was sent: the page, then its picture, with no cookies."""

import re
from collections.abc import Callable
from io import BytesIO

import httpx
from PIL import Image

from tests.browser.conftest import MadeLink


def test_the_picture_of_a_sent_link_comes_to_a_chat_app(make_link: Callable[..., MadeLink]) -> None:
    link = make_link("--album", "2025/Lake weekend", "--description", "Lake weekend")
    app = {"user-agent": "WhatsApp/2.24.6.77 A"}
    page = httpx.get(f"{link.url}?utm_source=chat", headers=app, trust_env=False).text
    told = dict(re.findall(r'<meta property="og:([\w:]+)" content="([^"]*)"', page))
    assert (told["title"], told["description"]) == ("Lake weekend", "84 photos")
    answer = httpx.get(told["image"], headers=app, trust_env=False)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/jpeg")
    with Image.open(BytesIO(answer.content)) as picture:
        assert picture.size == (int(told["image:width"]), int(told["image:height"]))
        assert not picture.getexif()
