from django.urls import path

from haven.audit import views

app_name = "audit"
urlpatterns = [
    path("record/", views.listing, name="list"),
    path("record/entries/<uuid:entry_id>/", views.entry, name="entry"),
    path("record/checkpoints/", views.checkpoints, name="checkpoints"),
    path("record/checkpoints/<int:size>.note", views.note, name="note"),
    path("record/checkpoints/<int:size>/stamp/", views.ask_stamp, name="ask_stamp"),
    path("record/stamps/", views.bring_stamp, name="bring_stamp"),
    path("record/export/", views.export, name="export"),
]
