"""The columns of the planners' and the centre's lists."""
