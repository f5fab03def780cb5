"""Save a run in the middle and go on later, on the very same curve. No pickles."""

import json
import shutil
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from course_lib.runtime import rename, to_disk
from course_lib.train.loop import DTYPES, TrainConfig, TrainState

RUN_FILE, TENSOR_FILE = "run.json", "run.safetensors"


def find_run(folder: str | Path) -> bool:
    """Say whether there is a run; put back one that a kill caught while replaced."""
    folder = Path(folder)
    old = _older(folder)
    if not folder.exists() and old.exists():
        rename(old, folder)
    return folder.exists()


def _older(folder: Path) -> Path:
    return folder.with_name(folder.name + ".old")


def save_run(folder: str | Path, model: nn.Module, state: TrainState) -> None:
    """Write weights, optimizer states and counters; an older save is replaced whole.

    Raises:
        OSError: if the disk is full, or one may not write there.
    """
    folder = Path(folder)
    find_run(folder)
    unfinished = folder.with_name(folder.name + ".tmp")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True)
    tensors = {f"model.{n}": p for n, p in model.named_parameters()}
    numbers: dict = {"step": state.step, "tokens": state.tokens}
    numbers |= {"elapsed_s": state.elapsed_s, "precision": state.precision}
    names = {p: name for name, p in model.named_parameters()}
    for k, optimizer in enumerate(state.optimizers):
        for parameter, values in optimizer.state.items():
            for key, value in values.items():
                tensors[f"optimizer{k}.{names[parameter]}.{key}"] = value
    contiguous = {n: t.detach().contiguous() for n, t in tensors.items()}
    try:
        save_file(contiguous, unfinished / TENSOR_FILE)
    except SafetensorError as error:  # a full disk; it is no OSError
        raise OSError(f"{folder} could not be written ({error})") from error
    (unfinished / RUN_FILE).write_text(json.dumps(numbers))
    to_disk(unfinished)
    old = _older(folder)
    shutil.rmtree(old, ignore_errors=True)
    if folder.exists():
        rename(folder, old)
    rename(unfinished, folder)
    shutil.rmtree(old, ignore_errors=True)


def load_run(folder: str | Path, model: nn.Module, config: TrainConfig) -> TrainState:
    """Put a saved run's weights into `model` and return the state to go on from.

    With `precision="fastest"` it goes on in what it began with, on any machine.

    Raises:
        ValueError: if there is no whole run of this model in the folder, or if it began
            in another precision than the config's, with another optimizer, or with
            other parameters frozen. The model is then left as it was.
    """
    folder = Path(folder)
    find_run(folder)
    try:
        numbers = json.loads((folder / RUN_FILE).read_text())
        tensors = load_file(folder / TENSOR_FILE)
        precision, dtype = numbers["precision"], DTYPES[numbers["precision"]]
        counted = [numbers[name] for name in ("step", "tokens", "elapsed_s")]
    except (OSError, ValueError, KeyError, TypeError, SafetensorError) as error:
        raise ValueError(
            f"{folder} holds no run to go on with ({error}); start a new one"
        ) from error
    if config.precision not in (precision, "fastest"):
        raise ValueError(
            f"the run in {folder} began in {precision}, and was to go on in "
            f"{config.precision}: ask for {precision!r}, or start a new one"
        )
    state = TrainState.computing_in(dtype, model, config)
    state.step, state.tokens, state.elapsed_s = counted
    _check_model(folder, model, tensors)
    _put_moments(folder, model, tensors, state)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            parameter.copy_(tensors[f"model.{name}"])
    return state


def _check_model(folder: Path, model: nn.Module, tensors: dict[str, Tensor]) -> None:
    """Refuse a run of another model, before anything is changed."""
    saved = {
        name.removeprefix("model."): list(tensor.shape)
        for name, tensor in tensors.items()
        if name.startswith("model.")
    }
    wanted = {name: list(p.shape) for name, p in model.named_parameters()}
    for name in [*wanted, *(saved.keys() - wanted.keys())]:
        if saved.get(name) != wanted.get(name):
            raise ValueError(
                f"the run in {folder} is of another model: {name} is "
                f"{saved.get(name, 'missing')} there, and here "
                f"{wanted.get(name, 'missing')}"
            )


def _put_moments(
    folder: Path, model: nn.Module, tensors: dict[str, Tensor], state: TrainState
) -> None:
    """Give the optimizers what they had remembered of each parameter."""
    left = {name for name in tensors if name.startswith("optimizer")}
    has_learned, without = bool(left), []
    names = {p: name for name, p in model.named_parameters()}
    for k, optimizer in enumerate(state.optimizers):
        groups = optimizer.param_groups
        for parameter in (p for group in groups for p in group["params"]):
            prefix = f"optimizer{k}.{names[parameter]}."
            found = [name for name in left if name.startswith(prefix)]
            if has_learned and not found:
                without.append(names[parameter])
            for name in found:
                # A copy: a file that is still mapped cannot be replaced on Windows.
                value = tensors[name].to(parameter.device, copy=True)
                optimizer.state[parameter][name.removeprefix(prefix)] = value
                left.discard(name)
    if left:
        raise ValueError(
            f"the run in {folder} began with another optimizer, or other parameters "
            f"frozen ({min(left)} has no place here): go on as it began, or start anew"
        )
    if without:
        raise ValueError(
            f"the run in {folder} began with other parameters frozen ({min(without)} "
            "was not trained): freeze them again, or start anew"
        )
