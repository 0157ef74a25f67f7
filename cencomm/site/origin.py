"""Requests that another site makes a browser send, with our cookies (CSRF), are told by the headers that a page cannot
set: Sec-Fetch-Site, else Origin. SameSite cookies are the second fence.

Source: OWASP, Cross-Site Request Forgery Prevention Cheat Sheet, "Fetch Metadata headers".
"""

from collections.abc import Mapping

from cencomm.errors import AccessDenied

SAFE_METHODS = frozenset({"GET", "HEAD"})


class ForeignOrigin(AccessDenied):
    """Another site made the browser ask."""

    def __init__(self) -> None:
        super().__init__("another site asked for this in your name: nothing was done")


def require_own_origin(headers: Mapping[str, str], *, method: str, host: str, secure: bool) -> None:
    """The request comes from a page of this server, from whoever typed the address, or from no browser.

    Raises:
        ForeignOrigin: from elsewhere; a page of a sibling host is elsewhere too.
    """
    site, origin = headers.get("Sec-Fetch-Site"), headers.get("Origin")
    own = f"{'https' if secure else 'http'}://{host}"
    if site is not None:
        typed = site == "none" and method in SAFE_METHODS
        if site != "same-origin" and not typed:
            raise ForeignOrigin
    if origin is not None and origin != own:
        raise ForeignOrigin
