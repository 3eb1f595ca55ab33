"""Asking websites politely: a queue for each host, robots.txt, limits, and a recorded outcome for each ask."""
