"""Compare decoding in fp32, bf16, 8 bits and by `transformers`; then the quality.

    PYTHONPATH=. python tests/benchmarks/bench_decode.py  # the real model: 2 minutes
    PYTHONPATH=. python tests/benchmarks/bench_decode.py --own  # our base: seconds
    PYTHONPATH=. python tests/benchmarks/bench_decode.py --quality  # 5 more

All in one run, each contender in turn, several rounds, the best counts. Beside each
stands what memory allows: bytes a second, measured here, by the bytes that a token
reads. Numbers of the real model are of `fetch`'s file; `transformers` gets the same.
"""

import argparse
import gc
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch
import torch.nn.functional as F

from course_lib import checkpoint, runtime
from course_lib.generate import SamplingConfig, generate, score, stream
from course_lib.model import Int8Transformer, KVCache, Transformer, int8, quantise

REAL = runtime.DOWNLOADS / runtime.REAL_MODEL
GREEDY = SamplingConfig(temperature=0)
PROMPT = "Once upon a time, in a small town by the sea, there lived a baker who"
Bf16, Fp32 = torch.bfloat16, torch.float32


def prompts() -> list[str]:
    """Make 200 varied prompts: capitals, sums, lists, stories, code, chat."""
    countries = (
        "France Italy Japan Kenya Peru Norway Egypt Canada Chile Ghana Spain Greece "
        "Turkey Cuba Nepal Ireland Poland India Brazil Austria"
    ).split()
    things = ("a lighthouse, an old map, the moon, rain, a lost dog, bread, a train, "
              "winter, the sea, a violin, bees, a bicycle, the market, a letter, snow, "
              "a bridge, the forest, a clock, tea, a garden").split(", ")  # fmt: skip
    numbers = [(3 * k % 47 + 2, 7 * k % 31 + 1) for k in range(20)]
    chat = "<|im_start|>user\n{}<|im_end|>\n<|im_start|>assistant\n"
    made = [f"The capital of {country} is" for country in countries]
    made += [f"{country} is a country in" for country in countries]
    made += [f"{a} + {b} =" for a, b in numbers]
    made += [f"Q: What is {a} times {b}?\nA:" for a, b in numbers]
    made += [f"It began with {thing}. Nobody in the village" for thing in things]
    made += [f"Five facts about {thing}:\n1." for thing in things]
    made += [f"def add_{a}(x):\n    return x + {a}\n\nprint(add_{a}({b}))  #"
             for a, b in numbers]  # fmt: skip
    made += [chat.format(f"Write one sentence about {thing}.") for thing in things]
    made += [chat.format(f"Where is {country}?") for country in countries]
    made += [f"big small, hot cold, {a} {b}, old" for a, b in zip(
             things, countries, strict=True)]  # fmt: skip
    assert len(set(made)) == 200
    return made


# --- Speed ---


@dataclass
class Contender:
    """A way of decoding: says `n` tokens after the prompt; what it holds and reads."""

    name: str
    speak: Callable[[int], object]
    rows: int
    held_mb: float  # weights
    read_mb: float  # weights, for one step
    grew_mb: float  # most that the process held while it was made, above before
    short_s: float = float("inf")  # best time to say 2 tokens
    long_s: float = float("inf")  # best time to say n more

    @property
    def best_s(self) -> float:
        return self.long_s - self.short_s


def megabytes_held_and_read(model: Transformer) -> tuple[float, float]:
    if not isinstance(model, Int8Transformer):
        held = sum(p.nbytes for p in model.parameters())
        positions = getattr(model, "positions", None)
        unread = 0 if positions is None else positions.weight.nbytes
        unread += 0 if model.config.tied else model.embed.weight.nbytes
        return held / 1e6, (held - unread) / 1e6
    read = sum(p.nbytes for p in model.parameters())
    for part in model.modules():
        if isinstance(part, int8.Int8Linear):
            matrix = part.weights()
            read += matrix.numel() * (4 if part.largest is None else 1)
            read += 4 * matrix.shape[0]
    embedding = sum(b.nbytes for b in model.embed.buffers())
    return (read + embedding) / 1e6, read / 1e6


