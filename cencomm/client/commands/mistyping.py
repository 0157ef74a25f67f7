"""What click says of a command line that it cannot read, in the reader's language.

click asks gettext for its words when the error is made, in a domain of the whole process that knows no reader. So its
English is taken apart again: each sentence of click that our commands can bring forth has one of ours beside it, which
stands in the catalogues. A sentence that is not here is shown as click says it; a test reads click's source, so that a
newer click with other words is noticed.
"""

import re
from collections.abc import Mapping
from types import MappingProxyType

import click

from cencomm.client.words import Words

SENTENCES: Mapping[str, str] = MappingProxyType(
    {  # click's, with its slots -> ours, with the same slots
        "Missing command.": "A command is missing.",
        "No such command {name}.": "There is no command {name}.",
        "No such option {name}.": "There is no option {name}.",
        "Got unexpected extra argument ({args})": "This is too much: {args}.",
        "Got unexpected extra arguments ({args})": "This is too much: {args}.",
        "Option {name} requires an argument.": "A value has to follow the option {name}.",
        "Option {name} requires {nargs} arguments.": "Values that have to follow the option {name}: {nargs}.",
        "Option {name} does not take a value.": "No value may follow the option {name}.",
        "Argument {name} takes {nargs} values.": "Values that {name} takes: {nargs}.",
        "{value} is not one of {choices}.": "{value} is none of these: {choices}.",
        "{value} is not a valid integer.": "{value} is no whole number.",
        "{value} is not a valid integer range.": "{value} is no whole number.",
        "{value} is not a valid float.": "{value} is no number.",
        "{value} is not a valid float range.": "{value} is no number.",
        "{value} is not in the range {range}.": "{value} is outside of what is allowed: {range}.",
        "{name} {filename} does not exist.": "There is no {filename}.",
        "{name} {filename} is a file.": "{filename} is a file; a folder belongs here.",
        "{name} {filename} is a directory.": "{filename} is a folder; a file belongs here.",
        "{name} {filename} is not readable.": "{filename} may not be read by you.",
        "{name} {filename} is not writable.": "{filename} may not be written by you.",
        "{value} is not {choice}.": "{value} is none of these: {choice}.",  # last, since others say it with more words
    }
)
_SLOT = re.compile(r"\\{([a-z]+)\\}")
_PATTERNS = tuple(
    (re.compile(_SLOT.sub(r"(?P<\1>.+?)", re.escape(theirs)), re.DOTALL), ours) for theirs, ours in SENTENCES.items()
)


def what_was_mistyped(error: click.UsageError, words: Words) -> str:
    """One line: what is wrong with the command line, and what was probably meant."""
    match error:
        case click.MissingParameter(param=click.Parameter() as missing):
            said = words.say("{what} is missing.", what=_name(missing, error))
            choices = getattr(missing.type, "choices", ())
            return f"{said} {words.say('One of: {choices}', choices=', '.join(choices))}" if choices else said
        case click.BadParameter(param=click.Parameter() as wrong):
            why = _translated(error.message, words)
            return words.say("{what} was mistyped: {why}", what=_name(wrong, error), why=why)
        case click.NoSuchOption(possibilities=meant) | click.NoSuchCommand(possibilities=meant) if meant:
            known = ", ".join(sorted(meant))
            return f"{_translated(error.message, words)} {words.say('Did you mean {known}?', known=known)}"
        case _:
            return _translated(error.message, words)


def how_to_go_on(error: click.UsageError, words: Words) -> str | None:
    """How the command is typed, and where its help is; None where click does not know which command was meant."""
    if error.ctx is None:
        return None
    usage = error.ctx.get_usage()
    return f"{usage}\n{words.say('Its help: {command} --help', command=error.ctx.command_path)}"


def beside_an_option(extras: str, words: Words) -> str:
    """What click says behind an option's help: `required; default: 7`."""
    return "; ".join(_extra(one, words) for one in extras.split("; "))


def _extra(one: str, words: Words) -> str:
    name, _, value = one.partition(": ")
    match name:
        case "required":
            return words.say("required")
        case "default":
            return words.say("default: {value}", value=value)
        case "env var":
            return words.say("environment: {value}", value=value)
        case _:
            return one


def _name(parameter: click.Parameter, error: click.UsageError) -> str:
    if isinstance(parameter, click.Option):
        return " / ".join(parameter.opts)
    return parameter.make_metavar(error.ctx) if error.ctx is not None else parameter.human_readable_name


def _translated(message: str, words: Words) -> str:
    for pattern, ours in _PATTERNS:
        if found := pattern.fullmatch(message):
            return words.say(ours, **found.groupdict())
    return message
