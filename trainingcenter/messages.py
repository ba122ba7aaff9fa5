"""Where a message waits for the next page: in a cookie, or in the session when it is long."""

from django.conf import settings
from django.contrib.messages.storage.cookie import CookieStorage
from django.contrib.messages.storage.fallback import FallbackStorage
from django.contrib.messages.storage.session import SessionStorage


class HostCookieStorage(CookieStorage):
    """Django's own under a name that in production binds it to this host, as the other cookies are (promise S13)."""

    cookie_name = "__Host-messages" if settings.IS_PRODUCTION else "messages"


class MessageStorage(FallbackStorage):
    storage_classes = (HostCookieStorage, SessionStorage)
