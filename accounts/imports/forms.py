"""The form of an upload."""

from django import forms
from django.core.exceptions import ValidationError

from accounts.forms import LineField
from accounts.imports.reading import MOST_BYTES


class ImportFile(forms.Form):
    """The file, and what the kind asks besides (`asks`: document_number, reason)."""

    document_number = LineField(label="依据文号", max_length=60, help_text="例如 甘人社通〔2023〕287号")
    reason = LineField(label="调整理由", max_length=200)
    file = forms.FileField(
        label="文件",
        help_text=f"Excel（.xlsx、.xls）或 CSV（UTF-8、GBK），最大 {MOST_BYTES // 1024 // 1024} MB",
        widget=forms.FileInput(attrs={"accept": ".xlsx,.xls,.csv"}),
    )

    def __init__(self, *args, asks=(), **kwargs):
        super().__init__(*args, **kwargs)
        for name in ("document_number", "reason"):
            if name not in asks:
                del self.fields[name]

    @property
    def asked(self) -> dict:
        return {name: value for name, value in self.cleaned_data.items() if name != "file"}

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:  # before anything of it is read
            raise ValidationError(
                f"文件超过 {MOST_BYTES // 1024 // 1024} MB，请删去无关的工作表，或分成几个文件。"
            )
        return file
