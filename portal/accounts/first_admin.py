"""The first person who may sign in."""

import secrets
from collections.abc import Callable

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction

LETTERS = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # none that look alike
LENGTH = 20


@transaction.atomic
def make_first_admin(announce: Callable[[str, str], None]) -> User:
    """Return the owner of this portal, made now if there is none yet.

    A generated password goes to ``announce(name, password)`` before the account is committed, so
    that none exists whose password nobody saw.
    """
    if admin := User.objects.filter(is_superuser=True, is_active=True).order_by("pk").first():
        return admin
    password = settings.LOGGIA_ADMIN_PASSWORD
    generated = "" if password else "".join(secrets.choice(LETTERS) for _ in range(LENGTH))
    name = settings.LOGGIA_ADMIN_USER
    admin, _created = User.objects.get_or_create(username=name)
    admin.is_superuser = admin.is_staff = admin.is_active = True
    admin.set_password(password or generated)
    admin.save()
    if generated:
        announce(name, generated)
    return admin
