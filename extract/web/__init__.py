"""Asking websites politely: a queue and a session for each host, robots.txt, limits, a recorded outcome for each ask."""
