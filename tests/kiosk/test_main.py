"""What the controller's process sets up before anything is imported."""

from __future__ import annotations

import subprocess
import sys

GUESSES = """
from kiosk.__main__ import _without_guessing
_without_guessing()
import requests
answer = requests.Response()
answer._content = '{"name":"北京西"}'.encode()
print(requests.compat.chardet, answer.json()["name"], answer.text)
"""


def test_answers_of_the_station_are_read_without_tables_to_guess_encodings_by() -> None:
    """And without a warning: it would be the first line of every log."""
    words = (sys.executable, "-W", "error", "-X", "utf8", "-c", GUESSES)
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=60, encoding="utf-8")
    assert (done.stdout, done.stderr) == ('None 北京西 {"name":"北京西"}\n', "")
