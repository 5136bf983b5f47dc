"""What is in a `.riv` file: artboards, animations, inputs, view models, assets, sizes.

Works on any file of the format, ours or Rive's own. Pure: bytes in, values out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from visavis.face.keys import KIND_BY_NAME
from visavis.face.riv import RivObject, Value, read_riv, rewrite_riv

_INPUT_TYPES = {
    "StateMachineBool": "boolean",
    "StateMachineNumber": "number",
    "StateMachineTrigger": "trigger",
}
_LOOPS = ("once", "loop", "ping-pong")
_PROPERTY = "ViewModelProperty"


@dataclass(frozen=True, slots=True)
class Input:
    """An input of a state machine and the value it starts with."""

    name: str
    type: str
    initial: Value | None


@dataclass(frozen=True, slots=True)
class Animation:
    """A timeline. `duration_s` is one run at its own speed."""

    name: str
    duration_s: float
    loop: str
    keyframes: int


@dataclass(frozen=True, slots=True)
class Machine:
    """A state machine: its inputs, and its layers as (name, number of states)."""

    name: str
    inputs: tuple[Input, ...]
    layers: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Artboard:
    """One artboard. `kinds` counts its drawn objects, the most frequent first."""

    name: str
    width: float
    height: float
    kinds: tuple[tuple[str, int], ...]
    animations: tuple[Animation, ...]
    machines: tuple[Machine, ...]

    def count(self, kind: str) -> int:
        """How many objects of exactly this type it draws with."""
        return dict(self.kinds).get(kind, 0)


@dataclass(frozen=True, slots=True)
class ViewModel:
    """A view model: its properties as (name, type), its instances by name."""

    name: str
    properties: tuple[tuple[str, str], ...]
    instances: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Asset:
    """A picture, font or sound; `embedded_bytes` is 0 for one that is fetched."""

    name: str
    type: str
    embedded_bytes: int


@dataclass(frozen=True, slots=True)
class Summary:
    """A whole file. `unknown` lists the objects and properties that our tables lack."""

    version: str
    size_bytes: int
    object_count: int
    artboards: tuple[Artboard, ...]
    view_models: tuple[ViewModel, ...]
    assets: tuple[Asset, ...]
    unknown: tuple[str, ...]
    byte_stable: str
    """`yes` if writing what was read gives the same bytes, otherwise `no`."""


def summary(data: bytes) -> Summary:
    """What is in a file. Raises ConfigError if it can't be read."""
    file = read_riv(data)
    unknown = Counter(name for item in file.objects for name in _unknown_names(item))
    return Summary(
        version=f"{file.major}.{file.minor}",
        size_bytes=len(data),
        object_count=len(file.objects),
        artboards=tuple(_artboard(part) for part in _split(file.objects, "Artboard")),
        view_models=tuple(_view_models(file.objects)),
        assets=tuple(_assets(file.objects)),
        unknown=tuple(f"{name} x {count}" for name, count in unknown.most_common()),
        byte_stable="yes" if rewrite_riv(file) == data else "no",
    )


def property_of(item: RivObject, name: str) -> Value | None:
    """A property's value, or its default; None where the type has no such property."""
    if name in item.props:
        return item.props[name]
    kind = KIND_BY_NAME.get(item.kind)
    found = kind.find(name) if kind else None
    return None if found is None else found.default


def is_a(item: RivObject, kind: str) -> bool:
    """Whether an object is of that type or one that extends it."""
    found = KIND_BY_NAME.get(item.kind)
    return found is not None and found.is_a(kind)


def _unknown_names(item: RivObject) -> Iterator[str]:
    if item.kind.startswith("#"):
        yield f"type {item.kind}"
    for name in item.props:
        if name.startswith("#"):
            yield f"{item.kind}.{name}"


def _split(objects: Sequence[RivObject], kind: str) -> Iterator[Sequence[RivObject]]:
    """The runs of objects that begin with one of `kind`."""
    starts = [index for index, item in enumerate(objects) if item.kind == kind]
    for start, end in zip(starts, [*starts[1:], len(objects)], strict=False):
        yield objects[start:end]


def _name(item: RivObject) -> str:
    return str(property_of(item, "name") or "")


def _number(item: RivObject, name: str) -> float:
    value = property_of(item, name)
    return float(value) if isinstance(value, (int, float)) else 0.0


def _artboard(objects: Sequence[RivObject]) -> Artboard:
    head = objects[0]
    drawn = Counter(item.kind for item in objects[1:] if is_a(item, "Component"))
    return Artboard(
        name=_name(head),
        width=_number(head, "width"),
        height=_number(head, "height"),
        kinds=tuple(drawn.most_common()),
        animations=tuple(_animation(part) for part in _split(objects, "LinearAnimation")),
        machines=tuple(_machine(part) for part in _split(objects, "StateMachine")),
    )


def _animation(objects: Sequence[RivObject]) -> Animation:
    head = objects[0]
    keyframes = 0
    for item in objects[1:]:
        if item.kind == "StateMachine":
            break
        keyframes += is_a(item, "KeyFrame")
    frames, fps = _number(head, "duration"), _number(head, "fps")
    loop = int(_number(head, "loopValue"))
    return Animation(
        name=_name(head),
        duration_s=frames / fps if fps else 0.0,
        loop=_LOOPS[loop] if loop < len(_LOOPS) else f"#{loop}",
        keyframes=keyframes,
    )


def _machine(objects: Sequence[RivObject]) -> Machine:
    inputs = tuple(
        Input(_name(item), _INPUT_TYPES[item.kind], property_of(item, "value"))
        for item in objects
        if item.kind in _INPUT_TYPES
    )
    layers = tuple(
        (_name(part[0]), sum(is_a(item, "LayerState") for item in part))
        for part in _split(objects, "StateMachineLayer")
    )
    return Machine(_name(objects[0]), inputs, layers)


def _view_models(objects: Sequence[RivObject]) -> Iterator[ViewModel]:
    models = list(_split(objects, "ViewModel"))
    instances = [item for item in objects if item.kind == "ViewModelInstance"]
    for index, part in enumerate(models):
        properties: list[tuple[str, str]] = []
        for item in part[1:]:
            if not item.kind.startswith(_PROPERTY):
                break
            properties.append((_name(item), item.kind.removeprefix(_PROPERTY).lower()))
        own = tuple(_name(i) for i in instances if property_of(i, "viewModelId") == index)
        yield ViewModel(_name(part[0]), tuple(properties), own)


def _assets(objects: Sequence[RivObject]) -> Iterator[Asset]:
    for index, item in enumerate(objects):
        if not is_a(item, "FileAsset"):
            continue
        following = objects[index + 1] if index + 1 < len(objects) else item
        content = following.props.get("bytes") if following.kind == "FileAssetContents" else None
        size = len(content) if isinstance(content, bytes) else 0
        yield Asset(_name(item), item.kind.removesuffix("Asset").lower(), size)
