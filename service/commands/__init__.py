"""The command line, one file for each command; `main` imports a command when it is called.

In: words and files. Out: text or JSON, and an exit code. May be imported by nothing.
"""
