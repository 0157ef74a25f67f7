"""Identifiers: right ones of each scheme pass, a changed digit is found, and a wrong one can be confirmed."""

from collections.abc import Mapping

import pytest

from cencomm.forms.code_list import CodeList
from cencomm.forms.fault import FaultCode as F
from cencomm.forms.form import Form
from cencomm.forms.form_json import compile_form
from cencomm.forms.kinds.identifier import SCHEMES, SchemeName
from tests.unit.forms.answering import codes, faults

Lists = Mapping[str, CodeList]

RIGHT = {
    SchemeName.CONTAINER: ["CSQU3054383", "TEMU9305412", "MSKU0000006"],
    SchemeName.IMO: ["9319466", "8814275"],
    SchemeName.MMSI: ["235009802"],
    SchemeName.AWB: ["70612345675", "17600000000"],
    SchemeName.FLIGHT: ["KQ886", "ET3A", "9W0012", "UAE1", "BA12A"],
    SchemeName.AIRCRAFT_REGISTRATION: ["5Y-KZA", "N123AB", "F-GSPZ"],
    SchemeName.VIN: ["1M8GDM9AXKP042788", "11111111111111111", "WVWZZZ1JZ3W386752"],
    SchemeName.UPU_S10: ["RR473124829GB"],
    SchemeName.HS6: ["050710"],
    SchemeName.CAS: ["7732-18-5", "50-36-2"],
    SchemeName.PHONE: ["+254200000000"],
    SchemeName.EMAIL: ["desk@example.org"],
}
WRONG = {
    SchemeName.CONTAINER: ["CSQU 305438 3", "CSQX3054383", "CSQU305438"],
    SchemeName.IMO: ["IMO9319466", "931946"],
    SchemeName.MMSI: ["23500980"],
    SchemeName.AWB: ["706-12345675", "7061234567"],
    SchemeName.FLIGHT: ["KQ 886", "886", "KQ12345", "12345"],
    SchemeName.AIRCRAFT_REGISTRATION: ["5Y KZA", "f-gspz"],
    SchemeName.VIN: ["1M8GDM9AXKP04278", "1M8GDM9AOKP042788"],
    SchemeName.UPU_S10: ["RR47312482GB", "rr473124829gb"],
    SchemeName.HS6: ["0507.10", "05071"],
    SchemeName.CAS: ["07732-18-5", "7732185"],
    SchemeName.PHONE: ["00254200000000", "+0"],
    SchemeName.EMAIL: ["desk", "a@b@c", "<desk@example.org>", "a\n@example.org"],
}


@pytest.mark.parametrize("name", SchemeName)
def test_right_numbers_have_the_pattern_and_the_digit_and_others_do_not(name: SchemeName) -> None:
    scheme = SCHEMES[name]

    assert [text for text in RIGHT[name] if not scheme.pattern.fullmatch(text)] == []
    assert [text for text in RIGHT[name] if scheme.check is not None and scheme.check(text) != text] == []
    assert [text for text in WRONG[name] if scheme.pattern.fullmatch(text)] == []


@pytest.mark.parametrize("name", [name for name in SchemeName if SCHEMES[name].check is not None])
def test_a_wrong_check_digit_is_refused_and_can_be_confirmed(lists: Lists, name: SchemeName) -> None:
    form = compile_form(FORM.replace("SCHEME", name.value), lists)
    right = RIGHT[name][0]
    last = 8 if name in {SchemeName.VIN, SchemeName.UPU_S10} else -1
    last = 10 if name is SchemeName.UPU_S10 else last
    chars = list(right)
    chars[last] = "1" if chars[last] != "1" else "2"
    wrong = "".join(chars)

    refused = faults(form, {"number": wrong}, lists)

    assert codes(refused) == {("number", F.CHECK_DIGIT)}
    assert refused[0].facts == (("right", right),)
    assert faults(form, {"number": {"as_seen": wrong}}, lists) == ()
    assert codes(faults(form, {"number": {"as_seen": right}}, lists)) == {("number", F.NEEDLESS_CONFIRMATION)}


def test_no_pattern_takes_long_over_a_long_text(lists: Lists, small: Form) -> None:
    for scheme in SCHEMES.values():
        for text in ("A" * 100_000, "1" * 100_000, "a" * 64 + "@" + "a." * 50_000):
            assert not scheme.pattern.fullmatch(text)
    assert codes(faults(small, {"box": "A" * 100_000}, lists)) == {("box", F.IDENTIFIER_FORMAT)}


FORM = """
name = "f"
version = 1
label = { en = "F" }
sections = [{ name = "s", label = { en = "S" } }]
fields = [
    { name = "number", section = "s", type = "identifier", scheme = "SCHEME", label = { en = "N" }, nominal = 0 },
]
"""
