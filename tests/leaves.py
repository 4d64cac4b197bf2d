"""The leaves of a programme document, what each may be changed to, and a table of what the change brought about."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

Leaf = tuple[str | int, ...]

# Settings that are words for people: of these alone the text matters. Everything else must do something.
TEXTS = {
    *(
        "title",
        "name",
        "label",
        "text",
        "article",
        "sentence",
        "reading",
        "nature",
        "approved_by",
        "issuer",
        "number",
    ),
    *("source", "content", "standard", "evidence", "check", "notes", "definition", "formula", "flag", "unit"),
}
# Settings of a score sheet that scoring itself does not read: the portal does.
PORTAL_READS = {"open", "derived", "period", "later_period", "grades"}


def leaves(node: Any, path: Leaf = ()) -> Iterator[tuple[Leaf, Any]]:
    """Every leaf with its path; an empty list or object is a leaf too."""
    if isinstance(node, dict) and node:
        for key, value in node.items():
            yield from leaves(value, (*path, key))
    elif isinstance(node, list) and node:
        for place, value in enumerate(node):
            yield from leaves(value, (*path, place))
    else:
        yield path, node


def replaced(node: Any, path: Leaf, value: Any) -> Any:
    """The document with one leaf changed; only what stands along the path is copied."""
    if not path:
        return value
    other = list(node) if isinstance(node, list) else dict(node)
    other[path[0]] = replaced(node[path[0]], path[1:], value)
    return other


def without(node: Any, path: Leaf) -> Any:
    """The document without one leaf."""
    if len(path) > 1:
        other = list(node) if isinstance(node, list) else dict(node)
        other[path[0]] = without(node[path[0]], path[1:])
        return other
    if isinstance(node, list):
        return [value for place, value in enumerate(node) if place != path[0]]
    return {key: value for key, value in node.items() if key != path[0]}


def renamed(node: Any, path: Leaf, name: str) -> Any:
    """The document with the key of one leaf renamed, at the same place of its object."""
    if len(path) > 1:
        other = list(node) if isinstance(node, list) else dict(node)
        other[path[0]] = renamed(node[path[0]], path[1:], name)
        return other
    return {name if key == path[0] else key: value for key, value in node.items()}


def setting(path: Leaf) -> str:
    """The setting a leaf belongs to: the last word of its path."""
    return next(step for step in reversed(path) if isinstance(step, str))


def written(path: Leaf) -> str:
    return ".".join(map(str, path))


def tell(title: str, rows: dict[Leaf, str], path: Path | None = None) -> None:
    """Print the table leaf → outcome (`pytest -k leaves -s` shows it), and keep it as a file where a path is given."""
    width = max(len(written(leaf)) for leaf in rows)
    text = "\n".join([f"{title}: {len(rows)}", *(f"{written(leaf):<{width}}  {rows[leaf]}" for leaf in rows)])
    print(f"\n{text}")
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text + "\n", encoding="utf-8")
