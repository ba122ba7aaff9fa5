"""What planners type."""
