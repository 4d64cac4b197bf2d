"""Merged cells of a long score sheet: which rows a class and a project span, cut where a page ends."""


def spanned(rows: list[dict], pages: dict[str, int] | None = None) -> list[dict]:
    """The rows of a sheet with `id`; the first of each class with `category_rows`, of each project with `project_rows`.

    A class without projects of its own spans the project's column too (`project` is "" there). pages: row's id → page;
    no cell then spans two pages, the words stand again on the next one, and `breaks` marks the first row of a page.
    """
    numbered = [
        row | {"id": f"row-{place}", "page": (pages or {}).get(f"row-{place}", 1)}
        for place, row in enumerate(rows)
    ]
    found = []
    for place, row in enumerate(numbered):
        before = numbered[place - 1] if place else {}
        breaks = place > 0 and row["page"] != before["page"]
        starts = breaks or row["category"] != before.get("category")
        begins = starts or row["project"] != before.get("project")
        found.append(
            row
            | {
                "breaks": breaks,
                "category_rows": _run(numbered, place, "page", "category") if starts else 0,
                "project_rows": _run(numbered, place, "page", "category", "project") if begins else 0,
            }
        )
    return found


def _run(rows, place, *keys):
    """How many rows from here on have the same values."""
    end = place
    while end < len(rows) and all(rows[end][key] == rows[place][key] for key in keys):
        end += 1
    return end - place
