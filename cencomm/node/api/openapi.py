"""The description of the API (OpenAPI 3.1), made from the routes themselves: what is not mounted is not in it."""

import re
from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec import Struct

from cencomm.node.api.edge import PURPOSE_HEADER, WITH_BODY
from cencomm.node.api.refusals import ProblemAnswer
from cencomm.node.api.route import AnyRoute, Door
from cencomm.site.cookies import SESSION_COOKIE
from cencomm.site.people.consultation import Purpose

OPENAPI_PATH = "/v1/openapi.json"
VERSION = "1"  # of the API; additions do not change it
_PARAMETER = re.compile(r"\{(\w+)\}")
_REF = "#/components/schemas/{name}"

Document = dict[str, Any]


def describe_api(routes: Sequence[AnyRoute], *, title: str, nominal: bool) -> Document:
    """An OpenAPI 3.1 document of these routes."""
    shapes = _shapes(routes)
    references, schemas = msgspec.json.schema_components(shapes, ref_template=_REF)
    named = dict(zip(shapes, references, strict=True))
    answers = {"200": {"description": "This document.", "content": {"application/json": {}}}}
    paths: Document = {OPENAPI_PATH: {"get": {"summary": "This description.", "responses": answers, "security": []}}}
    for route in routes:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route, named, schemas, nominal=nominal)
    return {
        "openapi": "3.1.0",
        "info": {"title": title, "version": VERSION},
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "program": {"type": "http", "scheme": "bearer"},
                "browser": {"type": "apiKey", "in": "cookie", "name": SESSION_COOKIE},
            },
        },
    }


def _shapes(routes: Sequence[AnyRoute]) -> list[type[Struct]]:
    bodies = [route.asked for route in routes if route.method in WITH_BODY]
    answers = [route.answers for route in routes if route.answers is not None]
    return list(dict.fromkeys([*bodies, *answers, ProblemAnswer]))


def _operation(route: AnyRoute, named: dict[type[Struct], Document], schemas: Document, *, nominal: bool) -> Document:
    described: Document = {
        "summary": route.summary,
        "operationId": f"{route.method.lower()}{_PARAMETER.sub('one', route.path).replace('/', '_')}",
        "responses": {**_answers(route, named), "default": _content("An error.", named[ProblemAnswer])},
        "security": [] if route.door is Door.OPEN else [{"browser": []}, {"program": []}],
    }
    if route.needs is not None:
        described["x-permission"] = route.needs.value
    if route.method in WITH_BODY:
        described["requestBody"] = {"required": True, **_content(None, named[route.asked])}
    else:
        described["parameters"] = _parameters(route, schemas)
    if nominal and route.nominal:
        purpose = {"type": "string", "enum": [str(one) for one in Purpose]}
        header = {"name": PURPOSE_HEADER, "in": "header", "required": True, "schema": purpose}
        described.setdefault("parameters", []).append(header)
    return described


def _answers(route: AnyRoute, named: dict[type[Struct], Document]) -> Document:
    if route.answers is not None:
        return {"200": _content("The answer.", named[route.answers])}
    if route.media:
        return {"200": {"description": "The file.", "content": {media: {} for media in route.media}}}
    return {"204": {"description": "Done."}}


def _content(description: str | None, reference: Document) -> Document:
    content: Document = {"content": {"application/json": {"schema": reference}}}
    return content if description is None else {"description": description, **content}


def _parameters(route: AnyRoute, schemas: Document) -> list[Document]:
    """Each field of the shape is a parameter; those that the path names are of the path."""
    (_,), components = msgspec.json.schema_components([route.asked], ref_template=_REF)
    own = components.pop(route.asked.__name__)
    schemas.update(components)  # enumerations that the fields refer to
    in_path = set(_PARAMETER.findall(route.path))
    return [
        {
            "name": name,
            "in": "path" if name in in_path else "query",
            "required": name in own.get("required", ()),
            "schema": schema,
        }
        for name, schema in own["properties"].items()
    ]
