"""``manage.py apikey``: keys for programs, made where no browser is."""

from io import StringIO

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client

from portal.accounts.api_keys import make_api_key
from portal.accounts.models import ApiKey


def run(*args: str) -> str:
    out = StringIO()
    call_command("apikey", *args, stdout=out)
    return out.getvalue().strip()


def refusal(*args: str) -> str:
    with pytest.raises(SystemExit) as exit_info:
        run(*args)
    return str(exit_info.value.code)


def test_the_key_is_the_last_word_and_opens_the_api(owner: User) -> None:
    secret = run("create", "phone").split()[-1]
    client = Client(headers={"x-api-key": secret})
    assert client.get("/api/api-keys/me").json()["permissions"] == ["all"]


def test_permissions_and_user_are_taken(owner: User) -> None:
    User.objects.create_user("bruno")
    wanted = ["--permission", "asset.read", "--permission", "asset.download", "--user", "bruno"]
    secret = run("create", "backup", *wanted).split()[-1]
    assert secret not in run("list")
    (key,) = ApiKey.objects.all()
    assert (key.owner.get_username(), key.name) == ("bruno", "backup")
    assert key.permissions == ["asset.download", "asset.read"]


def test_keys_are_listed_with_their_last_use(owner: User) -> None:
    secret = run("create", "phone").split()[-1]
    assert "last used never" in run("list")
    Client(headers={"x-api-key": secret}).get("/api/users/me")
    line = run("list")
    assert line.startswith(str(ApiKey.objects.get().pk))
    assert "never" not in line


def test_a_revoked_key_opens_nothing(owner: User) -> None:
    key, secret = make_api_key(owner, "phone", ["all"])
    assert run("revoke", str(key.pk)) == ""
    response = Client(headers={"x-api-key": secret}).get("/api/users/me")
    assert response.status_code == 401


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("create", "x", "--permission", "asset.fly"), "There is no such permission: asset.fly."),
        (("create", "  "), "Give the key a name"),
        (("create", "x", "--user", "nobody"), "There is no user 'nobody'."),
        (("revoke", "xyz"), "is no id of a key"),
        (("revoke", "00000000-0000-4000-8000-000000000000"), "There is no key"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(
    owner: User, words: tuple[str, ...], said: str
) -> None:
    told = refusal(*words)
    assert told.startswith("apikey: ")
    assert said in told
    assert "\n" not in told


def test_without_anybody_there_is_no_key(db: None) -> None:
    assert refusal("create", "phone") == "apikey: There is no user yet."
