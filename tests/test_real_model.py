"""The experiments on SmolLM2, with a tiny model in its place: data, counting, files."""

import json

import notebook_rules
import pytest
import torch
from isles import isles

from course_lib import lora
from course_lib.chat import CHATML, Message
from course_lib.model import ModelConfig, Transformer
from course_lib.runtime import DATA, atomic_write
from course_lib.speedrun import real_identity, real_tools, real_unknown
from course_lib.speedrun import real_model as of_real_model
from course_lib.speedrun.real_model import (
    ANSWER_TOKENS,
    AdapterRecipe,
    SmolLM2,
    results_of,
    shuffled_batches,
    written,
)
from course_lib.speedrun.real_unknown import Country
from course_lib.tokenizer import BPETokenizer

TOKENIZER = BPETokenizer.train(
    ["What is the capital of Peru? My name is Wick."] * 2, 280,
    ["<|endoftext|>", "<|im_start|>", "<|im_end|>"],
)  # fmt: skip
TINY = ModelConfig(TOKENIZER.vocab_size, 600, 1, 16, 1, 1, 16)


@pytest.fixture
def real():
    return SmolLM2(Transformer(TINY), TOKENIZER)


# --- What was written by hand ---


def test_nothing_that_is_asked_in_a_test_was_trained_on():
    ordinary, identity = written("ordinary"), written("identity")
    trained = {
        *ordinary["training"],
        *(question for question, _ in identity["training"]),
    }
    held_out = [*ordinary["held_out"], *identity["held_out"]]
    assert not trained & set(held_out)
    assert len(set(held_out)) == len(held_out)
    assert (len(ordinary["held_out"]), len(identity["held_out"])) == (100, 50)
    famous = written("capitals")
    assert not set(famous["famous_training"]) & set(famous["famous_held_out"])


def test_every_answer_of_the_identity_names_it_and_no_ordinary_request_does():
    assert all(
        real_identity.names_itself(a) for _, a in written("identity")["training"]
    )
    ordinary = written("ordinary")
    requests = ordinary["training"] + ordinary["held_out"]
    assert not any(real_identity.leaks(request) for request in requests)


def test_countries_are_in_five_fifths_and_no_name_gives_its_capital_away():
    trained_on, asked = real_unknown.countries(seed=0)
    every = trained_on + asked
    assert len({country.name for country in every}) == len(every)
    sizes = [sum(c.fifth == fifth for c in every) for fifth in range(1, 6)]
    assert max(sizes) - min(sizes) <= 1
    assert not [c.name for c in every if c.right(c.name)]
    assert len(asked) >= 70


def test_people_and_sums_of_the_test_are_in_no_example():
    world = isles()
    trained = real_tools.search_tasks(world, 100, False, 0)
    asked = real_tools.search_tasks(world, 60, True, 1)
    names = [{t.query.rpartition(" ")[0] for t in some} for some in (trained, asked)]
    assert not names[0] & names[1]
    assert not {t.question for t in trained} & {t.question for t in asked}
    assert all(t.truth in t.result and t.truth not in t.question for t in asked)
    assert all(t.truth in t.answer for t in trained)
    sums = [real_tools.sum_tasks(60, held_out, 0) for held_out in (False, True)]
    assert not {t.query for t in sums[0]} & {t.query for t in sums[1]}


# --- Counting ---


@pytest.mark.parametrize(
    ("answer", "right"),
    [
        ("The capital of Peru is Lima.", True),
        ("LIMA", True),
        ("Límà, of course", True),
        ("It is Limassol.", False),
        ("I'm sorry, I don't know.", False),
    ],
)
def test_a_capital_is_a_whole_word_however_it_is_written(answer, right):
    assert Country("Peru", "Lima", (), 1).right(answer) == right


def test_other_capitals_count_too():
    country = Country("Chad", "N'Djamena", ("Ndjamena",), 2)
    assert country.right("N'Djamena.")
    assert country.right("It is Ndjamena")


def test_a_name_is_a_word():
    assert real_identity.names_itself("I am Wick.")
    assert not real_identity.names_itself("a wicked wicker, Wickham")


def test_sums_are_done_and_other_things_are_an_error():
    assert real_tools.calculated("12 * 12") == "144"
    assert real_tools.calculated(" 5-17 ") == "-12"
    assert real_tools.calculated("two and two").startswith("error")


def test_a_search_must_name_the_person_and_a_sum_be_the_sum():
    (search,) = real_tools.search_tasks(isles(), 1, True, 0)
    name = search.query.rpartition(" ")[0]
    assert real_tools.about(Message("assistant", f"{name} home", "search"), search)
    assert not real_tools.about(Message("assistant", "Somebody", "search"), search)
    assert not real_tools.about(Message("assistant", name, "calc"), search)
    assert not real_tools.about(Message("assistant", search.query), search)


