"""`join` and `run`: a node as a member of operations."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from cencomm.client.commands.translated import TranslatedCommand, option
from cencomm.client.terminal import read_text
from cencomm.ledger.letter import MAX_LETTER_CHARACTERS, read_letter
from cencomm.node.commands.desk import Desk, desk_of, desk_options
from cencomm.node.config import NodeConfig
from cencomm.node.membership import join as join_operation
from cencomm.node.runtime import run_until_signal
from cencomm.site.log import configure_log

F = TypeVar("F", bound=Callable[..., Any])


def letter_options(command: F) -> F:
    """What every `join` is told."""
    for decorate in (  # the last decorator stands first in the help
        option(
            "--registration-code-file",
            type=click.Path(path_type=Path, dir_okay=False),
            help="File with the code that the relay asks of new accounts.",
        ),
        option("--relay", "relay_url", help="Where this computer reaches the relay, if not where the letter says."),
        click.argument("letter", type=click.Path(path_type=Path, dir_okay=False)),
    ):
        command = decorate(command)
    return command


@click.command("join", cls=TranslatedCommand)
@letter_options
@desk_options
@click.pass_context
def join(
    context: click.Context,
    letter: Path,
    relay_url: str | None,
    registration_code_file: Path | None,
    data: Path,
    language: str | None,
    *,
    as_json: bool,
) -> None:
    """Ask for the place that an access letter offers; make the node first if there is none."""
    desk = desk_of(context, data, language, as_json=as_json)
    asyncio.run(ask_for_place(desk, letter, relay_url, registration_code_file))


async def ask_for_place(desk: Desk, letter: Path, relay_url: str | None, registration_code_file: Path | None) -> None:
    """The node exists, is of the desk's kind, and has asked for the place in the letter."""
    code = None if registration_code_file is None else read_text(registration_code_file, most=4096).strip()
    invitation = read_letter(read_text(letter, most=4 * MAX_LETTER_CHARACTERS))
    desk.kind.settle(desk.folder)
    around = desk.surroundings()
    name = await join_operation(desk.folder, invitation, around, relay_url=relay_url, registration_code=code)
    said = desk.say("Asked to be admitted. Start the node; it enters once the coordination unit has admitted it.")
    desk.show(said, {"name": name, "operation": invitation.operation.hex()})


@click.command("run", cls=TranslatedCommand)
@option(
    "--health-port",
    type=click.IntRange(0, 65535),
    help="Serve http://127.0.0.1:PORT/healthz; 0: any free port, which the log names.",
)
@option("--port", type=click.IntRange(0, 65535), help="Serve the API there; 0: any free port, which the log names.")
@option("--host", default="127.0.0.1", help="Where the API listens; another address than this computer's needs TLS.")
@option("--tls-certificate", type=click.Path(path_type=Path, dir_okay=False), help="PEM chain for the API.")
@option("--tls-key", type=click.Path(path_type=Path, dir_okay=False), help="PEM file of the key to it.")
@desk_options
@click.pass_context
def run(
    context: click.Context,
    health_port: int | None,
    port: int | None,
    host: str,
    tls_certificate: Path | None,
    tls_key: Path | None,
    data: Path,
    language: str | None,
    *,
    as_json: bool,
) -> None:
    """Take part in operations and record their messages, until stopped."""
    desk = desk_of(context, data, language, as_json=as_json)
    configure_log()
    config = NodeConfig(
        data=desk.folder.path,
        health_port=health_port,
        port=port,
        host=host,
        tls_certificate=tls_certificate,
        tls_key=tls_key,
    )
    asyncio.run(run_until_signal(config, desk.surroundings()))
