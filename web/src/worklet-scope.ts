// The globals of an AudioWorkletGlobalScope, which TypeScript's DOM library leaves out. Imported
// only by the two worklets, so that no page code can lean on them by mistake.

interface Processor {
  readonly port: MessagePort;
  process(inputs: Float32Array[][], outputs: Float32Array[][]): boolean;
}

interface Scope {
  AudioWorkletProcessor: abstract new () => Pick<Processor, "port">;
  registerProcessor(name: string, processor: new () => Processor): void;
  currentFrame: number;
  sampleRate: number;
}

const scope = globalThis as unknown as Scope;

export const { AudioWorkletProcessor, registerProcessor, sampleRate } = scope;

/** The context frame of the block being rendered (or, in a message handler, the next block). */
export const currentFrame = (): number => scope.currentFrame;