def growing(make: Callable[[], object]) -> tuple[object, float]:
    """Make something; return by how many MB the process's peak rose meanwhile."""
    gc.collect()
    status = Path("/proc/self/status")
    if not status.exists():
        return make(), float("nan")
    Path("/proc/self/clear_refs").write_text("5")  # Linux: forget the peak so far
    before = int(status.read_text().partition("VmRSS:")[2].split()[0])
    made = make()
    peak = int(status.read_text().partition("VmHWM:")[2].split()[0])
    return made, (peak - before) * 1024 / 1e6


def gigabytes_per_s() -> float:
    """Measure how fast numbers are read that fit into no cache (best of three ways)."""
    block = torch.ones(32_000, 2_000)
    vector = torch.ones(2_000)
    packed = block.to(Bf16)
    best = 0.0
    ways = (
        (block.nbytes, block.sum),
        (block.nbytes, lambda: torch.mv(block, vector)),
        (packed.nbytes, lambda: packed.view(torch.int32).sum(dtype=torch.int32)),
    )
    for n_bytes, read in ways:
        for _ in range(4):
            start = time.perf_counter()
            read()
            best = max(best, n_bytes / (time.perf_counter() - start) / 1e9)
    return best


def ours(name: str, model: Transformer, ids: list[int], rows: int, grew: float):
    def speak(n: int) -> None:
        if rows == 1:
            assert len(list(stream(model, ids, GREEDY, n))) == n
        else:
            generate(model, [ids] * rows, GREEDY, n)

    return Contender(name, speak, rows, *megabytes_held_and_read(model), grew)


def theirs(folder: Path, dtype: torch.dtype, ids: list[int], rows: int, like: float):
    import transformers

    transformers.utils.logging.disable_progress_bar()

    model, grew = growing(
        lambda: transformers.AutoModelForCausalLM.from_pretrained(
            folder, dtype=dtype
        ).eval()
    )
    batch = torch.tensor([ids] * rows)
    options = {"do_sample": False, "pad_token_id": 0}

    @torch.inference_mode()
    def speak(n: int) -> None:
        model.generate(batch, attention_mask=torch.ones_like(batch),
                       min_new_tokens=n, max_new_tokens=n, **options)  # fmt: skip

    name = f"transformers {str(dtype).removeprefix('torch.')}"
    return Contender(name, speak, rows, like, like, grew)


def race(contenders: list[Contender], n: int, rounds: int) -> None:
    """Time what `n` more tokens take, in turns: the prompt's reading is left out."""
    for c in contenders:
        c.speak(2)
    for _ in range(rounds):
        for c in contenders:
            c.short_s = min(c.short_s, seconds(lambda c=c: c.speak(2)))
            c.long_s = min(c.long_s, seconds(lambda c=c: c.speak(n + 2)))


def seconds(action: Callable[[], object]) -> float:
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def show(contenders: list[Contender], n: int, memory: float, against: str) -> None:
    speeds = {(c.name, c.rows): c.rows * n / c.best_s for c in contenders}
    print(f"{'':24}rows  tokens/s  x {against:<22}held MB  grew MB  memory allows")
    for c in contenders:
        speed = speeds[c.name, c.rows]
        base = speeds.get((against, c.rows))
        ratio = f"{speed / base:.2f}" if base else "-"
        most = c.rows * memory * 1e3 / c.read_mb
        print(
            f"{c.name:24}{c.rows:4}{speed:10.1f}  {ratio:24}{c.held_mb:7.0f}"
            f"{c.grew_mb:9.0f}{most:9.0f} ({speed / most:.0%})"
        )


# --- Quality ---


@torch.inference_mode()
def one_by_one(
    model: Transformer, ids: list[int], said: list[int]
) -> tuple[torch.Tensor, torch.Tensor]:
    """Feed what another model said token by token, as when speaking; logits of each."""
    cache = KVCache(model.config, 1, len(ids) + len(said))
    hidden = model.body(torch.tensor([ids]), cache)[:, -1:]
    logits = [model.head(hidden)]
    for token in said[:-1]:
        logits.append(model(torch.tensor([[token]]), cache))
    whole = torch.cat(logits, 1)[0].float()
    picked = F.log_softmax(whole, -1).gather(1, torch.tensor(said)[:, None])[:, 0]
    return whole.argmax(-1), picked


