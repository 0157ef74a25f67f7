"""Names, roles and generated passwords of people at a server's desk."""

from hypothesis import given
from hypothesis import strategies as st

from cencomm.errors import UsageError
from cencomm.site.people.letters import Letters, read_digits, read_letters
from cencomm.site.people.person import GRANTS, Permission, Role, read_name


def test_each_role_may_what_it_is_for_and_nobody_reads_who_audits() -> None:
    may = {role: {one for one in Permission if one in GRANTS[role]} for role in Role}

    assert may == {
        Role.ANALYST: {Permission.READ},
        Role.EXPORTER: {Permission.READ, Permission.EXPORT},
        Role.AUDITOR: {Permission.AUDIT},
        Role.ADMINISTRATOR: {Permission.ADMINISTER},
    }


@given(st.text())
def test_any_name_is_read_or_refused(name: str) -> None:
    try:
        assert read_name(name) == name.strip().lower()
    except UsageError:
        return


@given(st.text(max_size=200))
def test_anything_typed_is_letters_digits_or_neither(typed: str) -> None:
    letters, digits = read_letters(typed), read_digits(typed)

    assert letters is None or read_letters(letters.text()) == letters
    assert digits is None or digits.isdigit()
    assert letters is None or digits is None


def test_what_is_generated_has_a_hundred_bits_and_is_read_again() -> None:
    letters = Letters.generate(lambda count: bytes(range(count)))

    assert len(letters) == 20
    assert read_letters(letters.text()) == letters
    assert "expose" not in repr(letters)
    assert letters.expose().decode() not in repr(letters)
