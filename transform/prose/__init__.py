"""What the prose of a report says: its sections, and the numbers that it states."""
