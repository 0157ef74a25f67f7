"""A reading as plain text, through a Jinja2 template that shows and decides nothing.

Somebody's words cannot pass for ours: each further line of theirs begins with a bar, so that a text with a line
`Handling code: H0` in it does not look like the banner; and their direction ends where their words end.
"""

from pathlib import Path

from jinja2 import Environment, StrictUndefined, Template

from cencomm.forms.reading import Reading
from cencomm.forms.wording import Wording
from cencomm.resources import resource

FSI, PDI = "\u2068", "\u2069"  # first strong isolate and its end, UAX #9; no writer's text has them (kinds/text.py)
CONTINUED = "\n    | "


def load_text_template(override: Path | None = None) -> Template:
    """The template that shows any report as text: `templates/messages/report.txt.j2`."""
    source = resource("templates/messages/report.txt.j2", override=override).read_text("utf-8")
    environment = Environment(
        autoescape=False,  # noqa: S701 (plain text: there is no markup that could be broken out of)
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["isolated"] = isolated
    return environment.from_string(source)


def plain_text(reading: Reading, template: Template, wording: Wording) -> str:
    words = {name: wording.word(name, reading.language) for name in ("nominal", "identifier", "separator", "nothing")}
    return template.render(reading=reading, words=words)


def isolated(text: str) -> str:
    """Own words of a writer, each line kept apart from what stands around it."""
    return CONTINUED.join(f"{FSI}{line}{PDI}" for line in text.split("\n"))
