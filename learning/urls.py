from django.urls import path

from learning import views

app_name = "learning"
urlpatterns = [
    path("study/<slug:code>/", views.study, name="study"),
    path("study/<slug:code>/start/", views.start, name="start"),
    path("study/<slug:code>/materials/<int:number>/", views.material, name="material"),
    path("study/<slug:code>/materials/<int:number>/read/", views.read, name="read"),
    path("study/<slug:code>/test/", views.test, name="test"),
    path("study/<slug:code>/finish/", views.finish, name="finish"),
]
