"""What a node's commands share: of which kind it is, where its data lies, and in which language they answer."""

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from cencomm.client.commands.translated import TranslatedOption, json_option, option, words_of
from cencomm.client.terminal import harmless
from cencomm.client.words import Words, load_words
from cencomm.forms.canonical_json import JsonValue
from cencomm.forms.code_list import LANGUAGES
from cencomm.node.data_folder import DataFolder
from cencomm.node.kind import NodeKind
from cencomm.node.membership import Surroundings

F = TypeVar("F", bound=Callable[..., Any])
WIDEST_COLUMN = 60  # letters; longer ones go on below


@dataclass(frozen=True, slots=True)
class Desk:
    """One call of a command: the kind of node, its data folder, the reader's words, text or JSON."""

    kind: NodeKind
    folder: DataFolder
    words: Words
    as_json: bool

    def surroundings(self) -> Surroundings:
        """Raises NoNode: the folder lacks what this kind of node has to know."""
        return self.kind.surroundings(self.folder)

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
            table.add_column(Text(self.say(head)), max_width=WIDEST_COLUMN, overflow="fold")
        for row in rows:
            table.add_row(*(Text(harmless(cell)) for cell in row))
        # As wide as it is: an identifier that was cut to fit eighty columns cannot be typed into the next command.
        Console(width=(WIDEST_COLUMN + 1) * max(len(heads), 1)).print(table)


class DataOption(TranslatedOption):
    """`--data`, else the environment variable of the kind of node that is asked."""

    def resolve_envvar_value(self, ctx: click.Context) -> str | None:
        return os.environ.get(_kind_of(ctx).data_variable) or None


def desk_options(command: F) -> F:
    """The options that every command of a node has."""
    for decorate in (  # the last decorator stands first in the help
        json_option("Answer with one JSON document."),
        option("--language", type=click.Choice(LANGUAGES), help="Language of what you read; else your computer's."),
        click.option(
            "--data",
            cls=DataOption,
            type=click.Path(path_type=Path, file_okay=False),
            required=True,
            help="Folder of the node.",
        ),
    ):
        command = decorate(command)
    return command


def desk_of(context: click.Context, data: Path, language: str | None, *, as_json: bool) -> Desk:
    words = words_of(context) if language is None else load_words(language)
    return Desk(_kind_of(context), DataFolder(data), words, as_json)


def _kind_of(context: click.Context) -> NodeKind:
    kind = context.find_object(NodeKind)
    assert kind is not None  # the group that a command stands in says of whom it speaks
    return kind
