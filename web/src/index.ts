// The core: no framework, no markup. A canvas goes in; a character that hears, answers and moves
// its lips comes out. `visavis/element` is the same with a page kit around it.
export { EMOTIONS, GESTURES, type Emotion, type Gesture, type MomentMap } from "./acting.ts";
export { assetsOf, wasmUrl } from "./assets.ts";
export { Avatar, type Assets, type AvatarListener } from "./avatar.ts";
export type { Anchor, AudioNow, Heard } from "./clock.ts";
export {
  Conversation,
  heardText,
  type Activity,
  type AvatarLine,
  type Line,
  type Reply,
  type ReplyStatus,
  type UserLine,
} from "./conversation.ts";
export { face, type Face, type Mood, type Motion } from "./face.ts";
export { openness, pose, REST, type Weights } from "./lips.ts";
export { MappingError, readMapping, type Mapping } from "./mapping.ts";
export { MicrophoneError, type MicrophoneProblem } from "./microphone.ts";
export { Stage, StageError, useRuntime } from "./stage.ts";
export type { Moment, MomentKind } from "./moments.ts";
export { watchPointer } from "./pointer.ts";
export { StreamError, type EarAssets, type PlayedWhere, type SoundSource } from "./stream-face.ts";
export type { Connection, MicrophoneStatus, Talk } from "./talk.ts";
export { VISEMES } from "./visemes.ts";
