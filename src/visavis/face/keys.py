"""The part of the `.riv` vocabulary that Visavis writes: type keys, property keys, wire types.

The numbers come from the definition files of the open-source Rive runtime (rive-app/rive-runtime,
MIT, `dev/defs`, commit 89c04af7). They are facts of the format and never change: Rive adds keys
and keeps the old ones. Only what our characters use is listed; the reader keeps the rest as
numbered unknowns.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Wire(Enum):
    """How a value is written; the number is its field type in the file's table of contents."""

    UINT = ("uint", 0)
    BOOL = ("bool", 0)
    TEXT = ("text", 1)
    BYTES = ("bytes", 1)
    FLOAT = ("float", 2)
    COLOR = ("color", 3)

    @property
    def field_type(self) -> int:
        """The two bits that tell an older runtime how to skip a property it doesn't know."""
        return self.value[1]


@dataclass(frozen=True, slots=True)
class Property:
    """One property of a type: its name, its key in the file and how its value is written."""

    name: str
    key: int
    wire: Wire


@dataclass(frozen=True, slots=True)
class Kind:
    """One object type: its name, its key in the file and its properties."""

    name: str
    key: int
    properties: tuple[Property, ...]

    def find(self, name: str) -> Property | None:
        """The property called `name`, or None."""
        return next((p for p in self.properties if p.name == name), None)


# Properties that many types share, as "name:key:wire" (u uint, b bool, s text, y bytes, f float,
# c color). A type's line below starts with the groups it inherits.
_GROUPS = {
    "@component": "name:4:s parentId:5:u",
    "@node": "@component opacity:18:f rotation:15:f scaleX:16:f scaleY:17:f x:13:f y:14:f",
    "@drawable": "@node blendModeValue:23:u drawableFlags:129:u",
    "@vertex": "@component x:24:f y:25:f",
    "@gradient": "@component startX:42:f startY:33:f endX:34:f endY:35:f opacity:46:f",
    "@keyframe": "frame:67:u interpolationType:68:u interpolatorId:69:u",
    "@vmvalue": "@component viewModelPropertyId:554:u",
    "@machine": "name:138:s",
}

_KINDS = """
Backboard 23
Artboard 1 @drawable clip:196:b width:7:f height:8:f originX:11:f originY:12:f \
    defaultStateMachineId:236:u viewModelId:583:u
Node 2 @node
Shape 3 @drawable
PointsPath 16 @node pathFlags:128:u isClosed:32:b
StraightVertex 5 @vertex radius:26:f
CubicDetachedVertex 6 @vertex inRotation:84:f inDistance:85:f outRotation:86:f outDistance:87:f
Ellipse 4 @node width:20:f height:21:f originX:123:f originY:124:f
Rectangle 7 @node width:20:f height:21:f originX:123:f originY:124:f cornerRadiusTL:31:f
Fill 20 @component isVisible:41:b fillRule:40:u
Stroke 24 @component isVisible:41:b thickness:47:f cap:48:u join:49:u
SolidColor 18 @component colorValue:37:c
LinearGradient 22 @gradient
RadialGradient 17 @gradient
GradientStop 19 @component colorValue:38:c position:39:f
ClippingShape 42 @component sourceId:92:u fillRule:93:u
CubicEaseInterpolator 28 x1:63:f y1:64:f x2:65:f y2:66:f
LinearAnimation 31 name:55:s fps:56:u duration:57:u speed:58:f loopValue:59:u
KeyedObject 25 objectId:51:u
KeyedProperty 26 propertyKey:53:u
KeyFrameDouble 30 @keyframe value:70:f
KeyFrameColor 37 @keyframe value:88:c
StateMachine 53 name:55:s
StateMachineBool 59 @machine value:141:b
StateMachineNumber 56 @machine value:140:f
StateMachineTrigger 58 @machine
StateMachineLayer 57 @machine
EntryState 63
AnyState 62
ExitState 64
AnimationState 61 animationId:149:u
StateTransition 65 stateToId:151:u flags:152:u duration:158:u exitTime:160:u \
    interpolationType:349:u interpolatorId:350:u
TransitionBoolCondition 71 inputId:155:u opValue:156:u
TransitionNumberCondition 70 inputId:155:u opValue:156:u value:157:f
TransitionTriggerCondition 68 inputId:155:u
TransitionViewModelCondition 482 opValue:650:u
TransitionPropertyViewModelComparator 479
TransitionValueBooleanComparator 481 value:647:b
TransitionValueNumberComparator 484 value:652:f
TransitionValueTriggerComparator 505 value:689:u
BlendState1DInput 76 inputId:167:u
BlendState1DViewModel 528
BlendAnimation1D 75 animationId:165:u value:166:f
BlendStateDirect 73
BlendAnimationDirect 77 animationId:165:u inputId:168:u mixValue:297:f blendSource:298:u
ViewModel 435 name:557:s
ViewModelPropertyNumber 431 name:557:s
ViewModelPropertyBoolean 448 name:557:s
ViewModelPropertyTrigger 502 name:557:s
ViewModelInstance 437 @component viewModelId:566:u
ViewModelInstanceNumber 442 @vmvalue propertyValue:575:f
ViewModelInstanceBoolean 449 @vmvalue propertyValue:593:b
ViewModelInstanceTrigger 501 @vmvalue propertyValue:687:u
BindablePropertyNumber 473 propertyValue:636:f
BindablePropertyBoolean 472 propertyValue:634:b
BindablePropertyTrigger 503 propertyValue:686:u
DataBindContext 447 propertyKey:586:u flags:587:u sourcePathIds:588:y
"""

_WIRES = {
    "u": Wire.UINT,
    "b": Wire.BOOL,
    "s": Wire.TEXT,
    "y": Wire.BYTES,
    "f": Wire.FLOAT,
    "c": Wire.COLOR,
}


def _properties(words: list[str]) -> tuple[Property, ...]:
    found: list[Property] = []
    for word in words:
        if word.startswith("@"):
            found.extend(_properties(_GROUPS[word].split()))
        else:
            name, key, wire = word.split(":")
            found.append(Property(name, int(key), _WIRES[wire]))
    return tuple(found)


def _parse(line: str) -> Kind:
    name, key, *words = line.split()
    return Kind(name, int(key), _properties(words))


KINDS: tuple[Kind, ...] = tuple(_parse(line) for line in _KINDS.strip().splitlines())
KIND_BY_NAME = {kind.name: kind for kind in KINDS}
KIND_BY_KEY = {kind.key: kind for kind in KINDS}


def property_key(kind: str, name: str) -> int:
    """The key of property `name` of type `kind`; KeyError names both if there is none."""
    found = KIND_BY_NAME[kind].find(name)
    if found is None:
        raise KeyError(f"{kind} has no property {name!r}")
    return found.key
