"""Tells owners what was sent: by e-mail, and by any service of Apprise. Never once per file."""

import logging
from smtplib import SMTPException
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.models import User
from django.core.mail import send_mail
from django.utils import timezone
from django.utils.translation import override

from portal.leases.models import take_turn
from sharing.contributions.models import Upload
from sharing.contributions.news import News, news_for

logger = logging.getLogger(__name__)


def tell(owner: User) -> bool:
    """Send an owner what there is to tell, at most once in ``LOGGIA_NOTIFY_EVERY``.

    What could be told in no way is told the next time. A kill in between may tell it twice, never
    not at all.
    """
    if not take_turn(f"tell:{owner.pk}", settings.LOGGIA_NOTIFY_EVERY.total_seconds()):
        return False
    with override(settings.LOGGIA_NOTIFY_LANGUAGE):
        news = news_for(owner)
    is_told = _by_services(news)
    is_told = _by_mail(owner, news) or is_told
    if is_told:
        Upload.objects.filter(pk__in=news.uploads).update(told_at=timezone.now())
    return is_told


def _by_mail(owner: User, news: News) -> bool:
    address = owner.email or settings.LOGGIA_EMAIL_TO
    if not (settings.LOGGIA_EMAIL_URL and address):
        return False
    try:
        send_mail(f"Loggia: {news.title}", news.body, None, [address])
    except (SMTPException, OSError) as exc:  # its words may hold addresses and answers of a server
        logger.warning("The owner could not be told by e-mail (%s).", type(exc).__name__)
        return False
    return True


def _by_services(news: News) -> bool:
    """Each address for itself, so that one that fails holds up no other, and is named.

    An address holds keys: of it, the log is told the kind of service only.
    """
    if not settings.LOGGIA_NOTIFY_URLS:
        return False
    import apprise

    asset = apprise.AppriseAsset(allow_templates=False, service_timeout=20)
    asset.app_id = asset.app_desc = "Loggia"
    asset.app_url = asset.image_url_mask = asset.image_url_logo = settings.LOGGIA_PUBLIC_URL
    asset.async_mode = False
    told = False
    for url in settings.LOGGIA_NOTIFY_URLS:
        service = apprise.Apprise(asset=asset)
        if service.add(url) and service.notify(title=f"Loggia: {news.title}", body=news.body):
            told = True
        else:
            logger.warning("The owner could not be told by %s.", urlsplit(url).scheme or "?")
    return told
