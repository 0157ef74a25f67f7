"""Commands and options of click whose help is shown in the reader's language."""

import copy
import importlib
import itertools
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import click

from cencomm.client.commands.complaint import Complaint, Mistyped
from cencomm.client.commands.mistyping import beside_an_option, how_to_go_on, what_was_mistyped
from cencomm.client.complaints import code_of, complaint
from cencomm.client.words import Words, language_of_the_environment, load_words
from cencomm.errors import CencommError
from cencomm.forms.code_list import LANGUAGES

HEADINGS = ("Options", "Commands")  # click's, of the parts of its help
WORDS = "cencomm.words"  # where the root context keeps them
AS_JSON = "cencomm.json"

F = TypeVar("F", bound=Callable[..., Any])


def words_of(context: click.Context) -> Words:
    """The reader's words, known as soon as --language was read."""
    words = context.find_root().meta.get(WORDS)
    if isinstance(words, Words):
        return words
    context.find_root().meta[WORDS] = words = load_words(language_of_the_environment())
    return words


class TranslatedOption(click.Option):
    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        said = copy.copy(self)
        words = words_of(ctx)
        said.help = words.say(self.help) if self.help else self.help
        record = click.Option.get_help_record(said, ctx)
        if record is None:
            return None
        names, text = record
        helped, bracket, extras = text.rpartition("[")
        if text == said.help or not bracket:
            return record
        return names, f"{helped}[{beside_an_option(extras.removesuffix(']'), words)}]"


def _show_help(context: click.Context, _parameter: click.Parameter, *, asked: bool) -> None:
    if asked and not context.resilient_parsing:
        click.echo(context.get_help())
        context.exit()


class TranslatedFormatter(click.HelpFormatter):
    """Help whose headings are said by us: click's own words are English."""

    def __init__(self, words: Words, *, width: int | None, max_width: int | None) -> None:
        super().__init__(width=width, max_width=max_width)
        self._words = words

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        super().write_usage(prog, args, f"{self._words.say('Usage')}: " if prefix is None else prefix)

    def write_heading(self, heading: str) -> None:
        super().write_heading(self._words.say(heading))


class TranslatedContext(click.Context):
    def make_formatter(self) -> click.HelpFormatter:
        return TranslatedFormatter(words_of(self), width=self.terminal_width, max_width=self.max_content_width)


class TranslatedCommand(click.Command):
    context_class = TranslatedContext

    def __init__(self, *arguments: Any, **settings: Any) -> None:
        super().__init__(*arguments, **{**settings, "add_help_option": False})
        self.params.append(
            TranslatedOption(
                ["-h", "--help"],
                is_flag=True,
                expose_value=False,
                is_eager=True,
                callback=lambda context, parameter, asked: _show_help(context, parameter, asked=asked),
                help="Show this and end.",
            )
        )

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        typed = tuple(args)  # click takes the list to pieces
        try:
            return super().parse_args(ctx, args)
        except click.UsageError as error:
            _hear_anyway(ctx, typed)
            raise _mistyped(error, ctx) from None

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        said = copy.copy(self)
        said.help = words_of(ctx).say(self.help) if self.help else self.help
        click.Command.format_help_text(said, ctx, formatter)

    def get_short_help_str(self, limit: int = 45) -> str:
        context = click.get_current_context(silent=True)
        said = copy.copy(self)
        if context is not None and self.help:
            said.help = words_of(context).say(self.help)
        return click.Command.get_short_help_str(said, limit)


class TranslatedGroup(TranslatedCommand, click.Group):
    """Errors of ours end in a sentence that says what to do, with exit code 1; a traceback is a bug."""

    command_class = TranslatedCommand
    group_class = type

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except CencommError as error:
            raise _complaint(error, ctx) from None
        except BaseExceptionGroup as group:
            raise _told(group, ctx) from None
        except click.UsageError as error:
            raise _mistyped(error, ctx) from None
        except click.Abort:
            said = words_of(ctx).say("Broken off: what was asked for was not done.")
            raise Complaint(said, "broken_off", as_json=answers_programs(ctx)) from None


