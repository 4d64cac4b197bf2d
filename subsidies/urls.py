"""Addresses of the money: ledgers, a community's books, audits, payments, the reconciliation."""

from django.urls import path

from subsidies.views import audits, books, ledgers, paying

app_name = "subsidies"

urlpatterns = [
    # Ledgers to look at
    path("", ledgers.ledger_home, name="ledger"),
    path("regions/<int:pk>/", ledgers.region_ledger, name="region"),
    path("regions/<int:pk>/export/", ledgers.export_region, name="export_region"),
    path("regions/<int:pk>/statement/", ledgers.region_statement, name="region_statement"),
    path(
        "communities/<int:pk>/<int:year>/statement/", ledgers.community_statement, name="community_statement"
    ),
    path("communities/<int:pk>/", ledgers.community, name="community"),
    path("recoveries/", ledgers.money_recoveries, name="recoveries"),
    # What a community enters
    path("communities/<int:pk>/<int:year>/spend/", books.spend, name="spend"),
    path("communities/<int:pk>/<int:year>/refund/", books.refund, name="refund"),
    path("communities/<int:pk>/<int:year>/report/", books.file_spending_report, name="file_spending_report"),
    path("entries/<int:pk>/receive/", books.confirm_receipt, name="confirm_receipt"),
    path("entries/<int:pk>/reverse/", books.reverse_entry, name="reverse_entry"),
    path("entries/<int:pk>/correct/", paying.correct_accrual, name="correct_accrual"),
    path("entries/<int:pk>/release/", paying.release_grant, name="release_grant"),
    path("expenses/<int:pk>/", books.expense, name="expense"),
    path("papers/<int:pk>/", books.expense_file, name="expense_file"),
    # Audits
    path("audits/", audits.audit_queue, name="audits"),
    path("reports/<int:pk>/", audits.report, name="report"),
    path("reports/<int:pk>/sign/", audits.sign_report, name="sign_report"),
    path("reports/<int:pk>/find/", audits.find, name="find"),
    path("findings/<int:pk>/recover/", audits.order_recovery, name="order_recovery"),
    path("recoveries/<int:pk>/repay/", audits.repay, name="repay"),
    path("communities/<int:pk>/stop/", audits.order_stop, name="order_stop"),
    path("stops/<int:pk>/lift/", audits.lift_stop, name="lift_stop"),
    # The finance desk
    path("accruals/", paying.accruals, name="accruals"),
    path("batches/", paying.batches, name="batches"),
    path("batches/new/", paying.pay_batch, name="pay_batch"),
    path("batches/<int:pk>/", paying.batch, name="batch"),
    path("check/", paying.reconcile, name="reconcile"),
]
