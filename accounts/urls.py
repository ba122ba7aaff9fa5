from django.urls import path

from accounts import import_views, saved_view_views, views

app_name = "accounts"
urlpatterns = [
    path("sign-in/", views.sign_in, name="sign_in"),
    path("sign-out/", views.sign_out, name="sign_out"),
    path("account/", views.account, name="account"),
    path("account/password/", views.change_password, name="change_password"),
    path("staff-import/", import_views.staff_import, name="staff_import"),
    path("staff-import/<int:pk>/", import_views.staff_import_preview, name="staff_import_preview"),
    path("staff-import/<int:pk>/apply/", import_views.apply_staff_import, name="apply_staff_import"),
    path("account/views/", saved_view_views.saved_view_new, name="saved_view_new"),
    path("account/views/<int:pk>/removal/", saved_view_views.saved_view_removal, name="saved_view_removal"),
    path("language/", views.choose_language, name="choose_language"),
]
