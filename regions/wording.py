"""What a form says when it refuses: the rule and the fix, naming the field, in place of Django's general sentences."""

from django import forms
from django.core import validators
from django.forms.boundfield import BoundField


def _required(field, label):
    if isinstance(field, forms.FileField):
        return f"请上传{label}"
    if isinstance(field, forms.BooleanField):
        return f"请勾选“{label}”"
    return f"请选择{label}" if isinstance(field, forms.ChoiceField) else f"请填写{label}"


def _invalid(field, label):
    if isinstance(field, forms.DateField):
        return f"{label}应是日期，例如 2017-09-12"
    if isinstance(field, forms.EmailField):
        return f"{label}应是电子邮箱地址，例如 name@example.cn"
    if isinstance(field, forms.IntegerField) and not isinstance(field, forms.DecimalField | forms.FloatField):
        return f"{label}应是整数，例如 12"
    if isinstance(field, forms.IntegerField):
        return f"{label}应是数字，例如 12.5"
    return None


def _own_words(field: forms.Field, label: str, error) -> str | None:
    """Our sentence for one of Django's own errors; None for an error that somebody worded."""
    code, params = error.code, error.params or {}
    if code == "required":
        return _required(field, label)
    if code in ("invalid", "invalid_date"):
        return _invalid(field, label)
    if code in ("invalid_choice", "invalid_pk_value"):
        return f"请从列出的选项中选择{label}"
    if code == "max_length":
        return f"{label}不能超过 {params['limit_value']} 字，现有 {params['show_value']} 字"
    if code == "min_length":
        return f"{label}至少要 {params['limit_value']} 字，现有 {params['show_value']} 字"
    if code == "min_value":
        return f"{label}不能小于 {params['limit_value']}"
    if code == "max_value":
        return f"{label}不能大于 {params['limit_value']}"
    if code == "empty":
        return f"{label}是空文件，请重新选择"
    return None


def _is_django_s(field: forms.Field, error) -> bool:
    """Whether the message is a default of the field's class or of the validator that raised it."""
    defaults = [
        kind.default_error_messages for kind in type(field).__mro__ if "default_error_messages" in vars(kind)
    ]
    if error.code in field.error_messages:
        return any(own.get(error.code) == error.message for own in defaults)
    limits = {
        "max_length": validators.MaxLengthValidator,
        "min_length": validators.MinLengthValidator,
        "min_value": validators.MinValueValidator,
        "max_value": validators.MaxValueValidator,
    }
    return error.code in limits and error.message == limits[error.code].message


def sentences(bound: BoundField) -> list[str]:
    """The errors of one field as sentences, the same at the field and in the summary."""
    field, label = bound.field, str(bound.label)
    found = []
    for error in bound.errors.as_data():
        words = _own_words(field, label, error) if _is_django_s(field, error) else None
        found += [words] if words else list(error.messages)
    return found
