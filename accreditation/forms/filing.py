"""Forms of the community's own file. They read what was typed; what is wrong stays in its box with its sentence."""

import json
import unicodedata

from django import forms
from django.core.exceptions import ValidationError

from accounts.forms import LineField
from accounts.text import UNSEEN, clean_text, narrow
from accreditation import filing_content
from accreditation.uploads import ACCEPT
from scoring.points import show_points
from scoring.reading import BLANK, read_figure

YES, NO = "是", "否"
BREAKS = str.maketrans({"\x0b": "\n", "\x0c": "\n", "\u2028": "\n", "\u2029": "\n", "\u00a0": " "})
LONGEST_TEXT = 20_000
HIDDEN = {"autocomplete": "off"}


class Edition(forms.Form):
    """Which save of the draft the page shows."""

    edition = forms.IntegerField(widget=forms.HiddenInput(HIDDEN), min_value=1)


class Seen(forms.Form):
    """How often the application had moved when the page was printed."""

    seen = forms.IntegerField(widget=forms.HiddenInput(HIDDEN), min_value=0)


class Withdrawal(Seen):
    reason = forms.CharField(
        label="撤回原因",
        required=False,
        max_length=200,
        widget=forms.Textarea({"rows": 3}),
        help_text="受理单位可以看到。",
    )

    def clean_reason(self):
        return clean_text(self.cleaned_data["reason"])


class PastedField(forms.CharField):
    """Several lines, often pasted from Word: its line breaks become plain ones, its unseen characters are left out."""

    widget = forms.Textarea

    def to_python(self, value):
        text = (super().to_python(value) or "").translate(BREAKS).replace("\r\n", "\n").replace("\r", "\n")
        return clean_text("".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in UNSEEN))


class WholeNumberField(forms.CharField):
    """A whole number of people or households, kept as its digits."""

    def to_python(self, value):
        digits = narrow(super().to_python(value) or "").replace(",", "")
        if not digits:
            return ""
        if not (digits.isascii() and digits.isdigit()) or len(digits) > 9:
            raise ValidationError(f"{self.label}应是整数，例如 120。")
        return str(int(digits))


class PhoneField(forms.CharField):
    def to_python(self, value):
        number = narrow(super().to_python(value) or "")
        if number and (not 5 <= len(number) <= 30 or set(number) - set("0123456789-+()转,;/")):
            raise ValidationError(f"{self.label}应是电话号码，例如 0731-12345678。")
        return number


BASIC_KINDS = {"count": WholeNumberField, "phone": PhoneField}
BASIC_LENGTHS = {"count": 20, "phone": 40}


class BasicsForm(Edition):
    """The facts the programme asks for. Nothing is required while it is written; gaps are said before filing."""

    def __init__(self, *args, application, open_places, **kwargs):
        super().__init__(*args, **kwargs)
        facts = json.loads(application.basics)
        for wanted in filing_content.basics_fields(application):
            key, kind = wanted["key"], wanted.get("type", "text")
            size = "w8" if kind == "count" else "w12" if kind == "phone" else ""
            attrs = {"autocomplete": "off", **({"class": size} if size else {})}
            if kind == "count":
                attrs["inputmode"] = "numeric"
            self.fields[key] = BASIC_KINDS.get(kind, LineField)(
                label=wanted["label"],
                required=False,
                max_length=BASIC_LENGTHS.get(kind, 100),
                widget=forms.TextInput(attrs),
                initial=facts.get(key, ""),
                help_text=wanted.get("hint", ""),
                disabled=open_places is not None and f"basics:{key}" not in open_places,
            )
            self.fields[key].unit = wanted.get("unit", "")
            self.fields[key].wanted = wanted.get("required", False)

    @property
    def facts(self) -> dict:
        """What was understood, of the places that are open."""
        return _understood(self)


def _understood(form):
    return {
        name: form.cleaned_data[name]
        for name, field in form.fields.items()
        if name != "edition" and not field.disabled and name in form.cleaned_data
    }


class FigureField(forms.Field):
    """One figure of the rubric, read as people write numbers; an empty box clears it."""

    def __init__(self, figure, **kwargs):
        self.figure = figure
        super().__init__(label=figure.label, required=False, widget=_widget(figure), **kwargs)

    def clean(self, value):
        read = read_figure(self.figure, value)
        if read.problem and read.problem != BLANK:
            raise ValidationError(f"{self.label}{read.problem}")
        return read.value


