"""Turn text into token ids and back, with byte-pair encoding (BPE).

`pieces` cuts strings, `merges` knows ids only, `bpe` holds both together.
"""

from course_lib.tokenizer.bpe import BPETokenizer
from course_lib.tokenizer.merges import learn_merges, replace_pair
from course_lib.tokenizer.pieces import PATTERNS

__all__ = ["PATTERNS", "BPETokenizer", "learn_merges", "replace_pair"]
