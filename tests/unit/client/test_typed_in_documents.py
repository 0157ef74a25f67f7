"""What the documents say to type exists: each command with its options, each make target."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from cencomm.__main__ import assemble
from cencomm.client.commands.translated import LazyCommand

ROOT = Path(__file__).parents[3]
DOCUMENTS = ("README.md", "docs/operate.md", "docs/user-guide/en/README.md", "docs/user-guide/fr/README.md")
_BLOCK = re.compile(r"```sh\n(.*?)```", re.DOTALL)
_INLINE = re.compile(r"`([^`\n]+)`")
_NOT_TYPED = "…"


def typed(document: str) -> Iterator[str]:
    """Lines of code blocks, continued ones joined, and what stands between backticks."""
    text = (ROOT / document).read_text("utf-8")
    for block in _BLOCK.findall(text):
        yield from block.replace("\\\n", " ").splitlines()
    yield from _INLINE.findall(re.sub(r"```.*?```", "", text, flags=re.DOTALL))


def commands(program: str) -> list[tuple[str, str]]:
    """(document, line) for everything that begins with this program, wherever it is installed."""
    found = []
    for document in DOCUMENTS:
        for line in typed(document):
            words = line.removeprefix(".venv/bin/").strip()
            if words == program or words.startswith(program + " "):
                found.append((document, words))
    return found


def check(command: click.Command, words: list[str]) -> None:
    """Walks through `words` as the command line would, without running anything."""
    while words:
        if isinstance(command, LazyCommand):
            command = command.load()
        word = words.pop(0)
        if word.startswith("--"):
            name, equals, _ = word.partition("=")
            options = {name: one for one in command.params if isinstance(one, click.Option) for name in one.opts}
            assert name in options, f"{command.name} has no option {name}"
            if not equals and not options[name].is_flag and not options[name].count:
                assert words, f"{name} takes a value"
                words.pop(0)
        elif isinstance(command, click.Group):
            command = subcommand(command, word)


def subcommand(group: click.Group, word: str) -> click.Command:
    """What the group would run: `release 12` is `release approve 12`."""
    try:
        _, found, _ = group.resolve_command(click.Context(group), [word])
    except click.UsageError as unknown:
        raise AssertionError(f"{group.name} has no command {word}") from unknown
    assert found is not None
    return found


@pytest.mark.parametrize(("document", "line"), commands("cencomm"))
def test_a_command_that_a_document_names_exists_with_its_options(document: str, line: str) -> None:
    words = [word for word in shlex.split(line, comments=True) if word != _NOT_TYPED]

    check(assemble(), words[1:])

    assert document


def test_every_make_target_that_a_document_names_exists() -> None:
    targets = {*re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)}
    named = {
        word
        for _, line in commands("make")
        for word in shlex.split(line, comments=True)[1:]
        if re.fullmatch(r"[a-z]+", word)
    }

    assert named <= targets
    assert {"run", "test"} <= named


@pytest.mark.parametrize("line", ["cencomm fly", "cencomm inbox --soon", "cencomm operation channel open --king unit"])
def test_a_command_that_does_not_exist_is_noticed(line: str) -> None:
    with pytest.raises(AssertionError):
        check(assemble(), shlex.split(line)[1:])
