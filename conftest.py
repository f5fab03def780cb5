"""Load the strict notebook testing for every pytest run in this checkout."""

pytest_plugins = ["strict_nbval"]  # tests/strict_nbval.py; see pythonpath in pyproject
