"""What a backup says of itself, and whether what lies there is what was written.

A backup is a folder: `database` (an SQLite file or pg_dump's custom format), `files/` as under PORTAL_FILES,
`files.sha256` in the form `sha256sum -c` reads, and `manifest.json`, written last. A folder without it is no backup.
"""

import hashlib
import json
import re
from pathlib import Path

FORMAT = 1
MANIFEST, DATABASE, FILES, SUMS = "manifest.json", "database", "files", "files.sha256"
CHUNK = 1 << 20
_LINE = re.compile(r"([0-9a-f]{64})  (.+)")


class BackupError(Exception):
    """A backup that cannot be made, read or restored; the sentence says why and what to do."""


def digest(path: Path) -> str:
    """SHA-256 of a file, read in pieces."""
    with open(path, "rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def key_mark(secret_key: str) -> str:
    """A mark that tells whether two keys are the same and nothing else about them."""
    return hashlib.pbkdf2_hmac("sha256", secret_key.encode(), b"portal backup", 100_000).hex()[:16]


def write_sums(folder: Path, sums: dict[str, str]) -> None:
    """One line a file, sorted by name."""
    lines = [f"{sums[name]}  {FILES}/{name}\n" for name in sorted(sums)]
    (folder / SUMS).write_text("".join(lines), encoding="utf-8")


def read_sums(folder: Path) -> dict[str, str]:
    """Name below `files/` → SHA-256. BackupError for a line that is none, or a name that leads out of the folder."""
    found = {}
    for line in (folder / SUMS).read_text(encoding="utf-8").splitlines():
        match = _LINE.fullmatch(line)
        name = match[2].removeprefix(f"{FILES}/") if match else ""
        if not name or name.startswith("/") or ".." in Path(name).parts:
            raise BackupError("备份的文件清单 files.sha256 有看不懂的行，备份可能已损坏。")
        found[name] = match[1]
    return found


def write(folder: Path, told: dict) -> None:
    """The manifest, last of all."""
    text = json.dumps({"format": FORMAT, **told}, ensure_ascii=False, indent=1)
    (folder / MANIFEST).write_text(text + "\n", encoding="utf-8")


def read(folder: Path) -> dict:
    """The manifest of a whole backup whose every byte is what was written; else BackupError naming the first fault."""
    if not (folder / MANIFEST).is_file():
        raise BackupError(f"{folder} 里没有完整的备份（缺少 {MANIFEST}）。中断的备份不能用来恢复。")
    try:
        told = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        known = told["format"] == FORMAT
        wanted = {DATABASE: told["database"]["sha256"], SUMS: told["files"]["sha256"]}
    except (ValueError, KeyError, TypeError):
        raise BackupError(f"{folder / MANIFEST} 读不懂，备份可能已损坏。") from None
    if not known:
        raise BackupError(f"备份的格式是 {told['format']}，这个版本只能读格式 {FORMAT}。")
    for name, sum_ in wanted.items():
        _same(folder / name, name, sum_)
    for name, sum_ in read_sums(folder).items():
        _same(folder / FILES / name, f"{FILES}/{name}", sum_)
    return told


def _same(path, name, wanted):
    if not path.is_file():
        raise BackupError(f"备份里缺少 {name}，不能恢复。")
    if digest(path) != wanted:
        raise BackupError(f"备份里的 {name} 与校验值不符，备份可能已损坏，不能恢复。")
