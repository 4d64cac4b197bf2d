"""Fields that forms of money share."""

from django import forms
from django.core.exceptions import ValidationError

from accounts.text import narrow
from subsidies.money import read_yuan, yuan


class YuanField(forms.CharField):
    """An amount in yuan as people type it, read as whole fen."""

    widget = forms.TextInput(attrs={"class": "w8", "inputmode": "decimal", "autocomplete": "off"})

    def clean(self, value):
        text = narrow(super().clean(value) or "").replace("，", ",").replace("元", "").strip()
        if not text:
            return None
        try:
            return read_yuan(text)
        except ValueError as error:
            raise ValidationError(str(error)) from None

    def prepare_value(self, value):
        return yuan(value) if isinstance(value, int) else value


def say(form, refusal) -> None:
    """Put a verb's refusal on the form: each sentence at its field, the rest above."""
    if not hasattr(refusal, "error_dict"):
        form.add_error(None, refusal.messages)
        return
    for field, sentences in refusal.message_dict.items():
        form.add_error(field if field in form.fields else None, sentences)


class NewToken(forms.CharField):
    """A hidden token: the same form sent twice is one press."""

    widget = forms.HiddenInput(attrs={"autocomplete": "off"})

    def __init__(self):
        super().__init__(max_length=40, min_length=16)
