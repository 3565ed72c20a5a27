"""The sign-in form, slowed down for who guesses."""

from datetime import timedelta
from typing import Any

from django.contrib.auth.forms import AuthenticationForm
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from portal.accounts import throttle
from portal.accounts.address import client_address

SCOPE = "login"


class SignInForm(AuthenticationForm):
    """``wait`` is how long the visitor must wait when too many attempts failed."""

    wait: timedelta | None = None

    def clean(self) -> dict[str, Any]:
        name = self.cleaned_data.get("username")
        if not name or not self.cleaned_data.get("password") or self.request is None:
            return self.cleaned_data
        who = (f"name:{name}", f"address:{client_address(self.request)}")
        try:
            throttle.check(SCOPE, *who)
        except throttle.Throttled as throttled:
            self.wait = throttled.wait
            raise ValidationError(str(throttled), code="throttled") from throttled
        try:
            cleaned: dict[str, Any] = super().clean()
        except ValidationError:
            raise self._refusal(throttle.record_failure(SCOPE, *who)) from None
        throttle.record_success(SCOPE, *who)
        return cleaned

    def _refusal(self, wait: timedelta) -> ValidationError:
        message = _("That name and password do not belong together.")
        if wait:
            words = throttle.in_words(wait)
            message += " " + _("Please wait %(wait)s before you try again.") % {"wait": words}
        return ValidationError(message, code="invalid_login")
