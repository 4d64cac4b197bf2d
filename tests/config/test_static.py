"""The stylesheet, scripts and templates keep to what Chromium 69, the content policy and large type allow."""

import re

import pytest
from django.conf import settings

STATIC = settings.BASE_DIR / "static"
CSS = (STATIC / "portal.css").read_text(encoding="utf-8")
TEMPLATES = sorted((settings.BASE_DIR / "templates").rglob("*.html"))
SCRIPTS = sorted(STATIC.glob("*.js"))


def luminance(colour):
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(first, second):
    light, dark = sorted((luminance(first), luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_contrast_helper_knows_the_ends():
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#1890FF", "#FFFFFF") < 4.5  # a colour known to fail


@pytest.mark.parametrize("selector", [":root", "html.contrast"])
@pytest.mark.parametrize(
    ("ink", "ground", "least"),
    [
        ("ink", "paper", 7), ("ink", "canvas", 7), ("ink", "soft", 7), ("ink2", "canvas", 4.5), ("ink2", "paper", 4.5),
        ("link", "paper", 4.5), ("link", "canvas", 4.5), ("onPri", "pri", 4.5), ("onHead", "head", 4.5),
        ("danger", "paper", 4.5), ("good", "paper", 4.5), ("warn", "warnTint", 4.5), ("up", "paper", 4.5),
        ("down", "paper", 4.5), ("up", "hover", 4.5), ("down", "hover", 4.5), ("edge", "paper", 3), ("focus", "focus2", 3),
    ],
)  # fmt: skip
def test_colours_are_readable(selector, ink, ground, least):
    block = re.search(re.escape(selector) + r" \{(.*?)\}", CSS, re.S).group(1)
    found = {
        re.sub(r"-(\w)", lambda m: m[1].upper(), name): value
        for name, value in re.findall(r"--([\w-]+): (#[0-9A-Fa-f]{3,6})", block)
    }
    full = {
        name: value if len(value) == 7 else "#" + "".join(2 * c for c in value[1:])
        for name, value in found.items()
    }
    assert contrast(full[ink], full[ground]) >= least


def test_every_status_tag_is_readable():
    tags = re.findall(r"^\.(t-\w+) \{ color: (#\w+); background: (#\w+); \}", CSS, re.M)
    assert len(tags) == 10
    for name, ink, ground in tags:
        ink = ink if len(ink) == 7 else "#" + "".join(2 * c for c in ink[1:])
        assert contrast(ink, ground) >= 4.5, name


def test_stylesheet_is_small_and_grows_with_the_letters():
    assert len(CSS.encode()) <= 40_000
    assert not re.findall(r"font(?:-size)?: [^;]*\d+px", CSS)


@pytest.mark.parametrize(
    "later", [r"(?<!grid-)\bgap:", r":is\(", r":where\(", r":has\(", r":focus-visible", r"\bclamp\(",
              r"\bmin\(", r"[^n]max\(", r"aspect-ratio", r"\binset:", r"color-mix", r"@layer", r"@import", r"url\("],
)  # fmt: skip
def test_stylesheet_uses_nothing_later_than_chromium_69(later):
    rules = re.sub(r"/\*.*?\*/", "", CSS, flags=re.S)
    assert not re.findall(later, rules)


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_scripts_use_nothing_later_than_chromium_69(script):
    text = re.sub(r"/\*.*?\*/|//[^\n]*", "", script.read_text(encoding="utf-8"), flags=re.S)
    for later in (
        r"\?\.[a-zA-Z_(\[]",
        r"\?\?",
        r"\.flat\(",
        r"\.matchAll\(",
        r"replaceAll\(",
        r"requestSubmit",
        r"\beval\(",
    ):
        assert not re.search(later, text), later


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: str(path.relative_to(settings.BASE_DIR)))
def test_templates_obey_the_content_policy(template):
    text = re.sub(r"{% comment %}.*?{% endcomment %}", "", template.read_text(encoding="utf-8"), flags=re.S)
    # Paper is laid out by the portal itself: no browser reads it.
    assert template.parent.name == "paper" or not re.search(r"\sstyle\s*=", text)
    assert not re.search(r"\son[a-z]+\s*=\s*[\"']", text)
    assert not re.search(r"<script(?![^>]*\ssrc=)", text)
    assert not re.search(r"https?://", text)


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: str(path.relative_to(settings.BASE_DIR)))
def test_words_stay_civil(template):
    text = template.read_text(encoding="utf-8")
    for word in ("非法", "无效", "系统错误", "！"):
        assert word not in text
