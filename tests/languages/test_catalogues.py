"""Every sentence that people see is there in every language, and can be used."""

import gettext
import os
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from django.conf import settings

from portal.translating.compiling import BadCatalogue, compile_catalogues, is_translated, read
from portal.translating.gathering import gather

GERMAN = settings.BASE_DIR / "locale" / "de" / "LC_MESSAGES" / "django.po"
MINIMAL = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\n'


@pytest.fixture(scope="module")
def german() -> Catalog:
    return read(GERMAN)


@pytest.fixture(scope="module")
def strings() -> list[Message]:
    return [message for message in gather(settings.BASE_DIR) if message.id]


def test_what_people_see_is_gathered_from_templates_and_code(strings: list[Message]) -> None:
    found = {message.id if isinstance(message.id, str) else message.id[0] for message in strings}
    assert "Skip to the photos" in found  # a template
    assert "%(n)s photo" in found  # a plural
    assert "This address is taken." in found  # code, when it is imported
    assert "The file is empty." in found  # marked for whoever shows it
    assert len(found) > 300


def test_every_string_is_there_in_german(german: Catalog, strings: list[Message]) -> None:
    known = [(german.get(message.id, message.context), message.id) for message in strings]
    missing = [words for message, words in known if not message or not is_translated(message)]
    assert missing == [], "manage.py makemessages adds them to the catalogue"


def test_no_translation_is_a_guess_or_breaks_its_blanks(german: Catalog) -> None:
    assert [message.id for message in german if message.fuzzy and message.id] == []
    assert [(message.id, errors) for message, errors in german.check()] == []


def test_german_speaks_to_friends(german: Catalog) -> None:
    formal = {"Sie", "Ihr", "Ihre", "Ihren", "Ihnen", "Ihrem", "Ihrer"}
    for message in german:
        forms = message.string
        said = forms if isinstance(forms, str) else " ".join(forms or [])
        # At a sentence's beginning „Sie“ and „Ihr“ may be those of whom it speaks.
        inside = [word for word in said.split() if word in formal]
        starts = sum(said.count(f"{end} {word}") for end in ".:!?" for word in formal)
        assert len(inside) <= starts + said.startswith(tuple(f"{word} " for word in formal)), said


def test_catalogues_are_compiled_when_they_changed(tmp_path: Path) -> None:
    source = tmp_path / "fr" / "LC_MESSAGES" / "django.po"
    source.parent.mkdir(parents=True)
    source.write_text(MINIMAL + 'msgid "Open"\nmsgstr "Ouvrir"\n')
    assert compile_catalogues(tmp_path) == [source]
    assert compile_catalogues(tmp_path) == []
    source.write_text(MINIMAL + 'msgid "Open"\nmsgstr "Ouvert"\n')
    os.utime(source, (1, 1))  # older than what was made of the one before
    assert compile_catalogues(tmp_path) == [source]
    with source.with_suffix(".mo").open("rb") as file:
        assert gettext.GNUTranslations(file).gettext("Open") == "Ouvert"
    assert sorted(path.name for path in source.parent.iterdir()) == ["django.mo", "django.po"]


def test_a_broken_catalogue_is_named(tmp_path: Path) -> None:
    source = tmp_path / "django.po"
    source.write_text(MINIMAL + '<<<<<<< ours\nmsgid "Open"\nmsgstr "Ouvrir"\n')
    with pytest.raises(BadCatalogue, match=r"django\.po"):
        compile_catalogues(tmp_path)
    assert not source.with_suffix(".mo").exists()
