"""Why a server does not let somebody in. What goes out for each is in the server's own table, by type."""

from cencomm.errors import AccessDenied


class WrongSignIn(AccessDenied):
    """Name, password or code; nobody learns which."""

    def __init__(self) -> None:
        super().__init__("sign-in name, password or code is wrong")


class CodeNeeded(AccessDenied):
    """The password is right, and the account has a second factor."""

    def __init__(self) -> None:
        super().__init__("this account also asks for the code of its authenticator, or a recovery code")


class NoSession(AccessDenied):
    """No token, an unknown one, or one that has ended."""

    def __init__(self) -> None:
        super().__init__("sign in again")
