"""Exercises that tell a student what is wrong and never stop a chapter.

A chapter writes `from course_lib.exercises.tokenization import exercise` and
puts `@exercise("02.merge")` above a stub. What comes out of that cell works in every
case: the student's function where it is right, the course's own otherwise.
"""

from course_lib.exercises.board import exercise, known_exercises

__all__ = ["exercise", "known_exercises"]
