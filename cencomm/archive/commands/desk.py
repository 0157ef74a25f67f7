"""What the archive's commands share: where its data lies, and in which language they answer."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from cencomm.archive.history import ArchivedHoldings
from cencomm.archive.recording import ArchiveConsumer
from cencomm.client.commands.translated import json_option, option, words_of
from cencomm.client.reports import Reports
from cencomm.client.terminal import harmless
from cencomm.client.words import Words, load_words
from cencomm.clock import system_clock
from cencomm.forms.canonical_json import JsonValue
from cencomm.forms.code_list import LANGUAGES, load_code_lists
from cencomm.node.data_folder import DataFolder
from cencomm.node.membership import Surroundings
from cencomm.secret import system_entropy

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Desk:
    """One call of a command: the data folder, the reader's words, text or JSON."""

    folder: DataFolder
    words: Words
    as_json: bool

    def say(self, sentence: str, **facts: object) -> str:
        return self.words.say(sentence, **facts)

    def show(self, text: str, document: JsonValue) -> None:
        click.echo(json.dumps(document, ensure_ascii=False) if self.as_json else harmless(text))

    def show_table(self, heads: list[str], rows: list[list[str]], document: JsonValue) -> None:
        """A table for people. What officers wrote is text in it, never markup or an escape code."""
        if self.as_json:
            click.echo(json.dumps(document, ensure_ascii=False))
            return
        table = Table(box=None, pad_edge=False)
        for head in heads:
            table.add_column(Text(self.say(head)))
        for row in rows:
            table.add_row(*(Text(harmless(cell)) for cell in row))
        Console().print(table)


def desk_options(command: F) -> F:
    """The options that every command of the archive has."""
    for decorate in (  # the last decorator stands first in the help
        json_option("Answer with one JSON document."),
        option("--language", type=click.Choice(LANGUAGES), help="Language of what you read; else your computer's."),
        option(
            "--data",
            type=click.Path(path_type=Path, file_okay=False),
            envvar="CENCOMM_ARCHIVE_DATA",
            required=True,
            help="Folder of the archive.",
        ),
    ):
        command = decorate(command)
    return command


def desk_of(context: click.Context, data: Path, language: str | None, *, as_json: bool) -> Desk:
    words = words_of(context) if language is None else load_words(language)
    return Desk(DataFolder(data), words, as_json)


def surroundings() -> Surroundings:
    """An archive with the code lists that ship, the system's time and entropy."""
    reports = Reports(load_code_lists())
    return Surroundings(
        consumer=ArchiveConsumer(reports),
        reports=reports,
        clock=system_clock,
        entropy=system_entropy,
        holdings=ArchivedHoldings,
    )
