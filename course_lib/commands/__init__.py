"""The verbs of `python -m course_lib`, one module each.

They run before anything is installed: the standard library and `runtime` only, and
what needs torch is run inside `.venv`.
"""
