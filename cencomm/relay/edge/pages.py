"""The browser client's files. They say nothing of anybody, so everybody may read them."""

from aiohttp import web

from cencomm.relay.browser_client import PAGE
from cencomm.relay.keys import BROWSER_CLIENT
from cencomm.site.headers import PAGE_HEADERS


async def get_page(request: web.Request) -> web.Response:
    return _serve(request, PAGE)


async def get_asset(request: web.Request) -> web.Response:
    return _serve(request, f"assets/{request.match_info['name']}")


async def get_manifest(request: web.Request) -> web.Response:
    """What there is, for a page that hashes what it was given. Whoever serves other files serves another list."""
    client = request.app[BROWSER_CLIENT]
    if client is None:
        raise web.HTTPNotFound(reason="this relay was installed without the browser client")
    return web.json_response(dict(client.manifest), headers=PAGE_HEADERS)


def _serve(request: web.Request, path: str) -> web.Response:
    client = request.app[BROWSER_CLIENT]
    if client is None:
        raise web.HTTPNotFound(reason="this relay was installed without the browser client")
    file = client.files.get(path)
    if file is None:
        raise web.HTTPNotFound(reason="there is no such page")
    headers = {**PAGE_HEADERS, "ETag": f'"{file.digest}"', "Vary": "Accept-Encoding"}
    if request.headers.get("If-None-Match") == headers["ETag"]:
        return web.Response(status=304, headers=headers)
    content, accepted = file.content, request.headers.get("Accept-Encoding", "")
    coding = next((coding for coding in file.packed if coding in accepted), None)
    if coding is not None:
        headers["Content-Encoding"], content = coding, file.packed[coding]
    return web.Response(body=content, content_type=file.media_type, charset="utf-8", headers=headers)
