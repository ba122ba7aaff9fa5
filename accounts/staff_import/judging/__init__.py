"""From the cells of a record to what becomes of it: functions over plain data, without the database.

`record` judges one record by itself, `together` finds what only several rows show: one number twice, one person
under two numbers, one address for two.
"""
