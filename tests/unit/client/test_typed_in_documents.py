"""What the documents say to type exists: each command with its options, each program, each make target.

In a sentence a command may be named, or one of its options. In a block that is to be copied, and in a table that says
what to type, nothing that the command asks for may be missing, unless … says so.
"""

import importlib.util
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import click
import pytest

from cencomm.__main__ import assemble
from cencomm.client.commands.translated import LazyCommand

ROOT = Path(__file__).parents[3]
# Decision records and the changelog show what was typed then; in the protocol `cencomm …` are labels of signatures.
DOCUMENTS = sorted(
    str(path.relative_to(ROOT))
    for path in (*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"))
    if "adr" not in path.parts and path.name not in {"CHANGELOG.md", "protocol.md"}
)
_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```", re.DOTALL | re.MULTILINE)
_SHELL = frozenset({"", "sh"})
_INLINE = re.compile(r"`([^`\n]+)`")
_TABLE = re.compile(r"^\| to \| type \|\n(?:\|.*\n)+", re.MULTILINE)
_INSTALLED = re.compile(r"^\s*(?:\.venv/bin/|/opt/cencomm/\.venv/bin/)?")
_NOT_TYPED = "…"


@dataclass(frozen=True, slots=True)
class Line:
    document: str
    words: str
    is_whole: bool
    """It can be typed as it stands."""


def code(document: str) -> Iterator[Line]:
    """Of blocks, continued lines joined, and what stands between backticks."""
    text = (ROOT / document).read_text("utf-8")
    for language, block in _BLOCK.findall(text):
        if language in _SHELL:
            for line in block.replace("\\\n", " ").splitlines():
                yield Line(document, line, is_whole=True)
    text = _BLOCK.sub("", text)
    for table in _TABLE.findall(text):
        for words in _INLINE.findall(table):
            yield Line(document, words, is_whole=_NOT_TYPED not in words)
    for words in _INLINE.findall(_TABLE.sub("", text)):
        yield Line(document, words, is_whole=False)


def lines(program: str) -> list[Line]:
    """Everything that begins with this program, wherever it is installed."""
    found = []
    for document in DOCUMENTS:
        for line in code(document):
            words = _INSTALLED.sub("", line.words).strip()
            if words == program or words.startswith(program + " "):
                found.append(replace(line, words=words))
    return found


def split(line: Line) -> list[str]:
    return [word for word in shlex.split(line.words, comments=True) if word != _NOT_TYPED]


def check(command: click.Command, words: list[str], *, is_whole: bool) -> None:
    """Walks through `words` as the command line would, without running anything."""
    asked: set[str] = set()
    while words:
        word = words.pop(0)
        if word.startswith("--"):
            name, equals, _ = word.partition("=")
            options = {name: one for one in command.params if isinstance(one, click.Option) for name in one.opts}
            assert name in options, f"{command.name} has no option {name}"
            asked.discard(name)
            if not equals and not options[name].is_flag and not options[name].count:
                assert words, f"{name} takes a value"
                words.pop(0)
        elif isinstance(command, click.Group):
            command = subcommand(command, word)
            asked = {one.opts[0] for one in command.params if isinstance(one, click.Option) and one.required}
    assert not (is_whole and asked), f"{command.name} asks for {', '.join(sorted(asked))}"


def subcommand(group: click.Group, word: str) -> click.Command:
    """What the group would run: `release 12` is `release approve 12`."""
    try:
        _, found, _ = group.resolve_command(click.Context(group), [word])
    except click.UsageError as unknown:
        raise AssertionError(f"{group.name} has no command {word}") from unknown
    assert found is not None
    return found.load() if isinstance(found, LazyCommand) else found


def shown(line: Line) -> str:
    return f"{line.document}: {line.words}"


@pytest.mark.parametrize("line", lines("cencomm"), ids=shown)
def test_a_command_that_a_document_names_exists_with_its_options(line: Line) -> None:
    check(assemble(), split(line)[1:], is_whole=line.is_whole)


@pytest.mark.parametrize("line", lines("python -m cencomm.relay"), ids=shown)
def test_the_relay_is_started_with_options_that_it_has(line: Line) -> None:
    check(assemble(), ["relay", "run", *split(line)[3:]], is_whole=line.is_whole)


def test_every_program_and_make_target_that_a_document_names_exists() -> None:
    targets = {*re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)}
    named = {word for line in lines("make") for word in split(line)[1:] if re.fullmatch(r"[a-z]+", word)}
    programs = {split(line)[2] for line in lines("python -m")}

    assert named <= targets
    assert {"run", "test"} <= named
    assert [name for name in sorted(programs) if importlib.util.find_spec(name) is None] == []
    assert {"cencomm.relay", "bench.relay"} <= programs


@pytest.mark.parametrize(
    "words",
    [
        "fly",
        "inbox --soon",
        "operation channel open --king unit",
        "archive user add ana --role analyst",
        "archive user add --data /srv/archive ana",
    ],
)
def test_a_command_that_does_not_exist_or_lacks_what_it_asks_for_is_noticed(words: str) -> None:
    with pytest.raises(AssertionError):
        check(assemble(), words.split(), is_whole=True)
