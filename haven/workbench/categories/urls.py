from django.urls import include, path

from haven.workbench.categories import scheme_views, views

app_name = "categories"
_case = [
    path("", views.case, name="case"),
    path("give/", views.give, name="give"),
    path("undo/", views.undo, name="undo"),
    path("many/", views.many, name="many"),
    path("batches/<uuid:batch_id>/", views.batch, name="batch"),
    path("batches/<uuid:batch_id>/undo/", views.undo_batch, name="undo_batch"),
    path("choose/", scheme_views.choose, name="choose"),
    path("drop/", scheme_views.drop, name="drop"),
]
urlpatterns = [
    path("cases/<uuid:case_id>/categories/", include(_case)),
    path("agency/schemes/", scheme_views.schemes_page, name="schemes"),
    path("agency/schemes/new/", scheme_views.make, name="make"),
    path("agency/schemes/default/", scheme_views.set_default, name="set_default"),
    path("agency/schemes/retire/", scheme_views.retire, name="retire"),
]
