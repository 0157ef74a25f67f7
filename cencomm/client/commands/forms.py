"""`form`: what can be written in this operation, and with which codes."""

import asyncio
import datetime as dt

import click

from cencomm.client.commands.choosing import choose_operation, operation_option
from cencomm.client.commands.synchronising import synchronise
from cencomm.client.commands.translated import TranslatedCommand
from cencomm.client.complaints import complaint
from cencomm.client.desk import open_desk
from cencomm.client.form_guide import asks_place, choices, questions
from cencomm.client.reports import Reports
from cencomm.client.terminal import Terminal, columns
from cencomm.errors import UsageError
from cencomm.forms.form import Form
from cencomm.forms.kinds.place import COUNTRIES
from cencomm.forms.known_places import load_known_places
from cencomm.forms.language import pick


@click.command(cls=TranslatedCommand)
@click.argument("name", metavar="FORM", required=False)
@click.argument("field", required=False)
@click.argument("word", default="")
@operation_option
@click.pass_obj
def form(terminal: Terminal, name: str | None, field: str | None, word: str, operation: str | None) -> None:
    """List what FORM asks, or the codes that FIELD takes, those that WORD could mean; without FORM, the forms."""

    async def read() -> tuple[Reports, list[Form]]:
        async with open_desk(terminal) as desk:
            trouble = await synchronise(desk)  # somebody admitted a minute ago has no form yet; others can do without
            if trouble is not None:
                terminal.tell("{complaint}", complaint=complaint(trouble, terminal.words))
            known = desk.mailbox.operation(choose_operation(desk.mailbox, operation))
            return desk.reports, [desk.reports.form(known, blob) for blob in desk.reports.newest(known).values()]

    reports, forms = asyncio.run(read())
    language = terminal.words.language
    if name is None:
        rows = [(one.name, pick(one.label, language)) for one in forms]
        terminal.show(columns(rows), {"forms": [one.name for one in forms]})
        return
    definition = next((one for one in forms if one.name == name), None)
    if definition is None:
        raise UsageError(f"the operation has no form {name!r}; it has {', '.join(one.name for one in forms)}")
    if field is None:
        _show_questions(terminal, definition)
        return
    if asks_place(definition, field):
        _show_places(terminal, reports, word)
        return
    today = dt.datetime.fromtimestamp(terminal.clock(), dt.UTC).date()
    found = choices(definition, field, word, language, reports, today)
    labelled = [(entry.code, entry.label(language)) for entry in found]
    terminal.show(columns(labelled), {"codes": [{"code": code, "label": label} for code, label in labelled]})


def _show_places(terminal: Terminal, reports: Reports, word: str) -> None:
    """Those that WORD could mean: what stands in no line can be written all the same."""
    countries, language = reports.lists[COUNTRIES], terminal.words.language
    found = load_known_places().search(word, countries, language)
    rows = [(one.code or "-", one.city, countries.label(one.country, language), one.site or "") for one in found]
    places = [{"code": one.code, "city": one.city, "country": one.country} for one in found]
    terminal.show(columns(rows), {"places": [*places]})


def _show_questions(terminal: Terminal, definition: Form) -> None:
    asked = list(questions(definition, terminal.words.language))
    table = columns([(one.path, one.mark, one.label, one.shape) for one in asked])
    said = terminal.say(
        "*: must be answered, (*): in some cases. What CODE may be: cencomm form {form} FIELD [WORD]",
        form=definition.name,
    )
    document = [{"path": one.path, "mark": one.mark, "label": one.label, "shape": one.shape} for one in asked]
    terminal.show(f"{table}\n\n{said}", {"form": definition.name, "fields": [*document]})
