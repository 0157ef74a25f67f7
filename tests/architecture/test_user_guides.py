"""The user guides say the same in each language, name commands that exist, and use the words that the screens use."""

import re
from collections.abc import Iterator

import click
import pytest
from babel.messages.pofile import read_po

from cencomm.__main__ import assemble
from tests.fakes.checkout import ROOT

GUIDES = ROOT / "docs" / "user-guide"
WRITTEN_IN = "en"
TRANSLATED = ("fr", "ar")
PAGES = ("README.md", "browser.md")
MARKS = re.compile(r"^(#+|\||-|\d\.|!\[|    (?=\S))", re.MULTILINE)
CODE = re.compile(r"`([^`]+)`|^    (\S.*)$", re.MULTILINE)
OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]*")
LITERAL = re.compile(r'"[^"]*"|\S+\.\w+')  # a name, a file: each language has its own
ON_THE_SCREEN = re.compile(r"(?<!\*)\*([^*`]+)\*(?!\*)")
POINTS = re.compile(r"[\u064b-\u0652]")  # vowels of Arabic, which stand or are left out

# One word for one thing: what the English says -> how it begins in French and in Arabic, wherever it is said.
GLOSSARY: dict[str, tuple[str, str]] = {
    r"(?<!: )operations?(?! end-device)": ("opération", "عملي"),
    "coordination unit": ("unité de coordination", "وحدة التنسيق"),
    r"(?<!\()coordinators?": ("coordinat", "منس"),
    "officers?": ("agent", "ضابط|ضباط"),
    "members?": ("membre", "عضو|أعضاء"),
    "membership": ("participation", "عضوي"),
    "access letters?": ("lettres? d'accès", "(?:رسالة|رسائل) (?:ال)?دخول"),
    "reset letters?": ("réinitialisation", "إعادة (?:ال)?تعيين"),
    "device secret": ("secret d'appareil|secret de l'appareil", "سر (?:ال)?جهاز"),
    "fingerprint": ("empreinte", "بصم"),
    "twelve words": ("douze mots", "اثنت[اي]|الاثنت[اي]"),
    "relay": ("relais", "خادم"),
    "archive": ("archive", "أرشيف"),
    "nodes?": ("nœud", "عقد"),
    "ledgers?": ("registre", "سجل"),
    "charter": ("charte", "ميثاق|مواثيق"),
    "channels?": ("cana(?:l|ux)", "قنا|قنو"),
    "phase": ("phase", "مرحل"),
    "mailbox": ("boîte", "صندوق"),
    "drafts?": ("brouillon", "مسود"),
    "password": ("mots? de passe", "كلم"),
    "second factor": ("second facteur", "(?:ال)?عاملا? (?:ال)?ثانيا?"),
    "authenticator": ("authentifica", "(?:ال)?مصادقة"),
    "recovery codes?": ("code", "استرداد"),
    "computers?": ("ordinateur", "حاسوب|حواسيب"),
    "browsers?": ("navigateur", "متصفح"),
    r"(?<!virtio-rng )devices?": ("appareil", "جهاز|أجهز"),
    r"(?<!alert, )seizures?": ("saisie", "ضبط"),
    r"alerts?(?!, seizure)": ("alerte", "تنبيه"),
    "forms?": ("formulaire", "استمار"),
    "handling": ("traitement|utilisation|handling", "تداول"),
    "frozen": ("gel", "جمد|مجمد"),
    "history": ("histori|histoire", "تاريخ|سجل"),
}


def page(language: str, name: str) -> str:
    return (GUIDES / language / name).read_text("utf-8")


def typed(text: str) -> list[str]:
    return [inline or block for inline, block in CODE.findall(text)]


