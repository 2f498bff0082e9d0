"""The manager's Today: what is overdue, due, waiting, the money, the day and its close; search, import, and the trace of a cent.

The roof: it names the rooms it listens to (``rooms.py``) and asks them; no room knows it.
"""