def _widget(figure):
    if figure.type == "yesno":
        return forms.RadioSelect(choices=[(YES, YES), (NO, NO)])
    if figure.type == "points":
        steps = range(figure.most, (figure.least or 0) - 1, -figure.step)
        return forms.Select(
            attrs={"class": "w8"},
            choices=[("", "请选择"), *((show_points(n), show_points(n)) for n in steps)],
        )
    mode = "numeric" if figure.type == "count" else "decimal"
    return forms.TextInput({"class": "w8", "inputmode": mode, "autocomplete": "off"})


def typed(figure, value):
    """A kept figure as it stands in its box."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return YES if value else NO
    return str(value)


class FiguresForm(Edition):
    """Figures with the reasons of judged indicators.

    asked: the figures to fill in. kept, reasons: what stands. places: figure key → targets of remarks that open it;
    open_places: those that are open, None for all.
    """

    def __init__(self, *args, asked, kept, places, open_places, indicators=(), reasons=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.asked = {figure.key for figure in asked}

        def closed(targets):
            return open_places is not None and not targets & open_places

        for figure in asked:
            self.fields[figure.key] = FigureField(
                figure,
                initial=typed(figure, kept.get(figure.key)),
                disabled=closed(places[figure.key]),
            )
        for item in indicators:
            if item.judged:
                self.fields[f"reason_{item.code}"] = PastedField(
                    label="自评理由",
                    required=False,
                    max_length=500,
                    initial=reasons.get(item.code, {}).get("reason", ""),
                    widget=forms.Textarea({"rows": 3}),
                    help_text=f"低于 {show_points(item.max)} 分时须写明。",
                    disabled=closed({f"indicator:{item.code}"}),
                )

    @property
    def figures(self) -> dict:
        """Every figure that was understood, None for an emptied box."""
        return {name: value for name, value in _understood(self).items() if name in self.asked}

    @property
    def reasons(self) -> dict:
        """Indicator code → text."""
        return {
            name.removeprefix("reason_"): value
            for name, value in _understood(self).items()
            if name.startswith("reason_")
        }

    def tell(self, wrong: dict) -> None:
        """Figures that do not fit each other, at their boxes."""
        for key, sentence in wrong.items():
            if key in self.fields and key not in self.errors:
                label = self.fields[key].label
                self.add_error(key, sentence if sentence.startswith(label) else f"{label}{sentence}")


class NarrativeForm(Edition):
    text = PastedField(required=False, max_length=LONGEST_TEXT, widget=forms.Textarea({"rows": 18}))

    def __init__(self, *args, label, hint="", **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["text"].label = label
        self.fields["text"].help_text = hint


class StatementsForm(Edition):
    """One tick for each statement."""

    def __init__(self, *args, application, **kwargs):
        super().__init__(*args, **kwargs)
        given = json.loads(application.statements)
        for statement in filing_content.statements_wanted(application):
            self.fields[statement["key"]] = forms.BooleanField(
                label=statement["label"],
                help_text=statement.get("text", ""),
                required=False,
                initial=given.get(statement["key"], False),
            )

    @property
    def given(self) -> dict:
        return _understood(self)


class Files(forms.ClearableFileInput):
    """Several files in one box."""

    allow_multiple_selected = True
    template_name = "django/forms/widgets/file.html"


class FilesField(forms.FileField):
    """A list of uploads. What is in them is judged by accreditation.uploads, one by one."""

    def __init__(self, **kwargs):
        super().__init__(widget=Files({"multiple": True, "accept": ACCEPT}), allow_empty_file=True, **kwargs)

    def clean(self, data, initial=None):
        uploads = data if isinstance(data, list | tuple) else [data] if data else []
        if not uploads:
            raise ValidationError("请先选择要上传的文件。")
        return list(uploads)


class AttachForm(forms.Form):
    """Files for one material, and for one indicator where the material goes by indicators."""

    material = forms.CharField(widget=forms.HiddenInput, max_length=60)
    indicator = forms.ChoiceField(label="用于哪一项", required=False)
    files = FilesField(label="选择文件")

    def __init__(self, *args, materials, indicators, **kwargs):
        super().__init__(*args, **kwargs)
        self.materials = materials
        self.fields["indicator"].choices = [("", "不分项"), *indicators]

    def clean_material(self):
        material = self.cleaned_data["material"]
        if material not in self.materials:
            raise ValidationError("没有这一类材料。")
        return material
