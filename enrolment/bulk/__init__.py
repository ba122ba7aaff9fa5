"""Many at once (rule 18): a list of people and one session, looked through first, then enrolled in the background."""