class LazyCommand(click.Command):
    """A command of another package, imported when somebody runs it: a heavy or missing one is nobody else's trouble."""

    def __init__(self, name: str, place: str, summary: str) -> None:
        super().__init__(
            name,
            help=summary,
            add_help_option=False,
            context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False},
            params=[click.Argument(["arguments"], nargs=-1, type=click.UNPROCESSED)],
        )
        self._place = place

    def load(self) -> click.Command:
        """The command itself. Raises ImportError when its package is not installed."""
        module, _, attribute = self._place.partition(":")
        command = getattr(importlib.import_module(module), attribute)
        assert isinstance(command, click.Command)
        return command

    def invoke(self, ctx: click.Context) -> Any:
        try:
            command = self.load()
        except ImportError as error:
            said = f"{self.name} is not installed here: {error}"
            raise Complaint(said, "not_installed", as_json=answers_programs(ctx)) from None
        # Below our parent, so that it has the language that was chosen there. What `main` returns is what the command
        # gave to `Context.exit`: without this a script would be told that a damaged archive verified.
        arguments = list(ctx.params["arguments"])
        code = command.main(arguments, prog_name=self.name, standalone_mode=False, parent=ctx.parent)
        if isinstance(code, int):
            ctx.exit(code)
        return code

    def get_short_help_str(self, limit: int = 45) -> str:
        context = click.get_current_context(silent=True)
        return super().get_short_help_str(limit) if context is None else words_of(context).say(self.help or "")


def option(*names: str, **settings: Any) -> Callable[[F], F]:
    """As click.option, with its help translated."""
    return click.option(*names, cls=TranslatedOption, **settings)


def json_option(sentence: str) -> Callable[[F], F]:
    """`--json`, which turns errors into documents too."""
    return option("--json", "as_json", is_flag=True, is_eager=True, callback=_answer_programs, help=sentence)


def answers_programs(context: click.Context) -> bool:
    """Whether this call was given --json."""
    return context.meta.get(AS_JSON) is True


def _answer_programs(
    context: click.Context,
    _parameter: click.Parameter,
    asked: bool,  # noqa: FBT001 (click calls it so)
) -> bool:
    if asked:
        context.meta[AS_JSON] = True  # shared by all contexts of this call
    return asked


def _hear_anyway(context: click.Context, typed: Sequence[str]) -> None:
    """--language and --json of a line that click gave up before it had read them."""
    if "--json" in typed:
        context.meta[AS_JSON] = True
    for word, following in itertools.pairwise((*typed, "")):
        name, _, value = word.partition("=")
        if name == "--language" and (language := value or following) in LANGUAGES:
            context.find_root().meta.setdefault(WORDS, load_words(language))


def _mistyped(error: click.UsageError, context: click.Context) -> click.ClickException:
    """Help that click gives by itself stays help."""
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        return error
    words, as_json = words_of(context), answers_programs(context)
    hint = None if as_json else how_to_go_on(error, words)
    return Mistyped(what_was_mistyped(error, words), "mistyped", as_json=as_json, hint=hint)


def _told(group: BaseExceptionGroup[BaseException], ctx: click.Context) -> BaseException:
    """The first error of ours in a group of tasks; what is not ours is a bug and stays whole."""
    ours, others = group.split(CencommError)
    if ours is None or others is not None:
        return group
    first: BaseException = ours
    while isinstance(first, BaseExceptionGroup):
        first = first.exceptions[0]
    assert isinstance(first, CencommError)
    return _complaint(first, ctx)


def _complaint(error: CencommError, ctx: click.Context) -> Complaint:
    return Complaint(complaint(error, words_of(ctx)), code_of(error), as_json=answers_programs(ctx))
