"""The presenter of one command: forms' words, templates and lists, read when something is to be shown."""

from cencomm.client.presenting import Presenter
from cencomm.client.reports import Reports
from cencomm.client.terminal import Terminal
from cencomm.forms.plain_text import load_text_template
from cencomm.forms.tongue import Tongue
from cencomm.forms.wording import load_wording


def load_presenter(terminal: Terminal, reports: Reports) -> Presenter:
    wording = load_wording()
    return Presenter(
        words=terminal.words,
        tongue=Tongue(terminal.words.language, reports.lists, wording),
        wording=wording,
        reports=reports,
        template=load_text_template(),
    )