def catalogue(language: str) -> dict[str, str]:
    """Every sentence of the programs and of the browser."""
    said: dict[str, str] = {}
    for path in sorted((ROOT / "locale" / language / "LC_MESSAGES").rglob("*.po")):
        with path.open("rb") as source:
            said |= {str(one.id): str(one.string) for one in read_po(source, locale=language) if one.id}
    return said


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("language", TRANSLATED)
def test_a_guide_has_the_same_parts_in_each_language(language: str, name: str) -> None:
    """A row, a point or a picture that one language lacks is missed by its readers alone."""
    assert MARKS.findall(page(language, name)) == MARKS.findall(page(WRITTEN_IN, name))


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("language", TRANSLATED)
def test_a_guide_names_the_same_commands_in_each_language(language: str, name: str) -> None:
    known = _names(assemble())

    def commands(text: str) -> list[list[str]]:
        return [
            [word for word in re.findall(r"[\w-]+", LITERAL.sub("", one)) if word in known or word[:2] == "--"]
            for one in typed(text)
            if not one.startswith("--language")  # how to be spoken to in another one
        ]

    assert commands(page(language, name)) == commands(page(WRITTEN_IN, name))


def test_what_a_guide_tells_to_type_exists() -> None:
    program = assemble()
    anywhere = {option for one in _all(program) for option in _options(one)}

    def is_known(line: str) -> bool:
        command: click.Command = program
        options = {
            "--help",
            *_options(program),
            *(anywhere if line.startswith(("…", "-")) else ()),
        }  # the end of a line
        words = line.removeprefix("cencomm ").split()
        while isinstance(command, click.Group) and words and words[0] in command.commands:
            command = command.commands[words.pop(0)]
            options |= _options(command)
        named = not isinstance(command, click.Group) or command is not program or not line.startswith("cencomm ")
        return {*OPTION.findall(line)} <= options and (named or words[0].startswith("-"))

    lines = {one for name in PAGES for one in typed(page(WRITTEN_IN, name))}
    assert [line for line in sorted(lines) if not is_known(line)] == []


@pytest.mark.parametrize("language", [WRITTEN_IN, *TRANSLATED])
def test_what_a_guide_quotes_of_the_screen_is_said_there(language: str) -> None:
    said = [*catalogue(TRANSLATED[0])] if language == WRITTEN_IN else [*catalogue(language).values()]
    whole = "\n".join(re.sub(r"\{[a-z]+\}", "…", sentence) for sentence in said)
    quoted = [" ".join(one.split()) for name in PAGES for one in ON_THE_SCREEN.findall(page(language, name))]

    assert len(quoted) > 20
    assert [one for one in quoted if _spelled(one) not in _spelled(whole)] == []


@pytest.mark.parametrize("term", GLOSSARY)
def test_a_thing_has_one_name_on_the_screens_and_in_the_guides(term: str) -> None:
    names = re.compile(rf"(?<![\w-])(?:{term})(?![\w-])", re.IGNORECASE)
    other: list[str] = []
    for language, begins in zip(TRANSLATED, GLOSSARY[term], strict=True):
        told = {key: said for key, said in catalogue(language).items() if names.search(_without_typed(key))}
        told |= {
            f"{language} guide": page(language, one)
            for one in PAGES
            if names.search(CODE.sub("", page(WRITTEN_IN, one)))
        }
        other += [key for key, said in told.items() if not re.search(begins, POINTS.sub("", said), re.IGNORECASE)]

    assert other == []


def _without_typed(sentence: str) -> str:
    return re.sub(r"cencomm [a-z -]+|--[a-z-]+|\{[a-z]+\}|\b[A-Z]{3,}\b", "", sentence)


def _spelled(text: str) -> str:
    """As one looks at it: what is left out between two words may be any number of them."""
    return text.replace("… ", "").replace(" …", "").replace("…", "")


def _names(command: click.Command) -> set[str]:
    return {str(one.name) for one in _all(command)}


def _all(command: click.Command) -> Iterator[click.Command]:
    yield command
    if isinstance(command, click.Group):
        for inner in command.commands.values():
            yield from _all(inner)


def _options(command: click.Command) -> set[str]:
    return {
        name for one in command.params if isinstance(one, click.Option) for name in (*one.opts, *one.secondary_opts)
    }
