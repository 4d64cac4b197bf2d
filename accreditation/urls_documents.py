"""Addresses of official documents and certificates."""

from django.urls import path

from accreditation.views import certificates, decisions, documents

urlpatterns = [
    path("lists/<int:round_pk>/<str:tier>/documents/", documents.list_documents, name="list_documents"),
    path("lists/<int:round_pk>/<str:tier>/documents/notice.pdf", documents.notice_draft, name="notice_draft"),
    path(
        "lists/<int:round_pk>/<str:tier>/documents/recognition.pdf",
        documents.recognition_document,
        name="recognition_document",
    ),
    path(
        "lists/<int:round_pk>/<str:tier>/documents/announcement.pdf",
        documents.announcement,
        name="announcement",
    ),
    path(
        "lists/<int:round_pk>/<str:tier>/documents/certificates/",
        documents.ask_certificates,
        name="ask_certificates",
    ),
    path(
        "applications/<int:pk>/disqualification.pdf",
        decisions.disqualification_pdf,
        name="disqualification_pdf",
    ),
    path("recognitions/<int:pk>/", certificates.title_papers, name="title_papers"),
    path("recognitions/<int:pk>/certificate.pdf", certificates.certificate_pdf, name="certificate_pdf"),
    path("recognitions/<int:pk>/plaque.pdf", certificates.plaque_pdf, name="plaque_pdf"),
    path("recognitions/<int:pk>/cancellation.pdf", certificates.cancellation_pdf, name="cancellation_pdf"),
]
