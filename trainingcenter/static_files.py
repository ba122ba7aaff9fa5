"""Static files under names that change with their content, also where one of our scripts imports another."""

from whitenoise.storage import CompressedManifestStaticFilesStorage

# `import … from "./page.js"` and `import "./page.js"`, each at the beginning of its line, and so `export … from`.
IMPORT = r"""(?m)^(?P<matched>(?P<what>(?:import|export)\s(?:[^;"']*\sfrom\s)?\s*)"(?P<url>\.{1,2}/[^"]+)")"""


class HashedStaticFiles(CompressedManifestStaticFilesStorage):
    """What production serves for ever: a script that changes gets another name, and so does who imports it.

    Django's own `support_js_module_import_aggregation` reads every script there is, and stops at a comment of one that
    comes with django-htmx.
    """

    patterns = (
        *CompressedManifestStaticFilesStorage.patterns,
        ("js/*.js", ((IMPORT, '%(what)s"%(url)s"'),)),
    )
    # One for each step of the longest way from a page's script to the last that is imported, and one to see the end.
    max_post_process_passes = 12
