"""What of an address may stand in a log: not the links by which anybody could enter (promise S26)."""

import re

# Signed links and keys of subscriptions are longer than any word, code or number in an address of ours.
LONGEST_WORD = 30
SHOWN = 4
LONG_WORDS = re.compile(rf"[^/?&=\s\"]{{{LONGEST_WORD + 1},}}")


def without_secrets(address: str) -> str:
    """The address with each overlong word cut to its beginning; "/password/link/WzEy…/"."""
    return LONG_WORDS.sub(lambda found: f"{found[0][:SHOWN]}…", address)
