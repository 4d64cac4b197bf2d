"""Forms about paper: a stamped scan, the copies received, the code to be checked."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.text import narrow
from accreditation.forms.filing import Files
from accreditation.paper import printing
from accreditation.uploads import ACCEPT


class OneFile(Files):
    allow_multiple_selected = False


class ScanForm(forms.Form):
    """One scan or photograph of the stamped print; judged by accreditation.uploads."""

    file = forms.FileField(
        label="盖章后的扫描件",
        widget=OneFile({"accept": ACCEPT}),
        allow_empty_file=True,
        help_text="PDF、JPEG 或 PNG，也可以用手机拍照；几页的请合成一个 PDF。",
        error_messages={"required": "请先选择要上传的扫描件。"},
    )


class CopiesForm(forms.Form):
    copies = forms.CharField(
        label="收到纸质件",
        max_length=10,
        widget=forms.TextInput({"inputmode": "numeric", "class": "w4", "autocomplete": "off"}),
        error_messages={"required": "请填写收到的份数。"},
    )

    def clean_copies(self):
        digits = narrow(self.cleaned_data["copies"])
        if not (digits.isascii() and digits.isdigit() and int(digits) <= printing.MOST_COPIES):
            raise ValidationError(f"份数应是 0 到 {printing.MOST_COPIES} 之间的整数。")
        return int(digits)


class PaperQuery(forms.Form):
    """A check code as it stands on paper."""

    code = forms.CharField(
        label=_("查验码"),
        max_length=60,
        help_text=_("在打印件页脚，例如 7K3M-9QTX-2B4D；大小写和短横不影响查验。"),
        error_messages={"required": _("请填写查验码。")},
    )

    def clean_code(self):
        code = printing.read_code(narrow(self.cleaned_data["code"]))
        if not code.isascii() or not code:
            raise ValidationError(_("查验码由字母和数字组成，请照打印件抄写。"))
        return printing.shown(code)
