"""What a community bought: the particulars of a spending entry, and its papers."""

from django.db import models

from accounts.models import User
from subsidies.models.ledger import Entry


class Expense(models.Model):
    """The particulars of one spending entry. `warnings`: the hints shown and gone past, with the filer's reason."""

    entry = models.OneToOneField(Entry, models.PROTECT, primary_key=True, related_name="expense")
    payee = models.CharField("收款人", max_length=80)
    item = models.CharField("事项", max_length=200)
    invoice = models.CharField("发票号码", max_length=40)
    # Without spaces and marks, in capitals: how the same number is found again.
    invoice_plain = models.CharField(max_length=40, db_index=True)
    warnings = models.JSONField(default=list)
    reason = models.CharField("说明", max_length=200, blank=True)
    by = models.ForeignKey(User, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "支出"


class ExpenseFile(models.Model):
    """An invoice, a receipt or a photograph, stored under a random name."""

    expense = models.ForeignKey(Expense, models.PROTECT, related_name="files")
    file = models.FileField(upload_to="")
    name = models.CharField("文件名", max_length=150)
    size = models.PositiveIntegerField()
    content_type = models.CharField(max_length=60)
    checksum = models.CharField(max_length=64)

    class Meta:
        verbose_name = "支出凭证"
        ordering = ["id"]
