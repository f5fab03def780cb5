"""Facts about exported chat models: others stop where ours do, and talk as we do."""

import json

import pytest
import torch

from course_lib import checkpoint
from course_lib.chat import CHATML, COURSE, SPECIAL_TOKENS, Message
from course_lib.model import ModelConfig, Transformer
from course_lib.tokenizer import BPETokenizer, PublishedTokenizer, Vocabulary

transformers = pytest.importorskip("transformers", reason="needs transformers")

TEXT = ["It's 2024, the café at 10 o'clock: the theme of the end"] * 2
SAID = (
    ("system", "Be brief, it's 'late'."),
    ("user", 'What "is" it?\n\n  {{ 7 }}'),
    ("assistant", "The theme."),
    ("user", "And the end?"),
)
MESSAGES = [Message(role, words) for role, words in SAID]
DICTS = [{"role": role, "content": words} for role, words in SAID]


def tokenizer_with(*special: str) -> BPETokenizer:
    return BPETokenizer.train(TEXT, 262 + len(special), special)


def model_for(tokenizer) -> Transformer:
    return Transformer(ModelConfig(tokenizer.vocab_size, 64, 1, 16, 2, 2, 32))


COURSES = tokenizer_with(*SPECIAL_TOKENS)
SMOLLMS = tokenizer_with("<|endoftext|>", "<|im_start|>", "<|im_end|>")
CHATS = {"course": (COURSES, COURSE), "chatml": (SMOLLMS, CHATML)}


def fields(path) -> dict:
    gguf = pytest.importorskip("gguf")
    reader = gguf.GGUFReader(path)
    return {name: field.contents() for name, field in reader.fields.items()}


@pytest.mark.parametrize(("tokenizer", "chat"), CHATS.values(), ids=CHATS)
def test_transformers_stops_where_the_answer_ends(tmp_path, tokenizer, chat):
    folder = checkpoint.export_hf(
        tmp_path / "mine", model_for(tokenizer), tokenizer, chat=chat
    )
    theirs = transformers.AutoModelForCausalLM.from_pretrained(folder)
    known = tokenizer.special_tokens
    stops = theirs.generation_config.eos_token_id
    assert stops == [known[chat.end], known["<|endoftext|>"]]
    assert set(stops) == set(chat.stop_ids(tokenizer))
    assert theirs.config.eos_token_id == known[chat.end]
    names = transformers.AutoTokenizer.from_pretrained(folder)
    assert (names.eos_token, names.bos_token) == (chat.end, "<|endoftext|>")
    assert names.pad_token == ("<|pad|>" if chat is COURSE else None)


@pytest.mark.parametrize(("tokenizer", "chat"), CHATS.values(), ids=CHATS)
@pytest.mark.parametrize("start", [0, 1], ids=["with a system message", "without"])
def test_transformers_lays_a_chat_out_as_we_do(tmp_path, tokenizer, chat, start):
    folder = checkpoint.export_hf(
        tmp_path / "mine", model_for(tokenizer), tokenizer, chat=chat
    )
    names = transformers.AutoTokenizer.from_pretrained(folder)
    ids = names.apply_chat_template(
        DICTS[start:], add_generation_prompt=True, return_dict=False
    )
    assert list(ids) == chat.prompt(MESSAGES[start:], tokenizer)
    whole = names.apply_chat_template(DICTS[start:3], return_dict=False)
    assert list(whole) == chat.encode(MESSAGES[start:3], tokenizer)[0]


def test_a_role_that_the_template_lacks_is_refused_there(tmp_path):
    folder = checkpoint.export_hf(
        tmp_path / "mine", model_for(COURSES), COURSES, chat=COURSE
    )
    names = transformers.AutoTokenizer.from_pretrained(folder)
    with pytest.raises(Exception, match="knows system, user and assistant only"):
        names.apply_chat_template([{"role": "tool", "content": "7"}], tokenize=False)


