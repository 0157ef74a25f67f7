"""What a coordinator's command says when it is done, or when it waits for a second signature (L5)."""

from cencomm.client.terminal import Terminal
from cencomm.client.unit.cosigning import Asked
from cencomm.forms.canonical_json import JsonValue


def show_outcome(terminal: Terminal, asked: Asked | None, text: str, document: dict[str, JsonValue]) -> None:
    """`text` and `document` for an act that is done."""
    if asked is None:
        terminal.show(text, document)
        return
    terminal.show(terminal.say("This waits for the signature of a second coordinator."), {"waits": asked.nonce.hex()})
    terminal.tell("Next: another coordinator runs cencomm operation pending, then cencomm operation cosign.")
