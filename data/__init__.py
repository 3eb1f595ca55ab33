"""What is known beforehand, as data: forms, divisions, sources, the sample site."""
