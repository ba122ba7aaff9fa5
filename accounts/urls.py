from django.urls import path
from django.views.generic import RedirectView

from accounts import import_answer_views, import_files, import_views, saved_view_views
from accounts.views import access, invitations, own, passwords, second_factor, sign_in, theme

app_name = "accounts"
urlpatterns = [
    path("sign-in/", sign_in.sign_in, name="sign_in"),
    path("sign-in/code/", second_factor.second_factor_code, name="second_factor_code"),
    # Django's own pages have doors of their own, which know no second factor and no pause after wrong passwords.
    path("admin/login/", sign_in.admin_door, name="admin_door"),
    path(
        "admin/password_change/",
        RedirectView.as_view(pattern_name="accounts:change_password"),
        name="admin_password",
    ),
    path("sign-out/", sign_in.sign_out, name="sign_out"),
    path("language/", sign_in.choose_language, name="choose_language"),
    path("theme/", theme.choose_theme, name="choose_theme"),
    path("password/forgotten/", passwords.forgot_password, name="forgot_password"),
    path("password/asked/", passwords.password_asked, name="password_asked"),
    path("password/link/<str:token>/", passwords.password_link, name="password_link"),
    path("password/new/", passwords.new_password, name="new_password"),
    path("account/", own.account, name="account"),
    path("account/time-zone/", own.choose_time_zone, name="choose_time_zone"),
    path("account/password/", own.change_password, name="change_password"),
    path("account/devices/", own.own_sessions, name="own_sessions"),
    path("account/devices/end/", own.end_session, name="end_session"),
    path("account/stay/", own.stay, name="stay"),
    path("account/kept-form/", own.kept_form, name="kept_form"),
    path("account/second-factor/", second_factor.set_up_factor, name="set_up_factor"),
    path("account/second-factor/codes/", second_factor.recovery_codes, name="recovery_codes"),
    path("account/second-factor/off/", second_factor.switch_factor_off, name="switch_factor_off"),
    path("access/", access.roles, name="roles"),
    path("access/<int:pk>/", access.person_access, name="person_access"),
    path("access/<int:pk>/role/", access.give_role, name="give_role"),
    path("access/<int:pk>/role/<str:role>/end/", access.take_role, name="take_role"),
    path("access/<int:pk>/close/", access.close_account, name="close_account"),
    path("access/<int:pk>/open/", access.open_account, name="open_account"),
    path("access/<int:pk>/sign-out/", access.sign_out_everywhere, name="sign_out_everywhere"),
    path("access/<int:pk>/second-factor/", access.reset_factor, name="reset_factor"),
    path("access/<int:pk>/look/", access.view_as, name="view_as"),
    path("access/look/end/", access.stop_viewing, name="stop_viewing"),
    path("invitations/", invitations.invitations, name="invitations"),
    path("invitations/send/", invitations.invite, name="invite"),
    path("invitations/<int:pk>/paper/", invitations.invite_on_paper, name="invite_on_paper"),
    path("staff-import/", import_views.staff_import, name="staff_import"),
    path("staff-import/<int:pk>/", import_views.staff_import_preview, name="staff_import_preview"),
    path("staff-import/template/", import_files.staff_list_template, name="staff_list_template"),
    path("staff-import/synonyms/", import_answer_views.synonyms, name="synonyms"),
    path(
        "staff-import/synonyms/<int:pk>/removal/", import_answer_views.synonym_removal, name="synonym_removal"
    ),
    path("staff-import/<int:pk>/ends/", import_files.staff_import_ends, name="staff_import_ends"),
    path("staff-import/<int:pk>/refused/", import_files.staff_import_refused, name="staff_import_refused"),
    path(
        "staff-import/<int:pk>/questions/",
        import_answer_views.answer_import_question,
        name="answer_import_question",
    ),
    path("staff-import/<int:pk>/undo/", import_views.undo_import, name="undo_import"),
    path("staff-import/<int:pk>/<int:line>/", import_answer_views.staff_import_row, name="staff_import_row"),
    path(
        "staff-import/<int:pk>/<int:line>/answer/",
        import_answer_views.answer_import_row,
        name="answer_import_row",
    ),
    path("staff-import/<int:pk>/apply/", import_views.apply_staff_import, name="apply_staff_import"),
    path("account/views/", saved_view_views.saved_view_new, name="saved_view_new"),
    path("account/views/<int:pk>/removal/", saved_view_views.saved_view_removal, name="saved_view_removal"),
]
