from django.urls import path

from haven.hub.finding import need_views, views

app_name = "finding"
urlpatterns = [
    path("hub/find/", views.find, name="find"),
    path("hub/shortlist/", views.shortlist, name="shortlist"),
    path("hub/shortlist/add/", views.add, name="add"),
    path("hub/shortlist/remove/", views.remove, name="remove"),
    path("hub/shortlist/table/", views.table, name="table"),
    path("hub/shortlist/document/", views.document, name="document"),
    path("hub/shortlist/<slug:slug>/note/", views.note, name="note"),
    path("hub/following/", views.following, name="following"),
    path("hub/following/letter/", views.letter, name="letter"),
    path("hub/following/feed/", views.make_feed, name="make_feed"),
    path("hub/following/feed/end/", views.end_feed, name="end_feed"),
    path("hub/tools/<slug:slug>/follow/", views.follow, name="follow"),
    path("hub/tools/<slug:slug>/unfollow/", views.unfollow, name="unfollow"),
    path("hub/searches/keep/", views.keep, name="keep"),
    path("hub/searches/<uuid:search_id>/look/", views.look, name="look"),
    path("hub/searches/<uuid:search_id>/forget/", views.forget, name="forget"),
    path("hub/needs/", need_views.needs, name="needs"),
    path("hub/needs/say/", need_views.say, name="say"),
    path("hub/needs/<uuid:need_id>/", need_views.need, name="need"),
    path("hub/needs/<uuid:need_id>/second/", need_views.second, name="second"),
    path("hub/needs/<uuid:need_id>/withdraw/", need_views.withdraw, name="withdraw"),
    path("hub/needs/<uuid:need_id>/answer/", need_views.answer, name="answer"),
]
