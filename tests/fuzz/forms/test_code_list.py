from hypothesis import given
from hypothesis import strategies as st

from cencomm.forms.code_list import CodeListError, decode_code_list

NEARLY = st.lists(
    st.sampled_from(
        [
            "[entries]\n",
            "a",
            "=",
            "{",
            "}",
            'en="x"',
            'fr="x"',
            ",",
            "\n",
            "parent",
            '"a"',
            "valid_to",
            "2014-01-01",
            "[",
            "é",
        ]
    ),
    max_size=40,
).map(lambda parts: "".join(parts).encode())


@given(st.binary() | NEARLY)
def test_any_bytes_are_a_code_list_or_raise_code_list_error(data: bytes) -> None:
    try:
        codes = decode_code_list("x", data)
    except CodeListError:
        return
    assert all(codes.label(entry.code, "fr") for entry in codes.entries)
