from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.media.disposition import attachment


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("IMG_1.jpg", 'attachment; filename="IMG_1.jpg"'),
        ("my photo (2).jpg", 'attachment; filename="my photo (2).jpg"'),
        ("Käse.jpg", "attachment; filename=\"Kase.jpg\"; filename*=UTF-8''K%C3%A4se.jpg"),
        ("海.jpg", "attachment; filename=\"_.jpg\"; filename*=UTF-8''%E6%B5%B7.jpg"),
        ("🏖.mp4", "attachment; filename=\"_.mp4\"; filename*=UTF-8''%F0%9F%8F%96.mp4"),
        ('a"b.jpg', "attachment; filename=\"a_b.jpg\"; filename*=UTF-8''a%22b.jpg"),
        ("100%25.jpg", "attachment; filename=\"100_25.jpg\"; filename*=UTF-8''100%2525.jpg"),
        ("a;b='c'.jpg", "attachment; filename=\"a;b='c'.jpg\""),
        ("../../etc/passwd", 'attachment; filename=".._.._etc_passwd"'),
        ("a\\b.jpg", 'attachment; filename="a_b.jpg"'),
        ("two\r\nLines: 1.jpg", 'attachment; filename="two__Lines: 1.jpg"'),
        ("photo\u202egpj.exe", 'attachment; filename="photo_gpj.exe"'),
        ("bad\udcff.jpg", 'attachment; filename="bad_.jpg"'),
        ("", 'attachment; filename="download"'),
        ("  ", 'attachment; filename="download"'),
    ],
)
def test_names_as_they_are_sent(name: str, header: str) -> None:
    assert attachment(name) == header


@given(st.text(st.characters(exclude_categories=())))
def test_any_name_gives_a_clean_header(name: str) -> None:
    header = attachment(name)
    assert header.isascii()
    assert header.isprintable()
    quoted = header.partition('filename="')[2].partition('"')[0]
    assert quoted
    assert not set(quoted) & set('"\\/%')


@given(st.text(st.characters(categories=["L", "N", "So"]), min_size=1, max_size=80))
def test_any_name_in_letters_comes_back_whole(name: str) -> None:
    header = attachment(name)
    _, _, extended = header.partition("filename*=UTF-8''")
    assert (unquote(extended) if extended else header.split('"')[1]) == name
