"""One person at one terminal: what they are told, what they are asked, where their mailbox lies."""

import contextlib
import json
import os
import signal
import sys
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from cencomm.client.account.second_factor import read_code
from cencomm.client.asking import agrees, typed_unseen
from cencomm.client.roaming.sitting import Sitting
from cencomm.client.words import Words
from cencomm.clock import Clock
from cencomm.errors import Unavailable, UsageError
from cencomm.forms.canonical_json import JsonValue
from cencomm.forms.plain_text import FSI, PDI
from cencomm.secret import Entropy

MAX_PASSWORD_FILE_BYTES = 4096
_JOINERS = "\u200c\u200d"  # Persian, Urdu and emoji are wrong without them
_KEPT = frozenset("\n" + FSI + PDI + _JOINERS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Terminal:
    """`data` is the mailbox folder; `as_json` is for programs, which get documents and are never asked anything.

    `sitting` is the session on a shared computer: there is no folder then.
    """

    words: Words
    data: Path
    password_file: Path | None
    device_secret_file: Path | None = None
    as_json: bool
    clock: Clock
    entropy: Entropy
    sitting: Sitting | None = None

    def say(self, sentence: str, **facts: object) -> str:
        return self.words.say(sentence, **facts)

    def show(self, text: str, document: JsonValue) -> None:
        """The answer of a command: text for people, one JSON document on one line for programs."""
        click.echo(json.dumps(document) if self.as_json else harmless(text))

    def tell(self, sentence: str, **facts: object) -> None:
        """What a person should know beside the answer; programs are not told."""
        if not self.as_json:
            click.echo(harmless(self.say(sentence, **facts)), err=True)

    def confirm(self, sentence: str, *, yes: bool, unattended: bool = False) -> None:
        """Go on only if the person agrees; `yes` and programs agreed beforehand, `unattended` acts may go unasked.

        Raises:
            click.Abort: they do not.
            UsageError: there is nobody to ask.
        """
        if yes or self.as_json:
            return
        if not sys.stdin.isatty():
            if unattended:
                return
            raise UsageError("no terminal to ask for your consent: give --yes")
        with interruptible():
            if not agrees(self.words, self.say(sentence)):
                raise click.Abort

    def agrees(self, sentence: str, *, yes: bool) -> bool:
        """Whether the person agrees. Nobody does where nobody can be asked, programs neither, unless with `yes`."""
        if yes or self.as_json or not sys.stdin.isatty():
            return yes
        with interruptible():
            return agrees(self.words, self.say(sentence))

    def password(self, *, new: bool = False) -> str:
        """From the file for scripts, else asked for; never from the command line, where others could read it."""
        if self.password_file is not None:
            return _first_line(self.password_file)
        if not sys.stdin.isatty():
            raise UsageError("no terminal to ask for the password: give --password-file or CENCOMM_PASSWORD_FILE")
        with interruptible():
            again = self.say("The same password again") if new else None
            return typed_unseen(self.words, self.say("Password"), again=again)

    def new_password(self, file: Path | None) -> str:
        """Another password than the one that opens this: from a file of its own for scripts, else asked for twice."""
        if file is not None:
            return _first_line(file)
        return self.ask_secret("New password", again=True)

    def ask_secret(self, sentence: str, *, again: bool = False) -> str:
        """What is typed unseen.

        Raises:
            UsageError: there is nobody to ask.
        """
        if self.as_json or not sys.stdin.isatty():
            raise UsageError(f"no terminal to ask for this: {sentence}")
        with interruptible():
            same = self.say("The same again") if again else None
            return typed_unseen(self.words, self.say(sentence), again=same)

    @property
    def is_attended(self) -> bool:
        """Whether a person sits here who can be asked."""
        return not self.as_json and sys.stdin.isatty()

    def ask_text(self, sentence: str) -> str:
        """One line that is typed; nothing is an answer too.

        Raises:
            UsageError: there is nobody to ask.
        """
        if not self.is_attended:
            raise UsageError(f"no terminal to ask for this: {sentence}")
        with interruptible():
            return str(click.prompt(self.say(sentence), default="", show_default=False, err=True))

    async def code(self, given: str | None = None) -> str:
        """The second factor: `given` beforehand, or asked for.

        Raises:
            UsageError: there is nobody to ask, or what was typed is no code.
        """
        if given is None:
            if self.as_json or not sys.stdin.isatty():
                raise UsageError("this account asks for a code, and there is no terminal to ask: run cencomm sign-in")
            given = str(click.prompt(self.say("Code of your authenticator, or a recovery code"), err=True))
        return read_code(given)


@contextlib.contextmanager
def interruptible() -> Iterator[None]:
    """Ctrl-C ends what blocks in the block, at once.

    An event loop takes the first Ctrl-C as a wish to cancel its task, which waits for somebody to type.
    """
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def harmless(text: str) -> str:
    """Text in which nobody's words act on the terminal: no escape codes, no overriding of directions."""
    return "".join(
        letter if letter.isprintable() or letter in _KEPT else "\N{REPLACEMENT CHARACTER}" for letter in text
    )


def columns(rows: Sequence[Sequence[str]], *, gap: str = "  ") -> str:
    """Rows whose cells stand under each other."""
    if not rows:
        return ""
    widths = [max(_width(cell) for cell in column) for column in zip(*rows, strict=True)]
    lines = (
        gap.join(cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    )
    return "\n".join(lines)


def _width(text: str) -> int:
    """Places on the line: accents and isolates take none, letters of China and Japan two (UAX #11)."""
    return sum(
        0 if unicodedata.category(letter) in {"Mn", "Me", "Cf"} else 1 + (unicodedata.east_asian_width(letter) in "WF")
        for letter in text
    )


def default_data_folder(environment: Mapping[str, str] = os.environ, *, platform: str = sys.platform) -> Path:
    """Where programs of this computer keep what is the user's own."""
    home = Path(environment.get("HOME", "~")).expanduser()
    if platform == "darwin":
        return home / "Library" / "Application Support" / "cencomm" / "mailbox"
    given = environment.get("XDG_DATA_HOME", "")
    base = Path(given) if given.startswith("/") else home / ".local" / "share"  # relative ones are to be ignored
    return base / "cencomm" / "mailbox"


def write_secret_file(path: Path, text: str) -> None:
    """A new file that only its owner may read.

    Raises:
        UsageError: there is a file of that name already; it is not overwritten.
    """
    try:
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        raise UsageError(f"{path} exists already: choose another name") from None
    except OSError as error:
        raise Unavailable(f"{path} cannot be written: {error.strerror}") from error
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)


def read_text(path: Path, *, most: int) -> str:
    """A file of the user's.

    Raises:
        UsageError: it is not there, too long, or no UTF-8 text.
    """
    try:
        with path.open("rb") as file:
            data = file.read(most + 1)
        if len(data) > most:
            raise UsageError(f"{path} is longer than {most} bytes")
        return data.decode()
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise UsageError(f"{path} is not text in UTF-8") from None


def _first_line(path: Path) -> str:
    lines = read_text(path, most=MAX_PASSWORD_FILE_BYTES).splitlines()
    if not lines:
        raise UsageError(f"{path} holds no password")
    return lines[0]
