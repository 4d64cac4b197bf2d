"""Addresses of the pages for everyone."""

from django.urls import path

from accreditation.views import documents, draws, paper_check, public, register

urlpatterns = [
    path("", public.public_home, name="public_home"),
    # /notices/
    path("notices/", public.notices, name="notices"),
    path("notices/<int:pk>/", public.notice, name="notice"),
    path("notices/<int:pk>/notice.pdf", documents.notice_pdf, name="notice_pdf"),
    path("notices/<int:pk>/entries/<int:entry>/object/", public.object_to, name="object_to"),
    # /objections/
    path("objections/", public.objection_status, name="objection_status"),
    path("objections/<str:code>/receipt/", public.objection_receipt, name="objection_receipt"),
    # /recognised/, /communities/, /certificates/
    path("recognised/", register.recognised, name="recognised"),
    path("recognised/figures/", register.recognised_figures, name="recognised_figures"),
    path("recognised/ended/", register.ended, name="ended"),
    path("communities/", register.communities, name="communities"),
    path("communities/<int:pk>/", register.community_history, name="community_history"),
    path("certificates/", public.certificate_check, name="certificate_check"),
    path("certificates/<str:number>/", public.certificate, name="certificate"),
    # /draws/
    path("draws/", draws.draws, name="draws"),
    path("draws/spot_draw.py", draws.draw_script, name="draw_script"),
    path("draws/<int:pk>/", draws.public_draw, name="public_draw"),
    path("draws/<int:pk>/pool.txt", draws.draw_pool, name="draw_pool"),
    path("draws/<int:pk>/again/", draws.repeat_draw, name="repeat_draw"),
    path("draws/<int:pk>/certificate.pdf", draws.draw_certificate, name="draw_certificate"),
    # /papers/
    path("papers/", paper_check.paper_check, name="paper_check"),
    path("papers/<str:code>/", paper_check.paper, name="paper"),
    # /programmes/
    path("programmes/", public.programmes, name="programmes"),
    path("programmes/<str:key>/", public.programme, name="programme"),
]
