"""Every sentence of the command line has its French, and catalogues are data that cannot do anything."""

import re
from pathlib import Path

import pytest

from cencomm.client.terminal import columns, default_data_folder, harmless
from cencomm.client.words import (
    DOMAIN,
    Words,
    in_every_language,
    language_of_the_environment,
    load_words,
    read_catalogue,
    translated_languages,
)
from cencomm.errors import UsageError
from cencomm.forms.plain_text import FSI, PDI
from cencomm.resources import resource
from tests.unit.client.sentences import sentences

TRANSLATED = translated_languages()
COMMAND = r"cencomm (?:account|archive|form|history|inbox|operation|outbox|save|send|show|sign-in|sign-up)"
TYPED = re.compile(rf"--[a-z][a-z-]*|{COMMAND}|https?://[^\s;؛…]+")
SLOT = re.compile(r"\{[a-z]+\}")


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_catalogue_holds_exactly_what_is_said(language: str) -> None:
    catalogue = read_catalogue(language)

    assert not sentences() - catalogue.keys(), "not translated"
    assert not catalogue.keys() - sentences(), "said nowhere"
    assert all(catalogue.values())


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_catalogue_says_each_sentence_once(language: str) -> None:
    """Of two translations the reader gets one, and nobody could tell which from the file."""
    source = resource(f"locale/{language}/LC_MESSAGES/{DOMAIN}.po").read_text("utf-8")
    said = [line for line in source.splitlines() if line.startswith('msgid "') and line != 'msgid ""']

    assert sorted(said) == sorted(set(said))


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_translation_fills_the_same_slots(language: str) -> None:
    for sentence, said in read_catalogue(language).items():
        assert sorted(SLOT.findall(sentence)) == sorted(SLOT.findall(said)), sentence


def test_a_catalogue_does_not_reach_into_objects() -> None:
    words = Words("en", {"Hello {name}": "{name.__class__} {name}"})

    assert words.say("Hello {name}", name="Ana") == "{name.__class__} Ana"


def test_french_and_arabic_ship() -> None:
    assert {"fr", "ar"} <= {*TRANSLATED}


@pytest.mark.parametrize("language", TRANSLATED)
def test_what_is_typed_stays_as_it_is_typed(language: str) -> None:
    """A command that was translated would be looked for in vain."""
    for sentence, said in read_catalogue(language).items():
        assert sorted(TYPED.findall(sentence)) == sorted(TYPED.findall(said)), sentence


def test_a_new_language_is_a_catalogue_and_nothing_else(tmp_path: Path) -> None:
    """Urdu has none yet: here one is invented."""
    catalogue = tmp_path / "locale" / "ur" / "LC_MESSAGES"
    catalogue.mkdir(parents=True)
    (catalogue / "cencomm.po").write_text('msgid "Password"\nmsgstr "پاس ورڈ"\n', "utf-8")

    assert "ur" not in TRANSLATED
    assert "ur" in translated_languages(tmp_path)
    assert load_words("ur", tmp_path).say("Password") == "پاس ورڈ"
    assert load_words("ur", tmp_path).say("Send?") == "Send?"


def test_what_is_written_once_is_written_in_every_language() -> None:
    assert in_every_language("Coordinators").keys() == {"en", *TRANSLATED}


def test_a_language_without_a_catalogue_is_read_in_english() -> None:
    assert load_words("pt").say("Password") == "Password"


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(UsageError):
        load_words("tlh")


def test_a_damaged_catalogue_is_refused(tmp_path: Path) -> None:
    damaged = tmp_path / "locale" / "fr" / "LC_MESSAGES"
    damaged.mkdir(parents=True)
    (damaged / "cencomm.po").write_bytes(b'msgid "a"\nnonsense\n')

    with pytest.raises(UsageError):
        read_catalogue("fr", tmp_path)


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({"LANG": "fr_BE.UTF-8"}, "fr"),
        ({"LC_ALL": "fa_AF", "LANG": "fr"}, "fa_AF"),
        ({"LANG": "C"}, "en"),
        ({"LANG": "tlh_KX"}, "en"),
        ({}, "en"),
    ],
)
def test_the_environment_says_the_language(environment: dict[str, str], language: str) -> None:
    assert language_of_the_environment(environment) == language


@pytest.mark.parametrize(
    ("environment", "platform", "folder"),
    [
        ({"HOME": "/h"}, "linux", "/h/.local/share/cencomm/mailbox"),
        ({"HOME": "/h", "XDG_DATA_HOME": "/x"}, "linux", "/x/cencomm/mailbox"),
        ({"HOME": "/h", "XDG_DATA_HOME": "relative"}, "linux", "/h/.local/share/cencomm/mailbox"),
        ({"HOME": "/h"}, "darwin", "/h/Library/Application Support/cencomm/mailbox"),
    ],
)
def test_the_mailbox_lies_where_programs_keep_things(environment: dict[str, str], platform: str, folder: str) -> None:
    assert default_data_folder(environment, platform=platform) == Path(folder)


def test_nothing_that_acts_reaches_the_terminal() -> None:
    assert harmless("a\x1b[2Jb\u202ec\rd\ne") == "a\ufffd[2Jb\ufffdc\ufffdd\ne"


def test_cells_stand_under_each_other() -> None:
    assert columns([("a", "bb"), ("ccc", "d")]) == "a    bb\nccc  d"
    assert columns([]) == ""


def test_cells_stand_under_each_other_in_every_script() -> None:
    rows = [("مُنسّق", "x"), (f"{FSI}1-2{PDI}abc", "y"), ("税関", "z")]

    assert columns(rows).split("\n") == ["مُنسّق    x", f"{FSI}1-2{PDI}abc  y", "税関    z"]
