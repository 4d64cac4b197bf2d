"""Whether paper can be printed with Chinese characters at all.

A PDF without a Chinese font raises nothing, and its text can still be copied while the page shows boxes; so fontconfig
is asked, the way the layout asks it, which characters its fonts can draw.
"""

import ctypes
from functools import cache

from django.conf import settings
from django.core.checks import Error, Warning

# One of each kind the forms use: common and rare characters, the brackets of a document number, the vertical brackets.
WANTED = "充分就业社区复查〔〕、，。（）︵︶□√章贰"
NO_FONT = "打印用的中文字体没有安装，公文和表格会印成方框。"
HINT = "请在服务器上安装 fonts-noto-cjk（思源宋体、思源黑体），然后重新启动；装有仿宋_GB2312、方正小标宋的，会优先使用。"


@cache
def missing_characters() -> str:
    """The characters of WANTED that no installed font can draw; all of them where fontconfig itself is absent."""
    try:
        library = ctypes.CDLL("libfontconfig.so.1")
    except OSError:
        return WANTED
    for name in ("FcInitLoadConfigAndFonts", "FcPatternCreate", "FcFontSort"):
        getattr(library, name).restype = ctypes.c_void_p
    config = ctypes.c_void_p(library.FcInitLoadConfigAndFonts())
    pattern = ctypes.c_void_p(library.FcPatternCreate())
    library.FcPatternAddString(pattern, b"family", b"serif")
    library.FcConfigSubstitute(config, pattern, 0)
    library.FcDefaultSubstitute(pattern)
    result = ctypes.c_int()
    charset = ctypes.c_void_p()
    found = library.FcFontSort(config, pattern, 1, ctypes.byref(charset), ctypes.byref(result))
    if not found:
        return WANTED
    missing = "".join(c for c in WANTED if not library.FcCharSetHasChar(charset, ctypes.c_uint32(ord(c))))
    library.FcCharSetDestroy(charset)
    library.FcFontSetDestroy(ctypes.c_void_p(found))
    library.FcPatternDestroy(pattern)
    library.FcConfigDestroy(config)
    return missing


def check_fonts(**kwargs):
    """The system check of start-up: production does not start without, elsewhere it is said aloud (readyz refuses)."""
    if not (missing := missing_characters()):
        return []
    kind, key = (Error, "accreditation.E001") if settings.PRODUCTION else (Warning, "accreditation.W001")
    return [kind(f"{NO_FONT}画不出的字：{missing}", hint=HINT, id=key)]
