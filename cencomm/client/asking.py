"""Questions at a terminal in the reader's language: click's own `[y/N]`, and what it says of an answer, are English."""

import click

from cencomm.client.words import Words


def agrees(words: Words, question: str) -> bool:
    """Whether the person says yes; Enter alone is no. English letters count too: not every keyboard has the others.

    Raises:
        click.Abort: they broke off.
    """
    yes, no = words.say("y"), words.say("n")
    while True:
        typed = click.prompt(f"{question} [{yes}/{no.upper()}]", default="", show_default=False, err=True)
        match str(typed).strip().casefold():
            case answer if answer in {yes, words.say("yes"), "y", "yes"}:
                return True
            case answer if answer in {"", no, words.say("no"), "n", "no"}:
                return False
        click.echo(words.say("Type {yes} or {no}.", yes=yes, no=no), err=True)


def typed_unseen(words: Words, question: str, *, again: str | None = None) -> str:
    """What is typed without being shown; where `again` asks for it a second time, both are the same.

    Raises:
        click.Abort: they broke off.
    """
    while True:
        typed = str(click.prompt(question, hide_input=True, err=True))
        if again is None or click.prompt(again, hide_input=True, err=True) == typed:
            return typed
        click.echo(words.say("These two are not the same: type both again."), err=True)
