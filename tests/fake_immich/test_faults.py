import hashlib
import time

import httpx
import pytest

from portal.fake_immich.faults import Faults, UnknownFault
from tests.immich import OTHER_KEY, Immich


def test_a_closed_connection_leaves_half_of_the_body(
    immich: Immich, client: httpx.Client, picture: str
) -> None:
    size = immich.control.truth(picture)[0]["size"]
    immich.control.fault("close")

    got: list[bytes] = []
    with client.stream("GET", f"/api/assets/{picture}/original") as answer:
        assert answer.headers["content-length"] == str(size)
        with pytest.raises(httpx.RemoteProtocolError):
            got.extend(answer.iter_raw())
    assert sum(map(len, got)) == size // 2


def test_a_reset_comes_before_any_answer(
    immich: Immich, client: httpx.Client, picture: str
) -> None:
    immich.control.fault("reset")

    with pytest.raises((httpx.ReadError, httpx.RemoteProtocolError)):
        client.get(f"/api/assets/{picture}/original")
    assert client.get(f"/api/assets/{picture}/original").status_code == 200


def test_a_stalled_body_stops_in_the_middle(
    immich: Immich, client: httpx.Client, picture: str
) -> None:
    immich.control.fault("stall")

    with pytest.raises(httpx.ReadTimeout):
        client.get(f"/api/assets/{picture}/original", timeout=0.3)


def test_a_stall_may_end_in_a_closed_connection(
    immich: Immich, client: httpx.Client, picture: str
) -> None:
    immich.control.fault("stall", value=0.2)

    with pytest.raises(httpx.RemoteProtocolError):
        client.get(f"/api/assets/{picture}/original")


def test_wrong_bytes_have_the_right_length(
    immich: Immich, client: httpx.Client, picture: str
) -> None:
    truth = immich.control.truth(picture)[0]
    immich.control.fault("wrong-bytes")

    data = client.get(f"/api/assets/{picture}/original").content
    assert len(data) == truth["size"]
    assert hashlib.sha1(data, usedforsecurity=False).hexdigest() != truth["sha1"]


def test_a_short_body_says_so_in_its_length(
    immich: Immich, client: httpx.Client, picture: str
) -> None:
    truth = immich.control.truth(picture)[0]
    immich.control.fault("short-body")

    answer = client.get(f"/api/assets/{picture}/original")
    assert int(answer.headers["content-length"]) == len(answer.content) < truth["size"]


def test_without_ranges_everything_comes(
    immich: Immich, client: httpx.Client, picture: str
) -> None:
    immich.control.fault("no-range")

    answer = client.get(f"/api/assets/{picture}/original", headers={"range": "bytes=10-19"})
    assert answer.status_code == 200
    assert "accept-ranges" not in answer.headers
    assert len(answer.content) == immich.control.truth(picture)[0]["size"]


def test_a_changed_file_does_not_match_its_old_etag(
    immich: Immich, client: httpx.Client, picture: str
) -> None:
    address = f"/api/assets/{picture}/original"
    etag = client.head(address).headers["etag"]
    immich.control.fault("changed")

    answer = client.get(address, headers={"range": "bytes=10-19", "if-range": etag})
    assert (answer.status_code, answer.headers["etag"] == etag) == (200, False)


def test_slow_files_keep_to_their_rate(immich: Immich, client: httpx.Client, picture: str) -> None:
    size = immich.control.truth(picture)[0]["size"]
    immich.control.fault("slow", value=size * 4)

    started = time.monotonic()
    assert len(client.get(f"/api/assets/{picture}/original").content) == size
    assert time.monotonic() - started >= 0.2


@pytest.mark.parametrize("status", ["401", "403", "404", "429", "500", "503"])
def test_statuses_come_on_order_and_only_so_often(
    immich: Immich, client: httpx.Client, picture: str, status: str
) -> None:
    immich.control.fault(status, times=2)

    address = f"/api/assets/{picture}/original"
    answers = [client.get(address) for _number in range(3)]
    assert [answer.status_code for answer in answers] == [int(status), int(status), 200]
    assert (answers[0].headers.get("retry-after") == "1") is (status in {"429", "503"})


