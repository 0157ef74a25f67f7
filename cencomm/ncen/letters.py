"""One plain Latin spelling for each letter of Cyrillic, Greek and Arabic writing, whatever language it stands in.

For finding, not for showing: what spellings differ in beyond that (Yusuf, Youssef, يوسف) is left to the consonants.
"""

import re

_CYRILLIC = dict(zip("абвгдезийклмнопрстуфхыэіґђјљњћџў", "abvgdeziiklmnoprstufhyeigdjlncdu", strict=True)) | {
    "ё": "e", "є": "ie", "ж": "zh", "ї": "i", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ъ": "", "ь": "",
    "ю": "yu", "я": "ya", "қ": "k", "ғ": "g", "ң": "n", "ө": "o", "ү": "u", "ұ": "u", "һ": "h", "ә": "a", "ҷ": "j",
}  # fmt: skip
_GREEK = dict(zip("αβγδεζηικλμνξοπρσςτυφω", "avgdeziiklmnxoprsstyfo", strict=True)) | {"θ": "th", "χ": "ch", "ψ": "ps"}
_ARABIC = dict(zip("ابتةجحدذرزسصضطظفقكکلمنهويىیپچگڤۃهہھےں", "abtajhdzrzssdtzfqkklmnhwyiypcgvahhhyn", strict=True)) | {
    "ث": "th", "خ": "kh", "ش": "sh", "غ": "gh", "ژ": "zh", "ٹ": "t", "ڈ": "d", "ڑ": "r", "ؤ": "w", "ئ": "y",
    "ع": "", "ء": "", "ـ": "",
}  # fmt: skip
_OTHER = {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ł": "l", "ı": "i", "ə": "a"}
LATIN = str.maketrans(_CYRILLIC | _GREEK | _ARABIC | _OTHER)

APOSTROPHES = re.compile(r"['’‘ʼ`ʻ´.]")  # O'Brien and S.A. stay together
ARABIC_ARTICLE = re.compile(r"\bال(?=\w{3})")  # of an Arabic name, written together with it
