"""Labels in a reader's language, and which way a language runs."""

from collections.abc import Mapping

from cencomm.forms.code_list import LANGUAGES, fallback_chain

RIGHT_TO_LEFT = frozenset({"ar", "fa_AF", "ur"})
LAST_RESORT = fallback_chain(LANGUAGES[0])[-1]  # forms and code lists without a label in it are refused

Labels = Mapping[str, str]
"""language -> text in it."""


def pick(labels: Labels, language: str) -> str:
    """The label for a reader of `language`; empty only if there is none that any reader falls back to."""
    return next((labels[step] for step in fallback_chain(language) if step in labels), "")


def direction(language: str) -> str:
    """`rtl` or `ltr`: how text in this language runs."""
    return "rtl" if language in RIGHT_TO_LEFT else "ltr"
