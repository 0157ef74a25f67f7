"""`save`, and what `send` does with files."""

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click
from rich.console import Console
from rich.progress import Progress as ProgressBar

from cencomm.client import inbox as inboxes
from cencomm.client.attachments.downloading import download
from cencomm.client.attachments.listing import size
from cencomm.client.attachments.saving import save as save_file
from cencomm.client.attachments.source import Source, open_source
from cencomm.client.attachments.uploading import Progress
from cencomm.client.commands.translated import TranslatedCommand, option
from cencomm.client.desk import open_desk
from cencomm.client.inbox import Item
from cencomm.client.terminal import Terminal
from cencomm.errors import UsageError
from cencomm.forms.attachment import Attachment
from cencomm.forms.canonical_json import JsonValue

F = TypeVar("F", bound=Callable[..., Any])


def attachment_options(command: F) -> F:
    """What `send` takes files by."""
    for decorate in (  # the last decorator stands first in the help
        option("--as-is", is_flag=True, help="Leave in pictures what they say of camera, place and time."),
        option(
            "--attach",
            "files",
            multiple=True,
            type=click.Path(path_type=Path, dir_okay=False),
            help="A file; may be given several times. Of pictures only what they show is sent.",
        ),
    ):
        command = decorate(command)
    return command


@contextlib.asynccontextmanager
async def opened_sources(terminal: Terminal, files: Sequence[Path], *, as_is: bool) -> AsyncIterator[list[Source]]:
    """The files as they will be sent; the person is told what each of them will say to its readers."""
    with contextlib.ExitStack() as stack:
        sources = []
        for path in files:
            source = await asyncio.to_thread(stack.enter_context, open_source(path, as_is=as_is))
            facts = {"name": source.name, "size": size(source.size, terminal.words)}
            if source.cleaned:
                terminal.tell("{name}, {size}: only what the picture shows is sent.", **facts)
            else:
                terminal.tell("{name}, {size}: sent as it is, with what it says of author, place and time.", **facts)
            sources.append(source)
        yield sources


@contextlib.contextmanager
def progress_shown(terminal: Terminal, sentence: str) -> Iterator[Progress]:
    """A bar on a terminal, nothing elsewhere."""
    hidden = terminal.as_json or not sys.stderr.isatty()
    with ProgressBar(console=Console(stderr=True), disable=hidden, transient=True) as bar:
        task = bar.add_task(sentence, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


@click.command(cls=TranslatedCommand)
@click.argument("number", type=int)
@click.argument("which", type=int, required=False)
@option(
    "--to",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(),
    help="Folder that the files go to; else this one.",
)
@click.pass_obj
def save(terminal: Terminal, number: int, which: int | None, folder: Path) -> None:
    """Save the files of message NUMBER, or the one that WHICH counts. Nothing is written over."""

    async def run() -> None:
        saved: list[JsonValue] = []
        async with open_desk(terminal) as desk:
            item = await inboxes.message(desk.mailbox, number)
            at = item.message.place
            for one in _chosen(item, which):
                pieces = download(desk.mailbox.relay, at.operation, at.channel, one)
                with progress_shown(terminal, terminal.say("Fetching")) as progress:
                    path = await save_file(folder, one.name, pieces, _counting(progress, one))
                saved.append(str(path))
                terminal.tell("Saved, and not sealed any more: {path}", path=path)
        terminal.show(terminal.say("Files saved: {count}", count=len(saved)), {"saved": saved})

    asyncio.run(run())


def _counting(progress: Progress, attachment: Attachment) -> Callable[[int], None]:
    return lambda done: progress(done, attachment.size)


def _chosen(item: Item, which: int | None) -> Sequence[Attachment]:
    attachments = item.message.envelope.body.attachments
    if not attachments:
        raise UsageError(f"message {item.number} has no files")
    if which is None:
        return attachments
    if not 1 <= which <= len(attachments):
        raise UsageError(f"message {item.number} has files 1 to {len(attachments)}")
    return attachments[which - 1 : which]
