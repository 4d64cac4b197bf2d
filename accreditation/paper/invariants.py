"""What must always hold of paper: a print keeps the data its code stands for, and a scan has its file."""

import hashlib

from django.core.files.storage import default_storage

from accreditation.models import Print, Scan


def prints_kept(at):
    """The data of every print is that of its fingerprint."""
    for pk, data, kept in Print.objects.values_list("pk", "data", "fingerprint").iterator(chunk_size=500):
        if hashlib.sha256(data.encode()).hexdigest() != kept:
            yield f"打印件 {pk}：锁定的内容与校验值不符"


def scans_exist(at):
    """Every stamped scan has its file."""
    for pk, name in Scan.objects.values_list("pk", "file").iterator(chunk_size=2000):
        if not default_storage.exists(name):
            yield f"盖章扫描件 {pk}：文件缺失"


PAPER_CHECKS = (prints_kept, scans_exist)
