"""Names of files and folders as every system takes them: Windows refuses some characters, some words, and two names that
differ in case alone; a zip must not lead out of its folder.
"""

import re
import unicodedata

CHARACTERS, BYTES = 80, 200  # of one name; a file system counts bytes, Windows the whole path
REFUSED = re.compile(r'[<>:"/\\|?*]')
DEVICES = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])$", re.IGNORECASE)
HIDDEN = ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")  # control and direction characters, half characters, line ends
NAMELESS = "未命名"


def safe_name(text: str, ending: str = "") -> str:
    """The text as one name of a path, cut so that it fits with its ending (".pdf"); never empty, never a device."""
    text = unicodedata.normalize("NFC", text)
    text = "".join(" " if unicodedata.category(c) in HIDDEN else c for c in text)
    text = re.sub(r"\s+", " ", REFUSED.sub("_", text)).strip(" .")
    room = CHARACTERS - len(ending)
    while len(text) > room or len((text + ending).encode()) > BYTES:
        text = text[:-1]
    text = text.rstrip(" .") or NAMELESS
    stem = text.split(".")[0].rstrip(" ")
    return f"_{text}{ending}" if DEVICES.match(stem) else f"{text}{ending}"


def safe_file_name(name: str) -> str:
    """A file's own name made safe, its ending kept."""
    stem, dot, ending = name.rpartition(".")
    if dot and stem and re.fullmatch(r"[A-Za-z0-9]{1,8}", ending):
        return safe_name(stem, f".{ending}")
    return safe_name(name)


class Taken:
    """Names given in each folder; a second one of the same name gets (2). Case and width of letters do not tell names apart."""

    def __init__(self):
        self.known: set[str] = set()

    def free(self, folder: str, name: str) -> str:
        """The name itself, or with the next number that is free in the folder."""
        stem, dot, ending = name.rpartition(".")
        stem, tail = (stem, f".{ending}") if dot and stem else (name, "")
        found, number = name, 1
        while (key := _same(f"{folder}/{found}")) in self.known:
            number += 1
            found = f"{stem}({number}){tail}"
        self.known.add(key)
        return found


def _same(path):
    return unicodedata.normalize("NFKC", path).casefold()
