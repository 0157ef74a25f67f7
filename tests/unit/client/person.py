"""Somebody with a folder at a terminal: what they type, what they read."""

import json
from dataclasses import dataclass
from pathlib import Path

from click.testing import CliRunner, Result

from cencomm.__main__ import assemble
from tests.fakes.loopback_relay import LoopbackRelay

PLAN = Path(__file__).parents[3] / "operations" / "sample_air.toml"


@dataclass(frozen=True)
class Person:
    """Somebody with a folder at a terminal that speaks their language."""

    folder: Path
    password_file: Path
    language: str

    def run(self, *arguments: str) -> Result:
        settings = ("--data", str(self.folder), "--password-file", str(self.password_file))
        return CliRunner().invoke(assemble(), [*settings, "--language", self.language, *arguments])

    def does(self, *arguments: str) -> str:
        """What stands on the screen after a command that worked."""
        result = self.run(*arguments)
        assert result.exit_code == 0, result.output
        return result.output

    def fails(self, *arguments: str, code: int = 1) -> str:
        """What stands on the screen after one that did not, for a reason of ours."""
        result = self.run(*arguments)
        assert result.exit_code == code, result.output
        assert isinstance(result.exception, SystemExit)
        return result.output

    def document(self, *arguments: str) -> object:
        return json.loads(self.does("--json", *arguments))


def signed_up(
    folder: Path, password_file: Path, relay: LoopbackRelay, name: str, language: str, *, sealed: bool = False
) -> Person:
    """`sealed`: with a device secret, as coordinators are, that lies on this computer."""
    somebody = Person(folder / name, password_file, language)
    secret = ("--device-secret", str(folder / f"{name}.secret"), "--own-computer") if sealed else ()
    somebody.does("sign-up", "--relay", relay.url, "--name", name, *secret)
    return somebody
