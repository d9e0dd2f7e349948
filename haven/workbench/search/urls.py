from django.urls import path

from haven.workbench.search import views

app_name = "search"
urlpatterns = [
    path("agency/statistics/", views.statistics, name="statistics"),
    path("agency/statistics.csv", views.statistics_csv, name="statistics_csv"),
]
