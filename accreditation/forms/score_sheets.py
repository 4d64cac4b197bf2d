"""Forms of the score sheets: the workbook to check, what to publish it under, the round that takes one."""

from django import forms
from django.core.exceptions import ValidationError

from accounts.forms import LineField
from accreditation.publishing_rubrics import NUMBER_LENGTH
from scoring.workbook_cells import MOST_BYTES


class WorkbookFile(forms.Form):
    file = forms.FileField(
        label="工作簿",
        help_text=f"按模板填写的 .xlsx 文件，不超过 {MOST_BYTES // 1024 // 1024} MB",
        widget=forms.FileInput(attrs={"accept": ".xlsx"}),
    )

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:  # before anything of it is read
            raise ValidationError(
                f"文件超过 {MOST_BYTES // 1024 // 1024} MB，请删去图片和无关的工作表后再传。"
            )
        return file


class Publishing(forms.Form):
    checked = forms.CharField(widget=forms.HiddenInput)
    document_number = LineField(
        label="依据文号",
        max_length=NUMBER_LENGTH,
        help_text="公布这份评分表的文件的文号；演示用的写演示编号，如“演示〔2023〕1号”",
    )
    sample = forms.BooleanField(
        label="演示用，非官方附件",
        required=False,
        help_text="勾选的，评分表、打印件、名单和导出处处标明。工作簿里已写明的不能取消。",
    )


class Choice(forms.Form):
    rubric = forms.IntegerField(widget=forms.HiddenInput)
    edition = forms.IntegerField(widget=forms.HiddenInput)
