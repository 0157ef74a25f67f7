"""Is a new password worth 0.15 s per guess? Asked when one is chosen, never when one is typed again.

The relay holds what it needs to guess offline (docs/attacks.md), so length counts only as far as it is not predictable:
repeats, steps along the alphabet or the keyboard, and words that open every list of leaked passwords are worth little.
"""

from itertools import pairwise

from cencomm.client.errors import WeakPassword

MIN_PASSWORD_LETTERS = 12
MIN_UNPREDICTABLE_LETTERS = 8  # what has to remain when the predictable is counted once
MIN_WORD_LETTERS = 3  # a name of two letters takes nothing away from a password

_KEYBOARD_ROWS = ("1234567890", "qwertyuiop", "qwertzuiop", "azertyuiop", "asdfghjkl", "qsdfghjklm", "zxcvbnm")
_KEYBOARD_STEPS = frozenset(pair for row in _KEYBOARD_ROWS for way in (row, row[::-1]) for pair in pairwise(way))
_WORDS = """
    password passwort passwd motdepasse contrasena contraseña senha parol пароль secret welcome bonjour letmein
    iloveyou football dragon monkey master admin login summer winter spring autumn sommer sunshine princess
    customs douane douanes zoll aduana aduanas alfandega таможня officer cencomm operation seizure border interpol
"""  # what people of this work, and everybody else, choose first
_LOOKALIKES = str.maketrans("@4310$5!7", "aaeiossit")


def check_strength(password: str, *, known: tuple[str, ...] = ()) -> None:
    """A guesser who has seen `known` has no short way to this password, as far as we can see.

    Args:
        password: as `opaque_string.enforce` gave it.
        known: the name, the relay: what stands beside the password wherever it is asked for.

    Raises:
        WeakPassword: too short, or too little of it is unpredictable.
    """
    if len(password) < MIN_PASSWORD_LETTERS:
        raise WeakPassword(f"a password has at least {MIN_PASSWORD_LETTERS} characters; four or five words are good")
    typed = password.lower()
    spellings = (typed, typed.translate(_LOOKALIKES))
    if min(_unpredictable_letters(spelling, known) for spelling in spellings) < MIN_UNPREDICTABLE_LETTERS:
        raise WeakPassword("too easy to guess: use several words that do not belong together")


def _unpredictable_letters(text: str, known: tuple[str, ...]) -> int:
    """How many letters are left when each known word, repeat and step from the letter before counts as one."""
    period = (text + text).find(text, 1)  # "abcabcabc" is worth "abc"
    text = text[:period]
    for word in sorted({*_WORDS.split(), *(word.lower() for word in known)}, key=len, reverse=True):
        if len(word) >= MIN_WORD_LETTERS:
            text = text.replace(word, word[0])
    return len(text) - sum(_is_step(first, second) for first, second in pairwise(text))


def _is_step(first: str, second: str) -> bool:
    step = ord(second) - ord(first)
    return step == 0 or (abs(step) == 1 and first.isalnum() and second.isalnum()) or (first, second) in _KEYBOARD_STEPS
