"""Reports for planners, which put sessions, people and attendance together."""
