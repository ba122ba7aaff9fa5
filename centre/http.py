"""What a page may be asked with. Whatever answers GET answers HEAD too: link checkers and monitors ask so."""

from django.views.decorators.http import require_http_methods

# A page with a form on it: looked at, and sent.
require_form = require_http_methods(["GET", "HEAD", "POST"])

# What a program may keep for itself, but has to ask about before it shows it again; everything else is kept nowhere.
ASKED_ANEW = "private, no-cache"
