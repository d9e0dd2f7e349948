from django.urls import include, path

from haven.workbench.queue import second_views, views

app_name = "queue"
_case = [
    path("", views.work, name="work"),
    path("take/", views.take, name="take"),
    path("put-back/", views.put_back, name="put_back"),
    path("leave/", views.leave, name="leave"),
    path("here/", views.here, name="here"),
    path("order/", views.about, name="about"),
    path("urgent/", views.urgent, name="urgent"),
    path("end-urgent/", views.end_urgent, name="end_urgent"),
    path("left/", views.left, name="left"),
    path("stop/", views.stop, name="stop"),
    path("second/", second_views.second_page, name="second"),
    path("second/take/", second_views.take, name="take_second"),
    path("second/give/", second_views.give, name="give_second"),
    path("second/put-back/", second_views.put_back, name="put_back_second"),
    path("agreement/", second_views.agreement_page, name="agreement"),
    path("agreement/draw/", second_views.draw, name="draw"),
    path("agreement/settle/", second_views.settle, name="settle"),
]
urlpatterns = [path("cases/<uuid:case_id>/queue/", include(_case))]
