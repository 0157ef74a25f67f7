"""Every sentence that the command line says, found in its source and in its commands."""

import ast
import inspect
from collections.abc import Iterator
from pathlib import Path

import click

from cencomm import __main__ as program
from cencomm.archive.cli import archive
from cencomm.cen.cli import cen
from cencomm.cen.commands.cases import LIST_HEADS
from cencomm.cen.commands.statistics import HEADS
from cencomm.client.commands.approving import TRACES
from cencomm.client.commands.channels import KIND_WORDS
from cencomm.client.commands.mistyping import SENTENCES as MISTYPED
from cencomm.client.commands.releasing import GROUNDS, STANDINGS
from cencomm.client.commands.restarting import REASONS
from cencomm.client.commands.translated import HEADINGS
from cencomm.client.complaints import ADVICE
from cencomm.client.overview import PHASE_WORDS
from cencomm.client.presenting import ROLE_WORDS
from cencomm.client.unit.unit_channel import TITLE
from cencomm.doctor.cli import doctor
from cencomm.forms.envelope import Priority
from cencomm.ncen.cli import ncen
from cencomm.ncen.linking import HEADS as LINKING
from cencomm.node.api.refusals import REFUSALS
from cencomm.node.commands.records import SORTED
from cencomm.node.consulted import ASKED, DEEDS, PURPOSES, VIAS
from cencomm.node.records.sheets import ENVELOPE

SAYING = frozenset({"say", "tell", "confirm", "agrees", "ask_secret", "ask_text"})
_SOURCE = Path(program.__file__).parent


def sentences() -> set[str]:
    found = {sentence for _, sentence in ADVICE} | {*SORTED.values()}
    found |= {*REASONS.values(), *TRACES.values(), *GROUNDS.values(), *STANDINGS.values()}
    found |= {*LIST_HEADS, *(head for heads in HEADS.values() for head in heads)}
    found |= {*ASKED.values(), *DEEDS.values(), *PURPOSES.values(), *VIAS.values()}
    found |= {*HEADINGS, *ENVELOPE.values(), *LINKING.values(), TITLE}
    found |= {*MISTYPED.values()}
    found |= {refusal.sentence for refusal in REFUSALS}
    found |= {*ROLE_WORDS.values(), *PHASE_WORDS.values(), *KIND_WORDS.values(), *(one.value for one in Priority)}
    for package in ("client", "node", "archive", "ncen", "cen"):
        for path in (_SOURCE / package).rglob("*.py"):
            found |= set(_said(ast.parse(path.read_text("utf-8"))))
    for path in (_SOURCE / "doctor").glob("*.py"):
        found |= set(_found(ast.parse(path.read_text("utf-8"))))
    for command in (program.assemble(), archive, ncen, cen, doctor):
        found |= set(_helps(command))
    return {sentence for sentence in found if any(letter.isalpha() for letter in _without_slots(sentence))}


def _said(tree: ast.AST) -> Iterator[str]:
    """Constants that are said, also through a name that holds one of two."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Attribute(attr=name) | ast.Name(id=name), args=[first, *_]) if name in SAYING:
                yield from _constants(first)
            case ast.Assign(targets=[ast.Name(id="sentence" | "said")], value=value):
                yield from _constants(value)
            case (
                ast.Call(func=ast.Attribute(attr="show_table"), args=[heads, *_])
                | ast.Assign(targets=[ast.Name(id="heads")], value=heads)
            ):
                yield from _heads(heads)


def _found(tree: ast.AST) -> Iterator[str]:
    """What the doctor finds and advises: the second and third argument, or what was given their names before."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id="ok" | "look" | "broken"), args=[_, *texts]):
                for text in texts:
                    yield from _constants(text)
            case ast.Assign(targets=[ast.Name(id="mend" | "text")], value=value):
                yield from _constants(value)
            case ast.Assign(targets=[ast.Name(id="_OLD" | "_RESTORE")], value=value):
                yield from _constants(value)
            case ast.Assign(targets=[ast.Name(id="_ADVICE")], value=ast.Dict(values=values)):
                for value in values:
                    yield from _constants(value)


def _heads(node: ast.expr) -> Iterator[str]:
    """Of a table: each is said by `show_table`."""
    match node:
        case ast.List(elts=parts):
            for part in parts:
                yield from _heads(part)
        case ast.Starred(value=ast.List() | ast.Tuple() as some):
            for part in some.elts:
                yield from _heads(part)
        case ast.Starred(value=ast.IfExp(body=body, orelse=orelse)):
            yield from _heads(body)
            yield from _heads(orelse)
        case _:
            yield from _constants(node)


def _constants(node: ast.expr) -> Iterator[str]:
    match node:
        case ast.Constant(value=str(text)):
            yield text
        case ast.IfExp(body=body, orelse=orelse):
            yield from _constants(body)
            yield from _constants(orelse)


def _helps(command: click.Command) -> Iterator[str]:
    if command.help:
        yield inspect.cleandoc(command.help)
    for parameter in command.params:
        if isinstance(parameter, click.Option) and parameter.help:
            yield parameter.help
    if isinstance(command, click.Group):
        for inner in command.commands.values():
            yield from _helps(inner)


def _without_slots(sentence: str) -> str:
    kept, inside = [], False
    for letter in sentence:
        inside = letter == "{" or (inside and letter != "}")
        kept.append("" if inside or letter == "}" else letter)
    return "".join(kept)
