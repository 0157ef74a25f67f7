"""An entry of the log of consultations in the words of whoever reads it: what was done, and what was asked.

Stored are codes and JSON (`cencomm.site.people.consultation`), which never change; this is how they are read aloud.
"""

from collections.abc import Mapping
from types import MappingProxyType

import msgspec

from cencomm.client.words import Words
from cencomm.forms.code_list import CodeList
from cencomm.node.records.criteria import COMMODITY, COUNTRY
from cencomm.site.people.consultation import Consultation, Deed, Purpose, Via

DEEDS: Mapping[Deed, str] = MappingProxyType(
    {
        Deed.SEARCH: "Searched",
        Deed.OPEN: "Opened",
        Deed.FILE: "Fetched a file",
        Deed.EXPORT: "Exported",
        Deed.STATISTICS: "Counted",
        Deed.LOG: "Read the log",
        Deed.PEOPLE: "Managed accounts",
    }
)
PURPOSES: Mapping[Purpose, str] = MappingProxyType(
    {
        Purpose.LOCATE: "locating",
        Purpose.IDENTIFY: "identification",
        Purpose.SUPPORT_INVESTIGATION: "support of an investigation",
        Purpose.ALERT: "alert",
        Purpose.IDENTIFY_REMAINS: "identification of remains",
        Purpose.FORENSICS: "forensics",
        Purpose.SECURITY_CHECK: "security check",
        Purpose.THREAT_ANALYSIS: "threat analysis",
        Purpose.BORDER_MANAGEMENT: "border management",
    }
)
VIAS: Mapping[Via, str] = MappingProxyType(
    {Via.BROWSER: "browser", Via.PROGRAM: "program", Via.CONSOLE: "server's console"}
)

ASKED: Mapping[str, str] = MappingProxyType(
    {
        "record": "Record no. {asked}",
        "case": "Case no. {asked}",
        "subject": "Person or company no. {asked}",
        "text": "Words: {asked}",
        "reference": "Case: {asked}",
        "plate": "Number plate: {asked}",
        "document": "Document: {asked}",
        "form": "Form: {asked}",
        "operation": "Operation: {asked}",
        "since": "From: {asked}",
        "until": "Until: {asked}",
        "reporting": "Reporting country: {asked}",
        "origin": "Country of origin: {asked}",
        "destination": "Country of destination: {asked}",
        "country": "Country: {asked}",
        "author_country": "Author's country: {asked}",
        "commodity": "Commodity: {asked}",
        "route": "Route: {asked}",
        "every_version": "earlier reports too",
        "history": "replaced releases too",
        "format": "As: {asked}",
        "added": "Account made: {asked}",
        "reset": "Account reset: {asked}",
        "ended": "Account ended: {asked}",
        "token_for": "Token given to: {asked}",
        "token_ended": "Session or token ended: {asked}",
        "of": "Of: {asked}",
        "role": "Role: {asked}",
        "label": "For: {asked}",
        "days": "Days: {asked}",
        "number": "Number: {asked}",
        "chain": "Chain: {asked}",
        "before": "Before number: {asked}",
        "after": "a further page",
    }
)
"""What parameters of requests, and what commands note, is called; in the order in which it is told."""

UNTOLD = frozenset({"limit", "sort", "bom", "routes", "recipient"})
"""How a page or file was to be cut, and what stands in a column of its own."""

_COUNTRIES = frozenset({"reporting", "origin", "destination", "country", "author_country"})
_WITHOUT_VALUE = frozenset({"every_version", "history", "after"})


def asked_in_words(consultation: Consultation, words: Words, lists: Mapping[str, CodeList]) -> str:
    """What was asked, `Country: Kenya (KE); From: 2026-11`; as it is stored if it cannot be read."""
    try:
        asked = msgspec.json.decode(consultation.asked, type=dict[str, str | int | bool])
    except msgspec.MsgspecError:
        return consultation.asked  # cut off at its longest, or older than what we know
    told = [
        words.say(sentence, asked=_value(name, asked[name], words.language, lists))
        for name, sentence in ASKED.items()
        if name in asked and asked[name] is not False
    ]
    return "; ".join([*told, *(f"{name}: {value}" for name, value in asked.items() if name not in {*ASKED, *UNTOLD})])


def told(consultation: Consultation, words: Words, lists: Mapping[str, CodeList]) -> str:
    """What was done and what was asked, in one line."""
    done = words.say(DEEDS[consultation.deed])
    asked = asked_in_words(consultation, words, lists)
    return words.say("{done}. {asked}", done=done, asked=asked) if asked else done


def _value(name: str, value: str | int, language: str, lists: Mapping[str, CodeList]) -> str:
    if name in _WITHOUT_VALUE or not isinstance(value, str):
        return str(value)
    if name in _COUNTRIES and value in lists[COUNTRY]:
        return f"{lists[COUNTRY].label(value, language)} ({value})"
    if name == COMMODITY and value in lists[COMMODITY]:
        return f"{lists[COMMODITY].label(value, language)} ({value})"
    return value
