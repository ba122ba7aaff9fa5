"""Course materials: Markdown of the methodist, shown as clean HTML."""

import re

import markdown
import nh3
from django.utils.safestring import SafeString

TAGS = {
    *("p", "br", "hr", "h2", "h3", "h4", "ul", "ol", "li", "blockquote", "pre", "code"),
    *("em", "strong", "del", "a", "table", "thead", "tbody", "tr", "th", "td"),
}
HEADING = re.compile(r"^(#{1,6})\s", re.MULTILINE)
ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}}


def to_html(text: str) -> SafeString:
    """The material as HTML without scripts, styles, images and foreign attributes, whatever was written.

    Headings begin at the second level, for the first is the page's own, however the methodist began them.
    """
    levels = [len(marks) for marks in HEADING.findall(text)]
    html = markdown.markdown(
        text,
        extensions=["tables", "sane_lists", "toc"],
        extension_configs={"toc": {"baselevel": 3 - min(levels, default=1), "marker": ""}},
    )
    cleaned = nh3.clean(html, tags=TAGS, attributes=ATTRIBUTES, url_schemes={"http", "https", "mailto"})
    return SafeString(cleaned)
