"""A command line that cannot be read is answered in the reader's language, with what is wrong and how it is typed."""

import ast
import inspect
import json
import re
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from cencomm.__main__ import assemble
from cencomm.client.asking import agrees, typed_unseen
from cencomm.client.commands.mistyping import SENTENCES
from cencomm.client.commands.translated import WORDS, TranslatedGroup
from cencomm.client.words import load_words

MISTYPED = (
    ("sendx",),
    ("--nonsense",),
    ("--data",),
    ("send",),
    ("send", "note", "--tlp", "PINK"),
    ("send", "note", "--yes=1"),
    ("show", "twelve"),
    ("show", "1", "2", "3", "4"),
    ("archive", "search", "--limit", "0"),
    ("archive", "search", "--limit", "many"),
    ("operation", "revok"),
    ("--password-file", "/", "inbox"),
    ("--data", "/dev/null/none", "--data"),
)
LATIN_SENTENCE = re.compile(r"(?:\b[A-Za-z]+\b[ ,]+){3,}[A-Za-z]+")
SLOT = re.compile(r"\{[a-z_]+(?:!r)?\}")


def typed(*arguments: str, language: str = "en") -> Result:
    return CliRunner().invoke(assemble(), ["--language", language, *arguments], prog_name="cencomm")


@pytest.mark.parametrize("arguments", MISTYPED, ids=" ".join)
def test_no_english_sentence_is_said_to_a_reader_of_arabic(arguments: tuple[str, ...]) -> None:
    result = typed(*arguments, language="ar")
    said = [line for line in result.stderr.splitlines() if not line.startswith("الاستعمال")]

    assert result.exit_code == 2
    assert not LATIN_SENTENCE.search("\n".join(said))
    assert any("\u0600" <= letter <= "\u06ff" for letter in said[0])


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (("send",), "cencomm: Il manque FORM."),
        (("--nonsense",), "cencomm: Il n'y a pas d'option '--nonsense'."),
        (("operation", "revok"), "cencomm: Il n'y a pas de commande 'revok'. Vouliez-vous dire revoke ?"),
        (("show", "twelve"), "cencomm: NUMBER est mal tapé : 'twelve' n'est pas un nombre entier."),
        (
            ("archive", "search", "--limit", "0"),
            "cencomm: --limit est mal tapé : 0 n'est pas dans ce qui est admis : 1<=x<=1000.",
        ),
        (
            ("--password-file", "/", "inbox"),
            "cencomm: --password-file est mal tapé : '/' est un dossier ; il faut ici un fichier.",
        ),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_what_is_wrong_comes_first_then_how_it_is_typed(arguments: tuple[str, ...], line: str) -> None:
    result = typed(*arguments, language="fr")
    said = result.stderr.splitlines()

    assert (result.exit_code, said[0]) == (2, line)
    assert said[1].startswith("Usage")
    assert said[2].startswith("Son aide : cencomm")
    assert result.stdout == ""


def test_a_line_given_up_before_its_language_was_read_is_answered_in_it() -> None:
    result = CliRunner().invoke(assemble(), ["--nonsense", "--language=fr"], prog_name="cencomm")

    assert result.stderr.startswith("cencomm: Il n'y a pas d'option")


def test_a_program_gets_a_document_in_that_language_and_no_usage() -> None:
    result = typed("--json", "--nonsense", language="fr")

    error = json.loads(result.stderr)["error"]
    assert (error["code"], error["message"]) == ("mistyped", "Il n'y a pas d'option '--nonsense'.")


def test_help_that_was_not_asked_for_stays_help() -> None:
    result = typed("operation", language="fr")

    assert "Commandes" in result.output
    assert "cencomm: " not in result.output


def test_what_stands_behind_an_option_is_said_in_the_readers_language() -> None:
    said = typed("send", "--help", language="fr").stdout

    assert "par défaut : AMBER" in " ".join(said.split())
    assert "default" not in said


@pytest.mark.parametrize(
    ("language", "answer", "agreed"),
    [
        ("en", "y", True),
        ("en", "", False),
        ("fr", "o", True),
        ("fr", "Oui", True),
        ("fr", "non", False),
        ("ar", "نعم", True),
        ("ar", "ن", True),
        ("ar", "y", True),
        ("ar", "لا", False),
        ("ar", "n", False),
    ],
)
def test_a_question_is_answered_in_the_readers_letters_or_in_english_ones(
    language: str, answer: str, *, agreed: bool
) -> None:
    said, result = asked(language, f"{answer}\n")

    assert (said, result.stderr.count("[")) == (agreed, 1)


def test_a_question_that_is_broken_off_ends_with_a_sentence_in_the_readers_language() -> None:
    @click.group(cls=TranslatedGroup)
    @click.pass_context
    def program(context: click.Context) -> None:
        context.meta[WORDS] = load_words("fr")

    @program.command
    def question() -> None:
        agrees(load_words("fr"), "?")

    result = CliRunner().invoke(program, ["question"], input="")

    assert result.exit_code == 1
    assert "cencomm: Interrompu" in result.stderr
    assert "Aborted" not in result.stderr


def test_an_answer_that_is_neither_is_asked_for_again() -> None:
    said, result = asked("fr", "peut-être\no\n")

    assert said
    assert "Tapez o ou n." in result.stderr
    assert "Error" not in result.stderr


def asked(language: str, typed: str) -> tuple[bool, Result]:
    answers: list[bool] = []

    @click.command
    def question() -> None:
        answers.append(agrees(load_words(language), "?"))

    result = CliRunner().invoke(question, input=typed)
    return answers[0], result


def test_a_secret_that_is_typed_twice_is_asked_for_until_both_are_the_same() -> None:
    typed: list[str] = []

    @click.command
    def question() -> None:
        typed.append(typed_unseen(load_words("fr"), "?", again="!"))

    result = CliRunner().invoke(question, input="four words\nfour swords\nfour words\nfour words\n")

    assert typed == ["four words"]
    assert "Les deux ne sont pas identiques" in result.stderr


@pytest.mark.parametrize("sentence", SENTENCES)
def test_click_still_says_it_so(sentence: str) -> None:
    """A click that says it otherwise would be heard in English: its sentences are matched, not asked for."""
    assert SLOT.sub("{}", sentence) in _said_by_click()


def _said_by_click() -> set[str]:
    said: set[str] = set()
    for path in Path(inspect.getfile(click)).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            match node:
                case ast.Call(func=ast.Name(id="_" | "ngettext"), args=texts):
                    said |= {SLOT.sub("{}", str(text.value)) for text in texts if isinstance(text, ast.Constant)}
    # The kind of number is a slot of click's own sentence.
    kinds = ("integer", "integer range", "float", "float range")
    return said | {f"{{}} is not a valid {kind}." for kind in kinds if "{} is not a valid {}." in said}
