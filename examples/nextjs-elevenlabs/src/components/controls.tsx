import type { ReactNode } from "react";

export interface ControlsProps {
  status: "idle" | "connecting" | "connected";
  isMuted: boolean;
  onStart(): void;
  onEnd(): void;
  onMute(): void;
}

export function Controls(props: ControlsProps): ReactNode {
  if (props.status === "connected") {
    return (
      <div className="controls">
        <button className="end" onClick={props.onEnd}>End call</button>
        <button className="mute" aria-pressed={props.isMuted} onClick={props.onMute}>
          {props.isMuted ? "Unmute" : "Mute"}
        </button>
      </div>
    );
  }
  return (
    <div className="controls">
      <button className="start" disabled={props.status === "connecting"} onClick={props.onStart}>
        {props.status === "connecting" ? "Connecting …" : "Start talking"}
      </button>
    </div>
  );
}
