"""`cencomm`: the global options, and the commands of a member. `cencomm.__main__` adds those of the servers."""

from pathlib import Path

import click

from cencomm.client.commands.account import fingerprint, sign_in, sign_out, sign_up
from cencomm.client.commands.attachments import save
from cencomm.client.commands.forms import form
from cencomm.client.commands.history import history
from cencomm.client.commands.message import outbox, send, watch
from cencomm.client.commands.operation import operation
from cencomm.client.commands.own_account import account
from cencomm.client.commands.reading import ack, inbox, show
from cencomm.client.commands.releasing import release
from cencomm.client.commands.translated import WORDS, TranslatedGroup, json_option, option, words_of
from cencomm.client.terminal import Terminal, default_data_folder
from cencomm.client.words import load_words
from cencomm.clock import system_clock
from cencomm.forms.code_list import LANGUAGES
from cencomm.secret import system_entropy


def _choose_language(context: click.Context, _parameter: click.Parameter, language: str | None) -> str | None:
    if language is not None:
        context.find_root().meta[WORDS] = load_words(language)
    return language


@click.group(cls=TranslatedGroup)
@option(
    "--language",
    type=click.Choice(LANGUAGES),
    is_eager=True,  # before --help, which is to speak it
    expose_value=False,
    callback=_choose_language,
    help="Language of what you read; else your computer's.",
)
@option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    envvar="CENCOMM_DATA",
    help="Folder of the mailbox; else your computer's usual place for such things.",
)
@option(
    "--password-file",
    type=click.Path(path_type=Path, dir_okay=False),
    envvar="CENCOMM_PASSWORD_FILE",
    help="File whose first line is the password, for scripts.",
)
@option(
    "--device-secret-file",
    type=click.Path(path_type=Path, dir_okay=False),
    envvar="CENCOMM_DEVICE_SECRET_FILE",
    help="File with the letter of your device secret, on a stick of your own.",
)
@json_option("Answer with one JSON document, ask nothing.")
@click.pass_context
def cencomm(
    context: click.Context,
    data: Path | None,
    password_file: Path | None,
    device_secret_file: Path | None,
    *,
    as_json: bool,
) -> None:
    """End-to-end encrypted messages for joint customs operations."""
    context.obj = Terminal(
        words=words_of(context),
        data=data or default_data_folder(),
        password_file=password_file,
        device_secret_file=device_secret_file,
        as_json=as_json,
        clock=system_clock,
        entropy=system_entropy,
    )


for command in (
    sign_up,
    sign_in,
    sign_out,
    operation,
    form,
    send,
    inbox,
    show,
    ack,
    release,
    save,
    watch,
    history,
    outbox,
    fingerprint,
    account,
):
    cencomm.add_command(command)
