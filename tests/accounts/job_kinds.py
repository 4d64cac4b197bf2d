"""Kinds of work for the tests of jobs."""

from django.core.exceptions import ValidationError


def write(work):
    """Three parts, each made once; the result says in which order they were made."""
    made = work.folder / "made"
    for number in range(1, 4):
        part = work.folder / str(number)
        if not part.exists():
            with made.open("a") as log:
                log.write(f"{number}\n")
            part.write_text(work.arguments["text"])
            if work.arguments.get("die_after") == number:
                raise SystemExit(9)
        work.progress(number, 3)
    work.finish(made, "结果.txt", "三部分已完成。")


def refuse(work):
    raise ValidationError("这份名单还没有公示，不能打包。")


def crash(work):
    raise RuntimeError("boom")
