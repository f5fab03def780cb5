"""How LLMs like ChatGPT are built: the small library behind the chapters.

Importing it imports nothing else: `python -m course_lib` has to run before
anything is installed.
"""

__version__ = "0.1.0"
