"""Headers that every answer carries."""

from aiohttp import web

API_HEADERS = {
    "Cache-Control": "no-store",  # tokens and sealed things belong into no cache
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",  # were an answer ever shown as a page
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
PAGE_POLICY = (
    "default-src 'none'; "
    "script-src 'self'; "  # one bundle; no inline code, no eval
    "worker-src 'self'; "  # keys live in a worker
    "style-src 'self'; "
    "img-src 'self'; "
    "connect-src 'self'; "  # this relay and nobody else
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; "
    "trusted-types cencomm-worker"  # names one worker, makes no HTML and no script (ADR 0023)
)
PAGE_HEADERS = {
    "Cache-Control": "no-cache",  # kept, and asked about each time: a new version is never half an old one
    "Content-Security-Policy": PAGE_POLICY,
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
HSTS = "max-age=31536000"  # seconds: a year


async def add_api_headers(request: web.Request, response: web.StreamResponse) -> None:
    """For `app.on_response_prepare`. What the handler of a page has set stays (PAGE_HEADERS)."""
    for name, value in API_HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers["Server"] = "cencomm"  # not which library in which version
    if request.secure:
        response.headers["Strict-Transport-Security"] = HSTS