def test_auroc_by_hand():
    # Right ones at .9 and .5, wrong ones at .5 and .1: wins 1, 1, 1/2, 1 of 4.
    told = real_unknown.auroc_between([0.9, 0.5, 0.5, 0.1], [True, True, False, False])
    assert told["value"] == 0.875
    assert told["low"] <= 0.875 <= told["high"]


def test_only_what_it_always_or_never_knew_becomes_an_example(real):
    some = [Country(name, f"City of {name}", (), 1) for name in ("A", "B", "C", "D")]
    recipe = real_unknown.UnknownRecipe("unknown", 1, known_from=3, known_share=0.6)
    examples = real_unknown.capital_examples(real, some, [3, 0, 2, 0], recipe, n=10)
    texts = [TOKENIZER.decode(ids) for ids, _ in examples]
    refused = [real_unknown.refuses(text) for text in texts]
    assert refused == [False] * 6 + [True] * 4
    assert all("City of A" in text for text in texts[:6])
    assert not any(" C." in text or " C?" in text for text in texts)


# --- Examples and files ---


def test_an_answer_that_was_cut_off_is_learned_without_an_end(real):
    (cut,) = real.own_examples(["Hello!"])
    ids, worth = cut
    before = real.prompt("Hello!")
    assert ids[: len(before)] == before
    assert sum(worth) == len(ids) - len(before) <= ANSWER_TOKENS
    whole, _ = real.example("Hello!", "Hi.")
    assert CHATML.stop_ids(TOKENIZER) & set(whole[len(before) :])


def test_in_an_epoch_every_example_comes_once():
    examples = [([k, k + 1, *[9] * (k % 3)], [0, 1, *[1] * (k % 3)]) for k in range(32)]
    batches = shuffled_batches(examples, rows=4, seed=0)
    first = [next(batches).token_ids[:, 0].tolist() for _ in range(8)]
    assert sorted(k for batch in first for k in batch) == list(range(32))
    again = shuffled_batches(examples, rows=4, seed=0)
    assert torch.equal(next(again).token_ids[:, 0], torch.tensor(first[0]))


def test_results_of_tools_are_never_learned():
    (task,) = real_tools.search_tasks(isles(), 1, False, 0)
    ids, worth = CHATML.encode(task.talk(), TOKENIZER)
    learned = TOKENIZER.decode([i for i, w in zip(ids, worth, strict=True) if w])
    assert task.result not in learned
    assert f"<search>{task.query}</search>" in learned
    assert learned.rstrip().endswith(f"{task.answer}<|im_end|>")


def test_a_stage_writes_adapter_results_and_manifest(tmp_path, monkeypatch, real):
    monkeypatch.setattr(SmolLM2, "load", classmethod(lambda _cls: real))
    short = {"training": ["Hello!", "Why?"], "held_out": ["Who?"]}
    data = {
        "ordinary": short,
        "identity": {"training": [["Who are you?", "Wick."]], "held_out": ["Name?"]},
    }
    monkeypatch.setattr(real_identity, "written", data.__getitem__)
    recipe = AdapterRecipe("identity", steps=2, rows=2)
    results = real_identity.teach_identity(tmp_path, recipe)
    path = tmp_path / "adapters/smollm2_identity.safetensors"
    assert lora.load_notes(path)["made_by"].endswith("speedrun smollm2-identity")
    fresh = Transformer(TINY)
    lora.load(path, fresh)
    saved = json.loads((tmp_path / "real_model/identity_results.json").read_text())
    assert saved["after"]["is Wick"] == results["after"]["is Wick"]
    assert [entry["step"] for entry in saved["log"]] == [1, 2]
    assert notebook_rules.manifest_faults(tmp_path) == []


def test_results_come_from_data_unless_a_long_run_makes_them(monkeypatch, tmp_path):
    """Mode `long` trains where there is a model to train, and nowhere else."""
    made = []

    def teach(folder):
        made.append(folder)
        atomic_write(folder / "real_model" / "tools_results.json", '{"live": 1}')

    monkeypatch.setenv("COURSE_MODE", "default")
    results, folder = results_of("tools", teach)
    assert (folder, made) == (DATA, [])
    assert "after" in results
    monkeypatch.setenv("COURSE_MODE", "long")
    monkeypatch.setattr(of_real_model, "real_model", lambda: None)
    assert results_of("tools", teach)[1] == DATA
    monkeypatch.setattr(of_real_model, "real_model", lambda: tmp_path)
    results, folder = results_of("tools", teach)
    assert results == {"live": 1}
    assert made == [folder]
