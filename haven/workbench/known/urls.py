from django.urls import path

from haven.workbench.known import views

app_name = "known"
urlpatterns = [
    path("agency/known/", views.lists, name="lists"),
    path("agency/known/ask/", views.ask, name="ask"),
    path("agency/known/<uuid:list_id>/", views.one, name="list"),
    path("agency/known/<uuid:list_id>/confirm/", views.confirm, name="confirm"),
    path("agency/known/<uuid:list_id>/meanings/", views.meanings, name="meanings"),
    path("agency/known/<uuid:list_id>/out/", views.take_out, name="take_out"),
    path("agency/known/aside/<int:aside_id>/", views.put_back, name="put_back"),
    path("cases/<uuid:case_id>/known/", views.of_case, name="of_case"),
    path("cases/<uuid:case_id>/items/<int:item_id>/known/", views.about_item, name="about_item"),
]
