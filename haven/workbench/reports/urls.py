from django.urls import include, path

from haven.workbench.reports import views

app_name = "reports"
_case = [
    path("", views.reports, name="list"),
    path("new/", views.new, name="new"),
    path("<uuid:report_id>/", views.report, name="one"),
    path("<uuid:report_id>/views/<slug:view_sha256>/", views.view, name="view"),
    path("<uuid:report_id>/export/", views.export, name="export"),
    path("<uuid:report_id>/compare/", views.compare, name="compare"),
]
urlpatterns = [path("cases/<uuid:case_id>/reports/", include(_case))]
