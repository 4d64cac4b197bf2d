"""Addresses of accounts: sign-in, own account, the people and offices below, the two logs, the demonstration."""

from django.urls import path

from accounts.views import (
    account,
    demonstration,
    imports,
    jobs,
    logs,
    offices,
    people,
    sign_in,
)

app_name = "accounts"

urlpatterns = [
    # Coming and going
    path("login/", sign_in.login, name="login"),
    path("logout/", sign_in.logout, name="logout"),
    # /account/
    path("account/", account.profile, name="profile"),
    path("account/stay/", sign_in.stay, name="stay"),
    path("account/kept/", sign_in.kept, name="kept"),
    path("account/password/", account.password, name="password"),
    path("account/otp/", account.otp, name="otp"),
    path("account/post/", account.switch_post, name="switch_post"),
    path("account/interests/", account.interests, name="interests"),
    # /people/
    path("people/", people.people_list, name="people"),
    path("people/new/", people.person_new, name="person_new"),
    path("people/<int:pk>/", people.person, name="person"),
    path("people/<int:pk>/posting/", people.add_posting, name="add_posting"),
    path("people/<int:pk>/posting/<int:posting_pk>/end/", people.end_posting, name="end_posting"),
    path("people/<int:pk>/reset-password/", people.reset_password, name="reset_password"),
    path("people/<int:pk>/unlock/", people.unlock, name="unlock"),
    path("people/<int:pk>/deactivate/", people.deactivate, name="deactivate"),
    path("people/<int:pk>/activate/", people.activate, name="activate"),
    path("people/<int:pk>/disable-otp/", people.disable_otp, name="disable_otp"),
    # /imports/
    path("imports/", imports.imports, name="imports"),
    path("imports/<slug:kind>/", imports.import_file, name="import_file"),
    path("imports/<slug:kind>/template.xlsx", imports.import_template, name="import_template"),
    path("imports/batches/<str:key>/", imports.import_batch, name="import_batch"),
    path("imports/batches/<str:key>/apply/", imports.apply_import, name="apply_import"),
    path("imports/batches/<str:key>/undo/", imports.undo_import, name="undo_import"),
    path("imports/batches/<str:key>/marked.xlsx", imports.import_marked, name="import_marked"),
    # /offices/
    path("offices/", offices.offices, name="offices"),
    path("offices/new/", offices.office_new, name="office_new"),
    path("offices/<int:pk>/", offices.office, name="office"),
    # The two watching administrators
    path("security/", logs.security, name="security"),
    path("audit-log/", logs.audit_log, name="audit_log"),
    path("audit-log/anchors/", logs.chain_anchors, name="chain_anchors"),
    path("audit-log/verify/", logs.verify_chain, name="verify_chain"),
    # /jobs/
    path("jobs/", jobs.jobs, name="jobs"),
    path("jobs/<str:key>/", jobs.job, name="job"),
    path("jobs/<str:key>/file/", jobs.job_file, name="job_file"),
    path("jobs/<str:key>/cancel/", jobs.cancel_job, name="cancel_job"),
    path("jobs/<str:key>/renew/", jobs.renew_job, name="renew_job"),
    # The demonstration
    path("demo/", demonstration.demo, name="demo"),
    path("demo/sign-in/", sign_in.demo_sign_in, name="demo_sign_in"),
    path("demo/place/", demonstration.demo_place, name="demo_place"),
    path("demo/clock/", demonstration.demo_clock, name="demo_clock"),
]
