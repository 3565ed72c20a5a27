"""The owner's page of keys, by which programs act for them."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from portal.accounts.api_keys import make_api_key
from portal.accounts.key_form import KeyForm, groups
from portal.accounts.models import ApiKey
from portal.pages import render_page


@require_http_methods(["GET", "HEAD", "POST"])
def keys(request: HttpRequest) -> HttpResponse:
    """The list with its form. A new key stands on the very page that answers the form.

    Going to another page first would mean to keep the key somewhere.
    """
    form = KeyForm(request.POST or None, initial={"kind": "download"})
    made = _make(_owner(request), form) if request.method == "POST" else {}
    if made:
        form = KeyForm(initial={"kind": "download"})
    context = {
        "form": form,
        "groups": groups(),
        "keys": ApiKey.objects.filter(owner=_owner(request)),
        "address": settings.LOGGIA_PUBLIC_URL or request.build_absolute_uri("/").rstrip("/"),
        "here": "keys",
        **made,
    }
    return render_page(request, "accounts/keys.html", context, partial="keys")


@require_POST
def revoke(request: HttpRequest, key_id: UUID) -> HttpResponse:
    key = ApiKey.objects.filter(owner=_owner(request), pk=key_id).first()
    if key:
        key.delete()
        messages.success(request, _("Revoked: %(name)s") % {"name": key.name})
    return HttpResponseRedirect(reverse("accounts:keys"))


def _make(owner: User, form: KeyForm) -> dict[str, Any]:
    """The key and its row; empty, and the form with errors, when there is none."""
    if not form.is_valid():
        return {}
    try:
        key, secret = make_api_key(owner, form.cleaned_data["name"], form.wanted)
    except ValidationError as exc:
        form.add_error(None, exc)
        return {}
    return {"made": key, "secret": secret}


def _owner(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # noqa: S101 - all pages but a few need a session
    return request.user
