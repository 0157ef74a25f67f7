import pytest

from cencomm.client.account.password_strength import MIN_PASSWORD_LETTERS, check_strength
from cencomm.client.errors import WeakPassword


@pytest.mark.parametrize(
    "password",
    [
        "aaaaaaaaaaaaaaaaaaaa",
        "abcdefghijklmnop",
        "123456789012345",
        "987654321098765",
        "qwertyuiopasdfgh",
        "azertyuiopqsdf",
        "passwordpassword",
        "P@ssw0rd2026",
        "Motdepasse2026",
        "Contraseña123456",
        "customs officer 1",
        "abc1abc1abc1abc1",
        "ana.silva12345",
        "relay.example 12",
    ],
)
def test_what_a_machine_guesses_first_is_refused(password: str) -> None:
    with pytest.raises(WeakPassword, match="too easy"):
        check_strength(password, known=("ana.silva", "relay.example"))


def test_a_password_has_twelve_letters_at_least() -> None:
    with pytest.raises(WeakPassword, match="at least 12"):
        check_strength("kX9#vQ2!mZp"[: MIN_PASSWORD_LETTERS - 1])


@pytest.mark.parametrize(
    "password",
    [
        "correct horse battery staple",
        "kX9#vQ2!mZpR",
        "les chats verts mangent tard",
        "котик ест синий лук",
        "夜に鳴く鳥は青い空を飛ぶ",
    ],
)
def test_several_words_or_random_letters_are_accepted(password: str) -> None:
    check_strength(password, known=("ana.silva", "relay.example"))


def test_a_name_of_two_letters_takes_nothing_away() -> None:
    check_strength("kx9#vq2!mzpr kx", known=("kx",))
