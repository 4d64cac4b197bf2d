"""The OpenAPI 3.1 document of the open data, made from the columns that the answers are made from."""

import json

from accreditation.open_data.answers import TYPES
from accreditation.open_data.asked import PAGED
from accreditation.open_data.columns import schema_of
from accreditation.open_data.lists import LISTS
from accreditation.open_data.things import THINGS

VERSION = "1.0.0"
PROMISE = (
    "公开数据，不用登录，只读。/api/v1/ 的承诺：列、清单和参数只增加，不改名、不删除、不改变含义；"
    "不得不改变的放到 /api/v2/，届时 v1 至少再保留十二个月。程序应当忽略不认识的列。"
    "数据没有变化时，带上次的 ETag 再来会得到 304。"
)
ERROR = {
    "type": "object",
    "properties": {"error": {"type": "string", "description": "一句话说明"}},
    "required": ["error"],
}
REFUSALS = {
    "400": "参数没有看懂，说明里写着应当怎么写",
    "404": "没有这个编号的内容",
    "429": "一小时内下载的次数太多",
}
TAGS = {"lists": "清单", "things": "单项", "about": "说明"}


def document() -> dict:
    """The whole document."""
    paths = {}
    for one in LISTS.values():
        paths[f"/api/v1/{one.name}/"] = {"get": _list(one)}
        for ending in TYPES:
            paths[f"/api/v1/{one.name}.{ending}"] = {"get": _file(one, ending)}
    for one in THINGS.values():
        paths[f"/api/v1/{one.name}/{{{_key(one)}}}/"] = {"get": _thing(one)}
    paths["/api/v1/openapi.json"] = {
        "get": {
            "operationId": "document",
            "summary": "本文档",
            "tags": ["about"],
            "responses": {"200": {"description": "OpenAPI 3.1 文档", "content": _json({"type": "object"})}},
        }
    }
    return {
        "openapi": "3.1.0",
        "info": {"title": "充分就业社区评审平台开放数据", "version": VERSION, "description": PROMISE},
        "servers": [{"url": "/"}],
        "tags": [{"name": name, "description": words} for name, words in TAGS.items()],
        "paths": paths,
        "components": {"schemas": _schemas(), "responses": _refusals()},
    }


def text() -> str:
    """The document as it stands in docs/openapi.json."""
    return json.dumps(document(), ensure_ascii=False, indent=1) + "\n"


def list_schema(name: str) -> str:
    """The name of the schema of a list's answer."""
    return f"{name}_list"


def thing_schema(name: str) -> str:
    return f"{name}_one"


def _schemas():
    found = {"error": ERROR}
    for one in LISTS.values():
        found[f"{one.name}_row"] = schema_of(one.columns)
        found[list_schema(one.name)] = {
            "type": "object",
            "properties": {
                "as_of": {"type": "string", "format": "date", "description": "截至哪一天"},
                "data": {"type": "array", "items": _ref(f"{one.name}_row")},
                "next": {
                    "type": ["string", "null"],
                    "format": "uri",
                    "description": "下一页的地址，没有的为空",
                },
            },
            "required": ["as_of", "data", "next"],
        }
    for one in THINGS.values():
        found[thing_schema(one.name)] = {
            "type": "object",
            "properties": {"data": schema_of(one.columns)},
            "required": ["data"],
        }
    return found


def _refusals():
    return {
        status: {"description": words, "content": _json(_ref("error"))} for status, words in REFUSALS.items()
    }


def _ref(name):
    return {"$ref": f"#/components/schemas/{name}"}


def _json(schema):
    return {"application/json": {"schema": schema}}


def _answers(words, content, *statuses):
    refused = {status: {"$ref": f"#/components/responses/{status}"} for status in statuses}
    return {
        "200": {"description": words, "content": content},
        "304": {"description": "没有变化"},
        **refused,
    }


def _list(one):
    return {
        "operationId": one.name,
        "summary": one.title,
        "description": one.about,
        "tags": ["lists"],
        "parameters": [_parameter(parameter) for parameter in one.parameters],
        "responses": _answers(
            "清单" + ("的一页" if one.page else ""), _json(_ref(list_schema(one.name))), "400"
        ),
    }


def _file(one, ending):
    labels = "、".join(column.label for column in one.columns)
    schema = _ref(list_schema(one.name)) if ending == "json" else {"type": "string", "description": labels}
    return {
        "operationId": f"{one.name}_{ending}",
        "summary": f"{one.title}（整份 {ending}）",
        "tags": ["lists"],
        "parameters": [_parameter(p) for p in one.parameters if p not in PAGED],
        "responses": _answers(
            f"整份{one.title}", {TYPES[ending].split(";")[0]: {"schema": schema}}, "400", "429"
        ),
    }


def _key(one):
    return one.key.split(":")[1]


def _thing(one):
    kind = "integer" if one.key.startswith("int") else "string"
    key = {"name": _key(one), "in": "path", "required": True, "schema": {"type": kind}}
    return {
        "operationId": thing_schema(one.name),
        "summary": one.title,
        "tags": ["things"],
        "parameters": [{**key, "description": "编号" if kind == "integer" else "代号"}],
        "responses": _answers(one.title, _json(_ref(thing_schema(one.name))), "400", "404"),
    }


def _parameter(parameter):
    told = {
        "name": parameter.name,
        "in": "query",
        "required": False,
        "description": parameter.about,
        "schema": parameter.schema,
    }
    return {**told, "example": parameter.example} if parameter.example else told
