"""Keep a model on disk, in the course's own format and in the world's.

`folder` is the course's own; `hugging_face` and `gguf_file` read what others have
published and write what other people's programs run.

No pickles: a pickle is a program that runs when it is opened, and people download
weights from strangers.
"""

from course_lib.checkpoint.folder import load, load_notes, save
from course_lib.checkpoint.gguf_file import export_gguf, load_gguf, load_gguf_tokenizer
from course_lib.checkpoint.hugging_face import export_hf, load_hf

__all__ = [
    "export_gguf",
    "export_hf",
    "load",
    "load_gguf",
    "load_gguf_tokenizer",
    "load_hf",
    "load_notes",
    "save",
]
