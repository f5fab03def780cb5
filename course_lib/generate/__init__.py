"""Turn logits into token ids, one step at a time.

Strings belong to `tokenizer` and `chat`; this room sees ids only. `sampling` chooses
one token, `decoding` goes on and on, `scoring` asks how likely a given answer is.
"""

from course_lib.generate.decoding import (
    generate,
    generate_with_probabilities,
    stream,
    stream_with_probabilities,
)
from course_lib.generate.sampling import (
    SamplingConfig,
    darts_of_rows,
    draw,
    next_probabilities,
)
from course_lib.generate.scoring import score

__all__ = [
    "SamplingConfig",
    "darts_of_rows",
    "draw",
    "generate",
    "generate_with_probabilities",
    "next_probabilities",
    "score",
    "stream",
    "stream_with_probabilities",
]
