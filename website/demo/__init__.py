"""The demo centre: loads the files of ``demo/`` and makes a living timetable around today. Everybody is fictional."""
