"""A small validator of JSON schemas (2020-12), as far as the OpenAPI document uses them; an unknown keyword fails."""

import datetime as dt
import re
from urllib.parse import urlsplit

TYPES = {
    "string": lambda v: isinstance(v, str),
    "integer": lambda v: isinstance(v, int) and not isinstance(v, bool),
    "number": lambda v: isinstance(v, int | float) and not isinstance(v, bool),
    "boolean": lambda v: isinstance(v, bool),
    "array": lambda v: isinstance(v, list),
    "object": lambda v: isinstance(v, dict),
    "null": lambda v: v is None,
}
FORMATS = {
    "date": lambda v: bool(re.fullmatch(r"\d{4}-\d\d-\d\d", v)) and dt.date.fromisoformat(v),
    "date-time": lambda v: dt.datetime.fromisoformat(v).tzinfo is not None,
    "uri": lambda v: all(urlsplit(v)[:2]),
}
KNOWN = {"type", "enum", "format", "properties", "required", "items", "description", "$ref"}


def faults(schema, value, document, place="$"):
    """A sentence for everything in a value that is not as the schema says. Names beyond the schema's are faults too."""
    assert set(schema) <= KNOWN, set(schema) - KNOWN
    if "$ref" in schema:
        yield from faults(found(document, schema["$ref"]), value, document, place)
        return
    types = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    if not any(TYPES[one](value) for one in types):
        yield f"{place}: {value!r} is not {types}"
        return
    if "enum" in schema and value not in schema["enum"]:
        yield f"{place}: {value!r} is none of {schema['enum']}"
    if "format" in schema and value is not None and not FORMATS[schema["format"]](value):
        yield f"{place}: {value!r} is no {schema['format']}"
    if isinstance(value, list):
        for number, one in enumerate(value):
            yield from faults(schema["items"], one, document, f"{place}[{number}]")
    if isinstance(value, dict):
        told = schema.get("properties", {})
        yield from (f"{place}: {name} is missing" for name in schema.get("required", ()) if name not in value)
        for name, one in value.items():
            if name not in told:
                yield f"{place}: {name} is not in the document"
            else:
                yield from faults(told[name], one, document, f"{place}.{name}")


def found(document, ref):
    """What a reference of the document points at; KeyError where it points at nothing."""
    here = document
    for part in ref.removeprefix("#/").split("/"):
        here = here[part]
    return here
