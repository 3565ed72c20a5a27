"""Forms and names, whatever is in them."""

from io import BytesIO
from pathlib import Path

import anyio
import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from multipart import parse_form_data

from downloads.client import Trouble
from downloads.client.forms import Attached, Form
from downloads.client.naming import disposed, name_of

NAMES = st.text(st.characters(exclude_characters="\0/"), min_size=1, max_size=80)
CONTENT = st.binary(max_size=3000)


def body_of(form: Form) -> bytes:
    async def read() -> bytes:
        return b"".join([piece async for piece in form.body()])

    return anyio.run(read)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(content=CONTENT, name=NAMES, field=st.text(st.characters(codec="utf-8"), max_size=50))
def test_a_form_is_as_long_as_it_says_and_read_as_it_was_written(
    tmp_path: Path, content: bytes, name: str, field: str
) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(content)
    told: list[int] = []
    attached = Attached("assetData", path, name, len(content), told.append)
    form = Form({"filename": field}, [attached])
    body = body_of(form)
    assert len(body) == int(form.headers["content-length"])
    assert told[-1:] == ([len(content)] if content else [])
    environ = {
        "REQUEST_METHOD": "POST", "CONTENT_TYPE": form.headers["content-type"],
        "CONTENT_LENGTH": str(len(body)), "wsgi.input": BytesIO(body),
    }  # fmt: skip
    fields, files = parse_form_data(environ, strict=True)
    assert fields["filename"] == field
    assert files["assetData"].raw == content


def test_a_file_that_became_shorter_breaks_the_form_off(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(b"12345")
    with pytest.raises(Trouble, match="shorter"):
        body_of(Form({}, [Attached("assetData", path, "a.jpg", 6)]))
    path.unlink()
    with pytest.raises(Trouble, match="cannot be read"):
        body_of(Form({}, [Attached("assetData", path, "a.jpg", 6)]))


@settings(max_examples=200, deadline=None)
@given(header=st.text(max_size=120), kind=st.text(max_size=40))
def test_any_header_gives_a_name_within_the_folder(header: str, kind: str) -> None:
    headers = httpx.Headers(
        [(b"content-disposition", header.encode()), (b"content-type", kind.encode())]
    )
    for given_name in (None, header):
        name = name_of(given_name, headers, "orig-1")
        assert name not in {"", ".", ".."}
        assert not {"/", "\\", "\0"} & set(name)
        assert len(name.encode()) <= 255
        assert not name.endswith((".part", ".part.json"))


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("inline; filename*=UTF-8''na%C3%AFve%20%231.jpg", "naïve #1.jpg"),
        ('attachment; filename="a b.jpg"', "a b.jpg"),
        ("attachment; filename=\"plain.jpg\"; filename*=UTF-8''%C3%BC.jpg", "ü.jpg"),
        ("attachment; filename=a.jpg; size=3", "a.jpg"),
        ("inline", ""),
        ("", ""),
        ("inline; filename*=KLINGON''x.jpg", ""),
    ],
)
def test_names_are_read_as_they_are_written(header: str, name: str) -> None:
    assert disposed(header) == name
