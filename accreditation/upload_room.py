"""How much one account may store (ASVS 5.2.4): what was taken out again counts too, since it stays on record.

A table of files says whose its rows are by `count`; floors above add theirs.
"""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import Count, Sum
from django.template.defaultfilters import filesizeformat

from accreditation.models import Attachment, Scan, StreetPlan

_counted: list[tuple[type, str]] = []


def count(model, who: str) -> None:
    """The rows of a table with `size` (bytes) belong to the account at the end of this path of fields."""
    _counted.append((model, who))


for _model, _who in ((Attachment, "uploaded_by"), (Scan, "uploaded_by"), (StreetPlan, "filed_by")):
    count(_model, _who)


def stored_by(user) -> tuple[int, int]:
    """(files, bytes) an account has stored; a query for each table."""
    files = size = 0
    for model, who in _counted:
        told = model._base_manager.filter(**{who: user}, size__gt=0).aggregate(n=Count("pk"), b=Sum("size"))
        files, size = files + told["n"], size + (told["b"] or 0)
    return files, size


def refuse_more(user, size: int) -> None:
    """ValidationError when a file of so many bytes would be more than the account may store."""
    files, stored = stored_by(user)
    if files >= settings.STORED_FILES_PER_PERSON:
        most = f"{settings.STORED_FILES_PER_PERSON} 个文件"
    elif stored + size > settings.STORED_BYTES_PER_PERSON:
        most = f"{filesizeformat(settings.STORED_BYTES_PER_PERSON)} 的文件"
    else:
        return
    raise ValidationError(f"一个账号最多存放{most}，移除的也计算在内。请与系统管理员联系。")
