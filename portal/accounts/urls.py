from django.contrib.auth.views import LogoutView
from django.urls import path

from portal.accounts.key_views import keys, revoke
from portal.accounts.views import SignIn

app_name = "accounts"
urlpatterns = [
    path("login/", SignIn.as_view(), name="login"),
    path("logout/", LogoutView.as_view(next_page="accounts:login"), name="logout"),
    path("keys/", keys, name="keys"),
    path("keys/<uuid:key_id>/revoke/", revoke, name="revoke_key"),
]
