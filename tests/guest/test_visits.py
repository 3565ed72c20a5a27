"""Who counts as a visitor: people, and no program that shows the page to nobody."""

from collections.abc import Callable

import pytest
from django.test import Client

from portal.library.types import Asset
from sharing.models import SharedLink

Share = Callable[..., SharedLink]
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile/15E148 Safari/604.1"
CUBOT = "Mozilla/5.0 (Linux; Android 13; CUBOT NOTE) AppleWebKit/537.36 Chrome/128.0 Mobile Safari/537.36"
INSIDE_A_CHAT = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/128.0 Mobile Safari/537.36 [FB_IAB/FB4A;FBAV/470]"
MACHINES = [
    "WhatsApp/2.24.6.77 A",
    "TelegramBot (like TwitterBot)",
    "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
    "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
    "Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)",
    "Twitterbot/1.0",
    "Mozilla/5.0 (Windows NT 6.1; WOW64) SkypeUriPreview Preview/0.5",
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "Somebodys-new-link-preview/0.1",
]


def visits(link: SharedLink, **headers: str) -> int:
    """How many visits the link has after one more request with these headers."""
    client = Client()
    client.get(link.path, headers={name.replace("_", "-"): text for name, text in headers.items()})
    link.refresh_from_db()
    return link.visits


@pytest.mark.parametrize("user_agent", [PHONE, CUBOT, INSIDE_A_CHAT])
def test_people_are_visitors(share: Share, photo: Asset, user_agent: str) -> None:
    assert visits(share(), user_agent=user_agent) == 1


@pytest.mark.parametrize("user_agent", MACHINES)
def test_crawlers_and_chat_previews_are_not(share: Share, photo: Asset, user_agent: str) -> None:
    assert visits(share(), user_agent=user_agent) == 0


def test_a_crawler_gets_no_place_that_it_could_use_later(
    guest: Client, share: Share, photo: Asset
) -> None:
    link = share()
    assert guest.get(link.path, headers={"user-agent": MACHINES[0]}).status_code == 200
    SharedLink.objects.filter(pk=link.pk).update(max_visitors=1, visitors=1)

    assert guest.get(link.path, headers={"user-agent": PHONE}).status_code == 410


@pytest.mark.parametrize(
    "header",
    [{"sec_purpose": "prefetch;prerender"}, {"purpose": "prefetch"}, {"x_moz": "prefetch"}],
)
def test_a_page_fetched_in_case_somebody_comes_is_no_visit(
    share: Share, photo: Asset, header: dict[str, str]
) -> None:
    link = share()
    assert visits(link, user_agent=PHONE, **header) == 0
    assert visits(link, user_agent=PHONE) == 1


def test_asking_only_for_headers_is_no_visit(guest: Client, share: Share, photo: Asset) -> None:
    link = share()
    assert guest.head(link.path).status_code == 200
    link.refresh_from_db()
    assert link.visits == 0
