"""Finds times, rooms and trainers for what a planner wishes: functions over facts, without the database."""
