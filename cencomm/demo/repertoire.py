"""What a play is made of, read once: the sample operation with its forms, code lists, the words of two languages."""

from collections.abc import Mapping
from dataclasses import dataclass

from cencomm.client.reports import Reports
from cencomm.demo.cast import OPERATION
from cencomm.forms.code_list import CodeList, load_code_lists
from cencomm.forms.library import load_forms, load_operation
from cencomm.forms.operation import OperationPlan
from cencomm.forms.tongue import Tongue
from cencomm.forms.wording import Wording, load_wording

LANGUAGES = ("en", "fr")


@dataclass(frozen=True, slots=True, kw_only=True)
class Repertoire:
    plan: OperationPlan
    lists: Mapping[str, CodeList]
    wording: Wording
    reports: Reports
    tongues: Mapping[str, Tongue]


def load_repertoire() -> Repertoire:
    lists, wording = load_code_lists(), load_wording()
    return Repertoire(
        plan=load_operation(OPERATION, load_forms(lists), lists),
        lists=lists,
        wording=wording,
        reports=Reports(lists),
        tongues={language: Tongue(language, lists, wording) for language in LANGUAGES},
    )
