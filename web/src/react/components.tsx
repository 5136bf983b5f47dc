// MascotProvider > MascotClient > MascotRive: what is overheard, which character, where it is drawn.
import type { Alignment, Fit, Rive } from "@rive-app/canvas-lite";
import {
  type CSSProperties,
  type ReactNode,
  useContext,
  useEffect,
  useInsertionEffect,
  useMemo,
  useRef,
  useState,
  useSyncExternalStore,
} from "react";
import { wasmUrl as besideThisScript } from "../assets.ts";
import type { Mapping } from "../mapping.ts";
import type { Moment } from "../moments.ts";
import type { Control } from "../stage.ts";
import { Company } from "./company.ts";
import { CompanyContext, MascotContext, useClient } from "./context.ts";
import { inputsOf } from "./inputs.ts";
import { Mascot, runtimeFrom } from "./mascot.ts";
import { overhearing } from "./taps.ts";

export interface MascotProviderProps {
  /** Where Rive's WebAssembly is; unless said, beside this package, where bundlers put it. */
  wasmUrl?: string | undefined;
  children?: ReactNode;
}

const NOBODY = {};

/** Listens in on the official SDK while it is mounted. Put it around everything else. */
export function MascotProvider({ wasmUrl, children }: MascotProviderProps): ReactNode {
  const [company] = useState(() => new Company());
  // Before any other effect of the page: one of them may start a conversation.
  useInsertionEffect(() => overhearing.listen(NOBODY), []);
  useInsertionEffect(() => runtimeFrom(wasmUrl ?? besideThisScript), [wasmUrl]);
  return <CompanyContext.Provider value={company}>{children}</CompanyContext.Provider>;
}

export interface MascotClientProps<T extends string = string> {
  /** The address of a .riv file. */
  src: string;
  artboard?: string | undefined;
  stateMachine?: string | undefined;
  /** For files that are not made as ours are: what their controls are called. */
  mapping?: Mapping | undefined;
  /** Names of the file's own controls that the app wants: `useMascot().customInputs`. */
  inputs?: readonly T[] | undefined;
  layout?: { fit?: Fit | undefined; alignment?: Alignment | undefined } | undefined;
  /** False: Rive's own listeners react to the pointer. */
  shouldDisableRiveListeners?: boolean | undefined;
  onRiveLoad?: ((rive: Rive) => void) | undefined;
  /** What happens in the conversation that this character acts: somebody starts, pauses, ends. */
  onMoment?: ((moment: Moment) => void) | undefined;
  children?: ReactNode;
}

/** One character. It is drawn where a `MascotRive` below it says. */
export function MascotClient<T extends string>(props: MascotClientProps<T>): ReactNode {
  const { src, artboard, stateMachine, layout, children, onRiveLoad } = props;
  const [mascot] = useState(() => new Mascot());
  const company = useContext(CompanyContext);
  const names = (props.inputs ?? []).join("\n");
  const listeners = props.shouldDisableRiveListeners === false ? "on" : "off";
  const { fit, alignment } = layout ?? {};
  const mapping = props.mapping;
  useInsertionEffect(() => {
    if (company !== null) return undefined;
    runtimeFrom(besideThisScript);
    return overhearing.listen(NOBODY);
  }, [company]);
  useEffect(() => company?.join(mascot), [company, mascot]);
  useEffect(() => {
    mascot.cast({ src, artboard, stateMachine, mapping, fit, alignment, listeners });
  }, [mascot, src, artboard, stateMachine, mapping, fit, alignment, listeners]);
  useLoaded(mascot, onRiveLoad);
  useEffect(() => {
    mascot.onMoment = props.onMoment ?? (() => undefined);
  }, [mascot, props.onMoment]);
  const client = useMemo(
    () => ({ mascot, inputs: names === "" ? [] : names.split("\n") }),
    [mascot, names],
  );
  return <MascotContext.Provider value={client}>{children}</MascotContext.Provider>;
}

function useLoaded(mascot: Mascot, onLoad: ((rive: Rive) => void) | undefined): void {
  const { rive } = useSyncExternalStore(mascot.subscribe, mascot.snapshot, mascot.snapshot);
  const latest = useRef(onLoad);
  useEffect(() => {
    latest.current = onLoad;
  });
  useEffect(() => {
    if (rive !== null) latest.current?.(rive);
  }, [rive]);
}

export interface MascotRiveProps<T extends string = string> {
  onClick?: ((event: { inputs: Record<T | "gesture", Control> }) => void) | undefined;
  /** What stands there until the character is drawn; false: nothing does. */
  showLoadingSpinner?: boolean | undefined;
  /** Read out by a screen reader. */
  label?: string | undefined;
  className?: string | undefined;
  style?: CSSProperties | undefined;
  children?: ReactNode;
}

const FILLING: CSSProperties = { position: "relative", width: "100%", height: "100%" };
const CANVAS: CSSProperties = { display: "block", width: "100%", height: "100%" };
const MESSAGE: CSSProperties = {
  position: "absolute",
  inset: 0,
  display: "grid",
  placeItems: "center",
  padding: "1rem",
  textAlign: "center",
};

/** Where the character is drawn: fills the element around it. */
export function MascotRive<T extends string>(props: MascotRiveProps<T>): ReactNode {
  const { onClick, showLoadingSpinner = true, label = "Animated character", children } = props;
  const { mascot, inputs } = useClient("<MascotRive>");
  const { status, reason } = useSyncExternalStore(mascot.subscribe, mascot.snapshot, mascot.snapshot);
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => (canvas.current === null ? undefined : mascot.attach(canvas.current)), [mascot]);
  const clicked =
    onClick && (() => onClick({ inputs: inputsOf(mascot, inputs) as Record<T | "gesture", Control> }));
  return (
    <div className={props.className} style={{ ...FILLING, ...props.style }}>
      <canvas ref={canvas} role="img" aria-label={label} style={CANVAS} onClick={clicked} />
      {status === "loading" && showLoadingSpinner && (
        <p role="status" style={MESSAGE}>Loading …</p>
      )}
      {status === "failed" && (
        <p role="alert" style={MESSAGE}>The character can’t be drawn: {reason}</p>
      )}
      {children}
    </div>
  );
}
