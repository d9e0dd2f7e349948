from django.urls import include, path

from haven.workbench.crops import views

app_name = "crops"
_item = [
    path("", views.draw, name="draw"),
    path("place/", views.place, name="place"),
    path("list/", views.about_item, name="about_item"),
]
_crop = [
    path("", views.crop, name="one"),
    path("look/", views.look, name="look"),
    path("<uuid:look_id>/picture.jpg", views.picture, name="picture"),
    path("propose/", views.propose, name="propose"),
    path("release/", views.release, name="release"),
    path("refuse/", views.refuse, name="refuse"),
    path("withdraw/", views.withdraw, name="withdraw"),
    path("file/", views.file, name="file"),
]
urlpatterns = [
    path("cases/<uuid:case_id>/items/<int:item_id>/object/", include(_item)),
    path("cases/<uuid:case_id>/objects/", views.crops, name="list"),
    path("cases/<uuid:case_id>/objects/<uuid:crop_id>/", include(_crop)),
]
