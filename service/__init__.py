"""The decision service as people and programs meet it: the command line."""
