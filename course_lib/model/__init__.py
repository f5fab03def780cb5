"""One Transformer, described by a `ModelConfig`: GPT-2 and Llama 3 are two settings.

Token ids come in, logits go out. This room never sees a string.
"""

from course_lib.model.cache import KVCache
from course_lib.model.config import ModelConfig, RopeScaling
from course_lib.model.int8 import Int8Transformer, quantise
from course_lib.model.transformer import Transformer

__all__ = [
    "Int8Transformer",
    "KVCache",
    "ModelConfig",
    "RopeScaling",
    "Transformer",
    "quantise",
]
