"""What a browser calls itself, in words for people."""

from django.utils.translation import gettext as _

# The first that the browser's own description holds is meant: others claim to be Chrome or Safari too.
BROWSERS = (
    ("YaBrowser", "Yandex"),
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


def device_in_words(description: str) -> str:
    """ "Chrome, Windows"; what is not known is said so."""
    browser = next((name for sign, name in BROWSERS if sign in description), "")
    system = next((name for sign, name in SYSTEMS if sign in description), "")
    return ", ".join(filter(None, (browser, system))) or _("unknown device")
