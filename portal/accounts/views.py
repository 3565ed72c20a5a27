"""Signing in."""

from math import ceil
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.decorators import method_decorator
from django_htmx.http import HttpResponseClientRedirect

from portal.accounts.forms import SignInForm


@method_decorator(login_not_required, name="dispatch")
class SignIn(LoginView):
    template_name = "accounts/login.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        htmx = request.htmx  # type: ignore[attr-defined]
        if htmx and htmx.current_url_abs_path:
            # The session ended while a page was open: sign in, then come back to that page, instead
            # of swapping this one into the middle of it.
            here = {"next": htmx.current_url_abs_path}
            return HttpResponseClientRedirect(f"{request.path}?{urlencode(here)}")
        return super().dispatch(request, *args, **kwargs)

    def form_invalid(self, form: Any) -> HttpResponse:
        response = super().form_invalid(form)
        if form.wait:
            response.status_code = 429
            response["Retry-After"] = str(ceil(form.wait.total_seconds()))
        return response
