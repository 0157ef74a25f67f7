"""Headers that every answer carries."""

from aiohttp import web

API_HEADERS = {
    "Cache-Control": "no-store",  # tokens and sealed things belong into no cache
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",  # were an answer ever shown as a page
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
HSTS = "max-age=31536000"  # seconds: a year


async def add_api_headers(request: web.Request, response: web.StreamResponse) -> None:
    """For `app.on_response_prepare`."""
    response.headers.update(API_HEADERS)
    response.headers["Server"] = "cencomm"  # not which library in which version
    if request.secure:
        response.headers["Strict-Transport-Security"] = HSTS