def quality(models: dict[str, Transformer], rows: list[list[int]], n: int) -> None:
    """Say how often each model would have said fp32's next token, and how likely."""
    plain = models["fp32"]
    said = generate(plain, rows, GREEDY, n, batch_size=50)
    expected = torch.cat(score(plain, rows, said))
    truth = torch.tensor([token for answer in said for token in answer])
    print(f"{len(rows)} prompts, {len(expected)} tokens said by fp32, greedily")
    for name, model in models.items():
        if name == "fp32":
            continue
        pairs = [one_by_one(model, *pair) for pair in zip(rows, said, strict=True)]
        same = torch.cat([p[0] for p in pairs]) == truth
        change = torch.cat([p[1] for p in pairs]) - expected
        whole = sum(bool(s.all()) for s in same.split([len(s) for s in said]))
        error = change.std() / len(change) ** 0.5
        print(
            f"{name}: the same next token {same.float().mean():.2%}, all {n} the same "
            f"{whole} of {len(rows)}, log-probability {change.mean():+.4f} "
            f"(standard error {error:.4f}, mean size {change.abs().mean():.4f})"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--own", action="store_true", help="the course's own base")
    parser.add_argument("--quality", action="store_true")
    parser.add_argument("--only-quality", action="store_true")
    parser.add_argument("--tokens", type=int, default=48)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--rows", type=int, default=32, help="of the batch")
    parser.add_argument("--prompts", type=int, default=200)
    parser.add_argument("--threads", type=int, default=1)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    with tempfile.TemporaryDirectory() as place:
        run(args, Path(place))


def run(args: argparse.Namespace, place: Path) -> None:
    def load(dtype: torch.dtype) -> tuple:
        if args.own or not REAL.exists():
            return checkpoint.load(runtime.data_path("base"), dtype=dtype)
        return checkpoint.load_gguf(REAL, dtype=dtype, cache_folder=place)

    load(Bf16)  # parses, or warms the disk
    (half, tokenizer), half_grew = growing(lambda: load(Bf16))
    (plain, _), plain_grew = growing(lambda: load(Fp32))
    small, small_grew = growing(lambda: quantise(plain))
    coarse, coarse_grew = growing(lambda: quantise(plain, coarse=True))
    print(
        f"{plain.n_parameters():,} parameters, {args.threads} threads, 8 bits by "
        f"{'fbgemm' if int8.largest_input() else 'plain numbers'}"
    )
    if not args.only_quality:
        ids = tokenizer.encode(PROMPT)
        folder = checkpoint.export_hf(place / "exported", half, tokenizer)
        memory = gigabytes_per_s()
        print(f"memory {memory:.1f} GB/s before", flush=True)
        entries = [
            ours("fp32", plain, ids, 1, plain_grew),
            ours("bf16", half, ids, 1, half_grew),
            ours("int8", small, ids, 1, small_grew),
            ours("int8 coarse", coarse, ids, 1, coarse_grew),
        ]
        for dtype, like in ((Bf16, entries[1]), (Fp32, entries[0])):
            entries.append(theirs(folder, dtype, ids, 1, like.held_mb))
        race(entries, args.tokens, args.rounds)
        many = [
            ours(e.name, model, ids, args.rows, e.grew_mb)
            for e, model in zip(entries, (plain, half, small), strict=False)
        ]
        race(many, max(2, args.tokens // 3), 1 + args.rounds // 2)
        memory = max(memory, gigabytes_per_s())
        show(entries, args.tokens, memory, "transformers bfloat16")
        show(many, max(2, args.tokens // 3), memory, "fp32")
    if args.quality or args.only_quality:
        rows = [tokenizer.encode(p, allowed_special=names(tokenizer, p))
                for p in prompts()[:: max(1, 200 // args.prompts)]]  # fmt: skip
        models = {"fp32": plain, "bf16": half, "int8": small, "int8 coarse": coarse}
        quality(models, rows, 16)


def names(tokenizer: object, prompt: str) -> list[str]:
    return [name for name in tokenizer.special_tokens if name in prompt]


if __name__ == "__main__":
    main()
