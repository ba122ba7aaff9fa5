"""The policy as a page: each number in words, what a change touches, and every version for ever."""