@pytest.mark.parametrize(("tokenizer", "chat"), CHATS.values(), ids=CHATS)
def test_a_gguf_says_the_same(tmp_path, tokenizer, chat):
    path = checkpoint.export_gguf(
        tmp_path / "mine.gguf", model_for(tokenizer), tokenizer, chat=chat
    )
    told, known = fields(path), tokenizer.special_tokens
    assert told["tokenizer.ggml.eos_token_id"] == known[chat.end]
    assert told["tokenizer.ggml.bos_token_id"] == known["<|endoftext|>"]
    assert told.get("tokenizer.ggml.padding_token_id") == known.get("<|pad|>")
    folder = checkpoint.export_hf(
        tmp_path / "mine", model_for(tokenizer), tokenizer, chat=chat
    )
    settings = json.loads((folder / "tokenizer_config.json").read_text())
    assert told["tokenizer.chat_template"] == settings["chat_template"]


def test_a_base_model_ends_with_its_text_and_offers_no_chat(tmp_path):
    model, end = model_for(COURSES), COURSES.special_tokens["<|endoftext|>"]
    folder = checkpoint.export_hf(tmp_path / "mine", model, COURSES)
    theirs = transformers.AutoModelForCausalLM.from_pretrained(folder)
    assert theirs.generation_config.eos_token_id in (end, [end])
    names = transformers.AutoTokenizer.from_pretrained(folder)
    assert (names.eos_token, names.chat_template) == ("<|endoftext|>", None)
    told = fields(checkpoint.export_gguf(tmp_path / "mine.gguf", model, COURSES))
    assert told["tokenizer.ggml.eos_token_id"] == end
    assert "tokenizer.chat_template" not in told


@pytest.mark.parametrize(
    ("special", "begin", "end"),
    [
        (("<s>", "</s>"), "<s>", "</s>"),
        (("<|end_of_text|>", "<|begin_of_text|>"), "<|begin_of_text|>",
         "<|end_of_text|>"),
        (("<|start|>",), None, None),
        ((), None, None),
    ],
)  # fmt: skip
@pytest.mark.parametrize("place", ["last", "first"])
def test_other_families_names_are_known(tmp_path, special, begin, end, place):
    tokenizer = tokenizer_with(*special)
    if place == "first":
        own, n = Vocabulary.of(tokenizer), len(special)
        tokens = (*special, *own.tokens[: len(own.tokens) - n])
        ids = {name: i for i, name in enumerate(special)}
        tokenizer = PublishedTokenizer(Vocabulary(tokens, own.merges, ids))
    model, known = model_for(tokenizer), tokenizer.special_tokens
    folder = checkpoint.export_hf(tmp_path / "mine", model, tokenizer)
    config = json.loads((folder / "config.json").read_text())
    assert config.get("bos_token_id") == known.get(begin)
    assert config.get("eos_token_id") == known.get(end)
    names = transformers.AutoTokenizer.from_pretrained(folder)
    assert (names.bos_token, names.eos_token) == (begin, end)
    told = fields(checkpoint.export_gguf(tmp_path / "mine.gguf", model, tokenizer))
    assert told.get("tokenizer.ggml.bos_token_id") == known.get(begin)
    assert told.get("tokenizer.ggml.eos_token_id") == known.get(end)


@pytest.mark.parametrize("export", ["export_hf", "export_gguf"])
def test_a_chat_in_tokens_that_are_not_there_is_refused(tmp_path, export):
    write, path = getattr(checkpoint, export), tmp_path / "mine"
    with pytest.raises(ValueError, match=r"lacks <\|im_start\|>"):
        write(path, model_for(COURSES), COURSES, chat=CHATML)
    with pytest.raises(ValueError, match="needs the tokenizer"):
        write(path, model_for(COURSES), chat=COURSE)
    assert list(tmp_path.iterdir()) == []


def test_transformers_generation_ends_at_the_end_token(tmp_path):
    """A model that can only say one thing says it, and stops."""
    model, end = model_for(COURSES), COURSES.special_tokens["<|end|>"]
    with torch.no_grad():
        for name, weights in model.named_parameters():
            weights.zero_() if "norm" not in name else weights.fill_(1)
        model.embed.weight[:, 0] = 1.0
        model.embed.weight[end, 0] = 2.0  # the largest logit, wherever it stands
    folder = checkpoint.export_hf(tmp_path / "mine", model, COURSES, chat=COURSE)
    theirs = transformers.AutoModelForCausalLM.from_pretrained(folder)
    prompt = torch.tensor([COURSE.prompt(MESSAGES[1:2], COURSES)])
    said = theirs.generate(prompt, max_new_tokens=9, do_sample=False)
    assert said[0, prompt.shape[1] :].tolist() == [end]