def test_a_fault_keeps_to_its_path(immich: Immich, client: httpx.Client, picture: str) -> None:
    immich.control.fault("500", times=None, path="/api/albums")

    assert client.get("/api/albums").status_code == 500
    assert client.get(f"/api/assets/{picture}/original").status_code == 200
    immich.control.clear_faults()
    assert client.get("/api/albums").status_code == 200


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("not-json", (200, "application/json")),
        ("other-json", (200, "application/json")),
        ("html", (200, "text/html")),
        ("redirect-login", (302, "text/html")),
    ],
)
def test_nonsense_comes_for_answers_and_not_for_files(
    immich: Immich, client: httpx.Client, picture: str, name: str, kind: tuple[int, str]
) -> None:
    immich.control.fault(name)

    assert client.get(f"/api/assets/{picture}/original").status_code == 200
    answer = client.get("/api/albums")
    assert (answer.status_code, answer.headers["content-type"].partition(";")[0]) == kind
    assert isinstance(client.get("/api/albums").json(), list)


def test_a_huge_answer_goes_on_for_as_long_as_one_reads(
    immich: Immich, client: httpx.Client
) -> None:
    immich.control.fault("huge-json", times=2, value=2.0 * 2**30)

    for encoding in ("identity", "gzip"):
        got = 0
        headers = {"accept-encoding": encoding}
        with client.stream("GET", "/api/albums", headers=headers) as answer:
            for piece in answer.iter_bytes():
                got += len(piece)
                if got > 8 * 2**20:
                    break
        assert got > 8 * 2**20


def test_a_cookie_makes_a_careless_client_somebody_else(
    immich: Immich, client: httpx.Client
) -> None:
    immich.control.fault("cookie")

    assert client.get("/api/users/me").json()["name"] == "Ada"
    assert client.get("/api/users/me").json()["name"] == "Ben"


def test_a_server_that_is_down_resets_and_comes_back(immich: Immich, client: httpx.Client) -> None:
    immich.control.down(60)

    with pytest.raises(httpx.TransportError):
        client.get("/api/server/ping")
    immich.control.down(0)
    assert client.get("/api/server/ping").status_code == 200


def test_a_stopped_server_refuses_and_starts_at_the_same_address(immich: Immich) -> None:
    url = immich.url
    immich.stop()
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{url}/api/server/ping")

    immich.start()
    assert httpx.get(f"{url}/api/server/ping").status_code == 200


def test_chances_are_met_about_as_often_as_they_say() -> None:
    faults = Faults(seed=3)
    faults.order_all("500=0.2, close=0.1, slow=1000, no-range")

    chosen = [faults.choose("/api/assets/1/original") for _number in range(2_000)]
    assert 300 < sum("500" in each for each in chosen) < 500
    assert 110 < sum("close" in each for each in chosen) < 210
    assert all(each.value("slow") == 1000 and "no-range" in each for each in chosen)
    assert faults.choose("/api/albums").status is None


def test_a_spec_says_value_path_and_chance() -> None:
    faults = Faults()
    faults.order_all("429:7@/search/=1")

    assert faults.choose("/api/assets/1/original").status is None
    chosen = faults.choose("/api/search/metadata")
    assert (chosen.status, chosen.value("429")) == (429, 7.0)


@pytest.mark.parametrize("spec", ["clsoe=0.1", "200=1", "close=", "a b"])
def test_what_is_no_fault_is_said(spec: str) -> None:
    with pytest.raises(UnknownFault):
        Faults().order_all(spec)


def test_a_revoked_key_and_a_lacking_permission_are_told_apart(
    immich: Immich, client: httpx.Client, picture: str
) -> None:
    immich.control.set_permissions(immich.api_key, ["asset.read"])
    answer = client.get(f"/api/assets/{picture}/original")
    assert (answer.status_code, answer.json()["message"]) == (
        403, "Missing required permission: asset.download",
    )  # fmt: skip

    immich.control.revoke_key(immich.api_key)
    answer = client.get(f"/api/assets/{picture}/original")
    assert (answer.status_code, answer.json()["message"]) == (401, "Invalid API key")


def test_what_belongs_to_somebody_else_is_a_bad_request(immich: Immich, picture: str) -> None:
    answer = httpx.get(f"{immich.url}/api/assets/{picture}", headers={"x-api-key": OTHER_KEY})
    assert (answer.status_code, answer.json()["message"]) == (
        400, "Not found or no asset.read access",
    )  # fmt: skip
