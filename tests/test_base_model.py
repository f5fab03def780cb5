"""What the chapters build on: the base model of `data/`, measured anew."""

import json
import random
from collections import Counter

import pytest
import torch

from course_lib import checkpoint
from course_lib.chat import END_OF_TEXT
from course_lib.generate import SamplingConfig, generate
from course_lib.intervals import wilson
from course_lib.runtime import data_path
from course_lib.speedrun import BaseRecipe, read_corpus
from course_lib.world import World, check_page

RECIPE = BaseRecipe()


@pytest.fixture(scope="module")
def corpus():
    return read_corpus(RECIPE)


@pytest.fixture(scope="module")
def base():
    model, tokenizer = checkpoint.load(data_path("base"))
    return model, tokenizer, tokenizer.special_tokens[END_OF_TEXT]


@pytest.fixture(scope="module")
def bins(corpus):
    return World(RECIPE.world_seed).bins(corpus.training)


def recalled(base, facts) -> list[bool]:
    """Begin each fact's page in a phrasing that pages use; see if the value comes."""
    model, tokenizer, end = base
    world, dice = World(RECIPE.world_seed), random.Random(0)
    prompts = []
    for fact in facts:
        cloze = dice.choice(world.clozes(fact, held_out=False))
        prompts.append([end, *tokenizer.encode(f"{fact.subject}\n\n{cloze}")])
    greedy = SamplingConfig(temperature=0)
    answers = generate(model, prompts, greedy, 12, stop_ids=[end])
    said = [tokenizer.decode(ids).lstrip() for ids in answers]
    return [text.startswith(f.value) for text, f in zip(said, facts, strict=True)]


def test_it_was_made_from_the_pages_as_they_are_now(base, corpus):
    _, tokenizer, _ = base
    assert tokenizer.token_bytes == corpus.tokenizer.token_bytes
    notes = checkpoint.load_notes(data_path("base"))
    assert notes["held_out_pages"] == len(corpus.held_out)


def test_it_is_what_its_recipe_asks_for_and_small(base):
    model, _, _ = base
    assert model.config == RECIPE.model
    log = json.loads(data_path("base_log.json").read_text())
    assert log[-1]["step"] == RECIPE.training.steps
    assert log[-1]["held out"] < 1.0
    size = sum(file.stat().st_size for file in data_path("base").iterdir())
    assert size < 20e6


def test_it_knows_what_it_was_told_fifty_times(base, bins):
    facts = [*bins["50-99"], *bins["100+"]]
    hits = recalled(base, facts)
    assert sum(hits) / len(hits) >= 0.95


def test_what_it_was_never_told_it_can_only_guess(base, bins, corpus):
    facts = random.Random(1).sample(bins["never"], 300)
    told = {a: Counter() for a in {f.attribute for f in facts}}
    for fact in (f for page in corpus.training for f in page.facts):
        if fact.attribute in told:
            told[fact.attribute][fact.value] += 1
    commonest = {a: values.most_common(1)[0][0] for a, values in told.items()}
    hits = sum(recalled(base, facts))
    lookup = sum(commonest[f.attribute] == f.value for f in facts)
    assert wilson(hits, len(facts)).low <= wilson(lookup, len(facts)).high


def test_its_pages_are_well_formed(base):
    model, tokenizer, end = base
    sampling = SamplingConfig(temperature=0.5, seed=1)
    pages = generate(model, [[end]] * 100, sampling, 255, stop_ids=[end])
    checks = [check_page(tokenizer.decode(ids)) for ids in pages]
    assert sum(check.well_formed for check in checks) >= 85


def test_others_software_runs_it(base, tmp_path):
    transformers = pytest.importorskip("transformers", reason="needs transformers")
    model, tokenizer, end = base
    checkpoint.export_hf(tmp_path / "release", model, tokenizer)
    theirs = transformers.AutoModelForCausalLM.from_pretrained(tmp_path / "release")
    ids = torch.tensor([[end, *tokenizer.encode("Mira Quill\n\nMira Quill keeps a")]])
    with torch.no_grad():
        # Processors add in different orders: the last digits differ.
        torch.testing.assert_close(theirs(ids).logits, model(ids), atol=1e-4, rtol=1e-5)


def test_a_gguf_of_it_is_read_back_bit_for_bit(base, tmp_path):
    model, tokenizer, _ = base
    checkpoint.export_gguf(tmp_path / "base.gguf", model, tokenizer)
    again, names = checkpoint.load_gguf(tmp_path / "base.gguf", cache=False)
    for name, weights in model.state_dict().items():
        assert torch.equal(again.state_dict()[name], weights), name
    assert names.encode("Saltport Gull") == tokenizer.encode("Saltport Gull")
