"""Logs for machines: one JSON object a line, whatever was said, and no key in it."""

import json
import logging
import secrets
import sys
from pathlib import Path

from portal.json_lines import JsonLines
from portal.redaction import HideKeys
from tests.running import manage

KEY = secrets.token_urlsafe(50)


def a_record(message: str, *arguments: object, failed: bool = False) -> logging.LogRecord:
    failure = None
    if failed:
        try:
            int(f"/share/{KEY}")
        except ValueError:
            failure = sys.exc_info()
    record = logging.LogRecord("loggia.x", logging.WARNING, "", 0, message, arguments, failure)
    HideKeys().filter(record)
    return record


def test_a_record_is_one_object_on_one_line() -> None:
    text = JsonLines().format(a_record("Two\nlines of %s", "Zoë"))
    assert "\n" not in text
    line = json.loads(text)
    assert line.pop("time").endswith("+00:00")
    assert line == {"level": "warning", "logger": "loggia.x", "message": "Two\nlines of Zoë"}


def test_an_exception_comes_with_its_traceback_and_without_keys() -> None:
    text = JsonLines().format(a_record("Failed at %s", f"/s/{KEY}", failed=True))
    line = json.loads(text)
    assert line["message"] == "Failed at /s/…"
    assert line["exception"].startswith("Traceback")
    assert "ValueError: invalid literal" in line["exception"]
    assert KEY not in text


def test_a_bare_surrogate_does_not_break_a_line() -> None:
    record = a_record("%s", "caf\udce9.jpg")
    assert json.loads(JsonLines().format(record).encode("utf-8"))["message"].startswith("caf")


def test_the_setting_makes_every_line_of_the_log_an_object(tmp_path: Path) -> None:
    log = "import logging; logging.getLogger('loggia.test').warning('Gone: %s', '/share/' + 'k'*67)"
    done = manage(tmp_path / "data", "shell", "--no-imports", "-c", log, LOGGIA_LOG_FORMAT="json")
    (line,) = [json.loads(text) for text in done.stderr.splitlines()]
    assert (line["level"], line["message"]) == ("warning", "Gone: /share/…")


def test_a_format_nobody_knows_is_refused(tmp_path: Path) -> None:
    done = manage(tmp_path / "data", "check", LOGGIA_LOG_FORMAT="xml")
    assert done.stderr == "loggia: LOGGIA_LOG_FORMAT=xml: expected one of text, json.\n"
