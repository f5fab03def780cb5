"""Turn text into token ids and back, with byte-pair encoding (BPE).

`bpe` knows strings and ids, `merges` knows ids only.
"""

from course_lib.tokenizer.bpe import PATTERNS, BPETokenizer
from course_lib.tokenizer.merges import learn_merges, replace_pair

__all__ = ["PATTERNS", "BPETokenizer", "learn_merges", "replace_pair"]
