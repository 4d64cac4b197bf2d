"""A genuine old workbook (.xls: BIFF8 in an OLE container), made from rows of text and numbers."""

import struct

SECTOR = 512
FREE, END, FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


def xls(rows, sheet="名单") -> bytes:
    """The file; a cell is text, a number, or None."""
    stream = _biff(rows, sheet)
    stream += b"\x00" * (max(4096, -(-len(stream) // SECTOR) * SECTOR) - len(stream))
    return _container(stream)


def _record(kind, body=b""):
    return struct.pack("<HH", kind, len(body)) + body


def _wide(text):
    return b"\x01" + text.encode("utf-16-le")


def _biff(rows, sheet):
    name = struct.pack("<B", len(sheet)) + _wide(sheet)
    opening = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0005, 0, 0, 0, 0)) + _record(
        0x0042, struct.pack("<H", 1200)
    )
    start = len(opening) + 4 + 6 + len(name) + 4
    book = opening + _record(0x0085, struct.pack("<IBB", start, 0, 0) + name) + _record(0x000A)
    cells = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0010, 0, 0, 0, 0))
    for row, values in enumerate(rows):
        for column, value in enumerate(values):
            place = struct.pack("<HHH", row, column, 0)
            if isinstance(value, str) and value:
                cells += _record(0x0204, place + struct.pack("<H", len(value)) + _wide(value))
            elif isinstance(value, int | float):
                cells += _record(0x0203, place + struct.pack("<d", value))
    return book + cells + _record(0x000A)


def _entry(name, kind, child, start, size):
    wide = (name + "\x00").encode("utf-16-le")
    return struct.pack(
        "<64sHBBIII16sIQQIQ", wide, len(wide), kind, 1, FREE, FREE, child, b"", 0, 0, 0, start, size
    )  # fmt: skip


def _container(stream):
    sectors = len(stream) // SECTOR
    table = [FAT, END, *range(3, sectors + 2), END]
    fats = -(-(len(table)) // 128)
    assert fats == 1, "small files only"
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 16
    head += struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
    # directory sectors (0 in version 3), FAT sectors, first directory sector, signature, cutoff, mini FAT, DIFAT
    head += struct.pack("<IIIIIIIII", 0, fats, 1, 0, 4096, END, 0, END, 0)
    head += struct.pack("<I", 0)  # the first FAT sector is sector 0
    head += struct.pack("<I", FREE) * ((SECTOR - len(head)) // 4)
    folder = _entry("Root Entry", 5, 1, END, 0) + _entry("Workbook", 2, FREE, 2, len(stream))
    folder += b"".join(_entry("", 0, FREE, 0, 0) for _ in range(2))
    fat = b"".join(struct.pack("<I", one) for one in [*table, *[FREE] * (128 - len(table))])
    return head + fat + folder + stream
