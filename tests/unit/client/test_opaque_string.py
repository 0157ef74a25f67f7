import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cencomm.client.account.opaque_string import MAX_TEXT_BYTES, enforce
from cencomm.client.errors import UnusableText


@pytest.mark.parametrize(
    ("typed", "spelling"),
    [
        (
            "correct horse battery staple",
            "correct horse battery staple",
        ),  # this and the next four: RFC 8265 section 4.3
        ("Correct Horse Battery Staple", "Correct Horse Battery Staple"),  # case is kept
        ("πßå", "πßå"),
        ("Jack of ♦s", "Jack of ♦s"),
        ("foo\u1680bar", "foo bar"),  # the Ogham space mark becomes U+0020
        ("a\u00a0b\u3000c", "a b c"),
        ("e\u0301", "é"),
        ("\uff21\uff22", "\uff21\uff22"),  # width is not mapped
        ("\u0663\u0664", "\u0663\u0664"),
        ("رمز العبور", "رمز العبور"),
    ],
)
def test_what_is_typed_has_one_spelling(typed: str, spelling: str) -> None:
    assert enforce(typed) == spelling


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "my cat is a \tby",  # a control character: RFC 8265 section 4.3
        "line\nbreak",
        "zero\u200bwidth",
        "non\u200cjoiner",
        "left\u200eto right",
        "variation\ufe0f",
        "filler\u3164",
        "tatweel\u0640",
        "old \u1100 jamo",
        "unassigned\u0378",
        "private\ue000",
        "half of a pair\ud800",
        "paragraph\u2029",
        "\u0663\u06f4",  # RFC 5892 appendix A.8: two kinds of Arabic digits
        "x" * (MAX_TEXT_BYTES + 1),
        "é" * (MAX_TEXT_BYTES // 2 + 1),
    ],
)
def test_what_two_computers_could_read_differently_is_refused(typed: str) -> None:
    with pytest.raises(UnusableText):
        enforce(typed)


@given(st.text())
def test_any_text_has_one_stable_spelling_or_is_refused(typed: str) -> None:
    try:
        spelling = enforce(typed)
    except UnusableText:
        return

    assert enforce(spelling) == spelling
    assert enforce(unicodedata.normalize("NFD", typed)) == spelling
