"""What notebooks show: rich views that also read well as plain text and on paper.

Every widget has three forms: live in JupyterLab, an HTML picture of its first
state (GitHub, an untrusted notebook, print), and one line of plain text that is
the same on every run. Widgets show what others computed; none of them trains.
"""

from course_lib.widgets.merge_stepper import MergeStepper
from course_lib.widgets.predict import predict, prediction_score
from course_lib.widgets.token_explorer import TokenExplorer

__all__ = ["MergeStepper", "TokenExplorer", "predict", "prediction_score"]
