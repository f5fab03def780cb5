"""Keep a model on disk, in the course's own format and in the world's.

`folder` is the course's own; `hugging_face` and `gguf_file` read what others have
published and write what other people's programs run; `real` has the one published
model of the reality checks.

No pickles: a pickle is a program that runs when it is opened, and people download
weights from strangers.
"""

from course_lib.checkpoint.folder import load, load_notes, save
from course_lib.checkpoint.gguf_file import export_gguf, load_gguf, load_gguf_tokenizer
from course_lib.checkpoint.hugging_face import export_hf, load_hf
from course_lib.checkpoint.real import RealModel, load_real

__all__ = [
    "RealModel",
    "export_gguf",
    "export_hf",
    "load",
    "load_gguf",
    "load_gguf_tokenizer",
    "load_hf",
    "load_notes",
    "load_real",
    "save",
]
