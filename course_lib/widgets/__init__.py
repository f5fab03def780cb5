"""What notebooks show: rich views that also read well as plain text and on paper.

Every widget has three forms: live in JupyterLab, an HTML picture of its first
state (GitHub, an untrusted notebook, print), and one line of plain text that is
the same on every run. Widgets show what others computed; none of them trains.
"""

from course_lib.widgets.attention_view import AttentionView
from course_lib.widgets.chat_panel import ChatPanel
from course_lib.widgets.course_map import CourseMap
from course_lib.widgets.curve_guess import CurveGuess
from course_lib.widgets.guess_game import GuessGame
from course_lib.widgets.label_pairs import LabelPairs
from course_lib.widgets.live_chart import LiveChart
from course_lib.widgets.merge_stepper import MergeStepper
from course_lib.widgets.next_token_stepper import NextTokenStepper
from course_lib.widgets.pick_out import PickOut
from course_lib.widgets.practice_scrubber import PracticeScrubber
from course_lib.widgets.predict import predict, prediction_score
from course_lib.widgets.present import Present, RunSheet
from course_lib.widgets.query_arrow import QueryArrow
from course_lib.widgets.score_scrubber import ScoreScrubber
from course_lib.widgets.threshold_bars import ThresholdBars
from course_lib.widgets.token_explorer import TokenExplorer
from course_lib.widgets.tool_trace import ToolTrace

__all__ = [
    "AttentionView",
    "ChatPanel",
    "CourseMap",
    "CurveGuess",
    "GuessGame",
    "LabelPairs",
    "LiveChart",
    "MergeStepper",
    "NextTokenStepper",
    "PickOut",
    "PracticeScrubber",
    "Present",
    "QueryArrow",
    "RunSheet",
    "ScoreScrubber",
    "ThresholdBars",
    "TokenExplorer",
    "ToolTrace",
    "predict",
    "prediction_score",
]
