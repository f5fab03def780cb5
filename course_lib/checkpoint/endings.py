"""Tell other programs which token begins, ends and fills, and how a chat is laid out.

They stop where they are told to: with the wrong end, an answer runs on to the limit.
"""

from dataclasses import dataclass

from course_lib.chat import END_OF_TEXT, ChatTemplate
from course_lib.checkpoint.hf_tokenizer import Tokenizer

# As the families name them: GPT-2 and SmolLM2 and ours, Llama 3, older Llamas.
TEXT_ENDS = (END_OF_TEXT, "<|end_of_text|>", "</s>")
TEXT_BEGINS = ("<|begin_of_text|>", "<s>", *TEXT_ENDS)
FILLERS = ("<|pad|>", "<pad>", "<|finetune_right_pad_id|>")


@dataclass(frozen=True)
class Endings:
    """Special tokens by what they do; None where the vocabulary has none."""

    begin: str | None  # stands before a document
    end: str | None  # stands after one, or after an answer in a chat
    fill: str | None
    stops: tuple[str, ...]  # all after which nothing more should be said

    @classmethod
    def of(cls, tokenizer: Tokenizer, chat: ChatTemplate | None = None) -> "Endings":
        """Find them by their names; a chat model's answers end as its template says.

        Raises:
            ValueError: if the tokenizer lacks a token that the template writes.
        """
        known = tokenizer.special_tokens
        end = _first(TEXT_ENDS, known)
        stops = () if end is None else (end,)
        if chat is not None:
            chat.stop_ids(tokenizer)  # complains of what is missing
            end, stops = chat.end, tuple(dict.fromkeys((chat.end, *stops)))
        return cls(_first(TEXT_BEGINS, known), end, _first(FILLERS, known), stops)

    def ids(self, tokenizer: Tokenizer) -> dict[str, int]:
        """Give the ids by the names that config.json and GGUF share."""
        names = {"bos": self.begin, "eos": self.end, "pad": self.fill}
        known = tokenizer.special_tokens
        return {kind: known[name] for kind, name in names.items() if name is not None}


def _first(names: tuple[str, ...], known: dict[str, int]) -> str | None:
    return next((name for name in names if name in known), None)


def jinja_of(chat: ChatTemplate) -> str:
    """Write a chat template in the language that `transformers` and llama.cpp read.

    It lays out what the system, the user and the assistant say. Calls of tools are
    left out: other programs have no tools of ours to run.
    """
    before, after = chat.opening.split("{role}")
    turn = f"{{{{ {before!r} + m['role'] + {after!r} + m['content'] }}}}"
    default = ""
    if chat.default_system is not None:
        words = chat.opening.format(role="system") + chat.default_system + chat.closing
        default = (
            "{% if messages[0]['role'] != 'system' %}"
            f"{{{{ {words!r} }}}}{{% endif %}}"
        )
    return (
        f"{default}{{% for m in messages %}}"
        "{% if m['role'] not in ['system', 'user', 'assistant'] %}"
        "{{ raise_exception('this template knows system, user and assistant only') }}"
        f"{{% endif %}}{turn}"
        "{% if m['role'] == 'assistant' %}"
        f"{{{{ {chat.end + chat.after_end!r} }}}}{{% else %}}"
        f"{{{{ {chat.closing!r} }}}}{{% endif %}}{{% endfor %}}"
        "{% if add_generation_prompt %}"
        f"{{{{ {chat.opening.format(role='assistant')!r} }}}}{{% endif %}}"
    )
