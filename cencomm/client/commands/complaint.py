"""The end of a command that could not do what it was asked: a sentence for people, a document for programs."""

import json
from typing import IO, Any

import click

from cencomm.client.complaints import complaint_document
from cencomm.client.terminal import harmless
from cencomm.forms.canonical_json import JsonValue


class Complaint(click.ClickException):
    """What to do, without click's own English word before it. On standard error: an answer stands on the other."""

    def __init__(
        self,
        message: str,
        code: str,
        *,
        as_json: bool,
        details: JsonValue = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.as_json = as_json
        self.details = details

    def show(self, file: IO[Any] | None = None) -> None:
        if self.as_json:
            said = json.dumps(complaint_document(self.code, self.message, self.details))
        else:
            said = f"cencomm: {harmless(self.message)}"
        click.echo(said, file=file, err=file is None)


class Mistyped(Complaint):
    """The command line itself is wrong: click's own exit code for it. `hint` says how it is typed, for people."""

    exit_code = 2

    def __init__(self, message: str, code: str, *, as_json: bool, hint: str | None = None) -> None:
        super().__init__(message, code, as_json=as_json)
        self.hint = hint

    def show(self, file: IO[Any] | None = None) -> None:
        super().show(file)
        if self.hint is not None and not self.as_json:
            click.echo(harmless(self.hint), file=file, err=file is None)


class Incomplete(Complaint):
    """What is here was shown, and something kept the rest away: nobody may take it for all."""

    exit_code = 3
