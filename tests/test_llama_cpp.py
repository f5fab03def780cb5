"""llama.cpp says, token by token, what our base model says: our GGUF is a real one.

Skipped where `llama-cpp-python` is missing (it compiles a C++ project, ten minutes).
"""

import random

import numpy
import pytest
import torch

from course_lib import checkpoint
from course_lib.chat import COURSE, END_OF_TEXT, Message
from course_lib.generate import SamplingConfig, generate
from course_lib.runtime import data_path
from course_lib.speedrun import BaseRecipe, read_corpus
from course_lib.world import World

llama_cpp = pytest.importorskip("llama_cpp", reason="needs llama-cpp-python")
N_NEW = 100
F32 = 0  # as ggml numbers it; the cache's default of 16 bits would round


@pytest.fixture(scope="module")
def base():
    model, tokenizer = checkpoint.load(data_path("base"))
    return model, tokenizer, tokenizer.special_tokens[END_OF_TEXT]


@pytest.fixture(scope="module")
def theirs(base, tmp_path_factory):
    path = tmp_path_factory.mktemp("gguf") / "base.gguf"
    checkpoint.export_gguf(path, base[0], base[1])
    return llama_cpp.Llama(
        str(path), n_ctx=256, n_threads=1, verbose=False, logits_all=True,
        type_k=F32, type_v=F32,
    )  # fmt: skip


@pytest.fixture(scope="module")
def prompts(base):
    """Begin pages of people, and cut pages that training never saw."""
    _, tokenizer, end = base
    dice = random.Random(0)
    facts = dice.sample(World(0).facts(), 20)
    texts = [f"{fact.subject}\n\n{fact.subject}" for fact in facts]
    pages = dice.sample(read_corpus(BaseRecipe()).held_out, 20)
    texts += [page.text[: dice.randint(10, 200)] for page in pages]
    return [[end, *tokenizer.encode(text)] for text in texts]


def test_it_cuts_text_as_we_do(base, theirs):
    _, tokenizer, _ = base
    pages = random.Random(1).sample(read_corpus(BaseRecipe()).held_out, 200)
    texts = [page.text for page in pages]
    texts += ["café 🎩  two  spaces\n\n\n", "12 + 345 = 357, <|end|>", "It's I'LL\t x"]
    for text in texts:
        ids = theirs.tokenize(text.encode(), add_bos=False, special=False)
        assert ids == tokenizer.encode(text), text


def test_it_computes_our_logits(base, theirs, prompts):
    model, _, _ = base
    for ids in prompts[:10]:
        theirs.reset()
        theirs.eval(ids)
        with torch.no_grad():
            ours = model(torch.tensor([ids]))[0].numpy()
        # Sums of 192 and 512 products in another order, on numbers of up to 30.
        numpy.testing.assert_allclose(theirs.scores[: len(ids)], ours, atol=2e-3)


def test_it_says_the_same_greedily(base, theirs, prompts):
    model, _, end = base
    greedy = SamplingConfig(temperature=0)
    equal, n_tokens = 0, 0
    for ids in prompts:
        ours = generate(model, [ids], greedy, N_NEW, stop_ids=[end])[0]
        theirs.reset()
        said: list[int] = []
        for token in theirs.generate(ids, temp=0.0, top_k=1, repeat_penalty=1.0):
            if token == end or len(said) == N_NEW:
                break
            said.append(token)
        equal += said == ours
        n_tokens += len(ours)
    print(f"{equal} of {len(prompts)} prompts equal, {n_tokens} tokens")
    assert equal == len(prompts)


def test_it_lays_a_chat_out_as_we_do_and_knows_where_answers_end(base, tmp_path):
    model, tokenizer, _ = base
    path = checkpoint.export_gguf(tmp_path / "chat.gguf", model, tokenizer, chat=COURSE)
    theirs = llama_cpp.Llama(str(path), n_ctx=64, n_threads=1, verbose=False)
    said = [("system", "Be brief."), ("user", "Where does\n 'Mira' live?")]
    format_chat = llama_cpp.llama_chat_format.Jinja2ChatFormatter(
        template=theirs.metadata["tokenizer.chat_template"],
        eos_token="<|end|>",
        bos_token=END_OF_TEXT,
    )
    told = format_chat(messages=[{"role": r, "content": c} for r, c in said])
    ids = theirs.tokenize(told.prompt.encode(), add_bos=False, special=True)
    assert ids == COURSE.prompt([Message(r, c) for r, c in said], tokenizer)
    assert theirs.token_eos() == tokenizer.special_tokens["<|end|>"]
    vocabulary = llama_cpp.llama_model_get_vocab(theirs.model)
    for stop in COURSE.stop_ids(tokenizer):
        assert llama_cpp.llama_vocab_is_eog(vocabulary, stop)
