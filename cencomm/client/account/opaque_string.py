"""The OpaqueString profile of RFC 8265 section 4.2: one spelling of what a person typed, on every computer.

Python and the browser must derive the same keys, so we are stricter than the profile where it asks for tables that
neither has at hand: characters that are valid in some context only (RFC 8264 sections 9.6 and 9.8: middle dot, geresh,
joiners) are refused; of them only the Arabic-Indic digits are kept, since our users type them.
"""

import unicodedata

from cencomm.client.errors import UnusableText

MAX_TEXT_BYTES = 1024  # in UTF-8; longer than anything typed, short enough to stretch without being a burden

_SPACE = "Zs"
_VALID_CATEGORIES = frozenset("LMNPS")  # letters, marks, numbers, punctuation, symbols (RFC 8264 section 4.3.1)

# RFC 8264 section 9.6: what it disallows, and what is valid in some context only, but for the digits
_REFUSED = frozenset("\u0640\u07fa\u302e\u302f\u3031\u3032\u3033\u3034\u3035\u303b\u00b7\u0375\u05f3\u05f4\u30fb")
_ARABIC_INDIC_DIGITS = frozenset(map(chr, range(0x0660, 0x066A)))
_EXTENDED_ARABIC_INDIC_DIGITS = frozenset(map(chr, range(0x06F0, 0x06FA)))
_OLD_HANGUL_JAMO = ((0x1100, 0x11FF), (0xA960, 0xA97C), (0xD7B0, 0xD7FB))  # RFC 8264 section 9.9, OldHangulJamo
_IGNORABLE = (  # RFC 8264 section 9.13, where it is no control or format character: it would be typed unseen
    (0x034F, 0x034F),
    (0x115F, 0x1160),
    (0x17B4, 0x17B5),
    (0x180B, 0x180F),
    (0x3164, 0x3164),
    (0xFE00, 0xFE0F),
    (0xFFA0, 0xFFA0),
    (0xE0100, 0xE01EF),
)


def enforce(text: str) -> str:
    """`text` in the one spelling that is hashed: spaces mapped to U+0020, composed (NFC), case kept.

    Raises:
        UnusableText: empty, too long, or a character that the profile does not allow.
    """
    spaced = "".join(" " if unicodedata.category(letter) == _SPACE else letter for letter in text)
    composed = unicodedata.normalize("NFC", spaced)
    if not composed:
        raise UnusableText("nothing was typed")
    for letter in composed:
        if not _is_allowed(letter):
            raise UnusableText(f"U+{ord(letter):04X} cannot be used in names and passwords")
    if _ARABIC_INDIC_DIGITS & set(composed) and _EXTENDED_ARABIC_INDIC_DIGITS & set(composed):
        raise UnusableText("two kinds of Arabic digits that look alike are mixed (RFC 5892 appendices A.8 and A.9)")
    if len(composed.encode()) > MAX_TEXT_BYTES:
        raise UnusableText(f"longer than {MAX_TEXT_BYTES} bytes")
    return composed


def _is_allowed(letter: str) -> bool:
    category = unicodedata.category(letter)
    if category != _SPACE and category[0] not in _VALID_CATEGORIES:
        return False
    code = ord(letter)
    ranges = (*_OLD_HANGUL_JAMO, *_IGNORABLE)
    return letter not in _REFUSED and not any(first <= code <= last for first, last in ranges)
