from django.urls import path

from notifications import views

app_name = "notifications"
urlpatterns = [
    path("messages/", views.message_list, name="message_list"),
    path("messages/<int:pk>/", views.message, name="message"),
    path("messages/<int:pk>/stop/", views.stop_message, name="stop_message"),
    path("messages/<int:pk>/resend/", views.resend_message, name="resend_message"),
    path("my-messages/", views.my_messages, name="my_messages"),
]
