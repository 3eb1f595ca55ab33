"""When and for whom: settings, the command line, and the Prefect flows over plain functions."""
