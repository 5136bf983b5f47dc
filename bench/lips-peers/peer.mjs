// The peer's side of the conversation that src/visavis/bench/lips/peers.py describes.

/** The visemes of spec/visemes.json without the prefix that these libraries give them. */
export const plain = (name) => name.replace(/^viseme_/, "");

/**
 * Answer every question on standard input.
 * @param {string} ready what this is
 * @param {(sound: Float32Array, rateHz: number, question: object) => object} run
 */
export async function answer(ready, run) {
  const stdin = process.stdin[Symbol.asyncIterator]();
  let held = Buffer.alloc(0);
  const more = async () => {
    const { value, done } = await stdin.next();
    if (!done) held = Buffer.concat([held, value]);
    return !done;
  };
  console.log(JSON.stringify({ ready }));
  for (;;) {
    let end;
    while ((end = held.indexOf(10)) < 0) if (!(await more())) return;
    const question = JSON.parse(held.subarray(0, end).toString("utf8"));
    const size = 4 * question.n_samples;
    held = held.subarray(end + 1);
    const parts = [held];
    let have = held.length;
    while (have < size) {
      const { value, done } = await stdin.next();
      if (done) return;
      parts.push(value);
      have += value.length;
    }
    held = Buffer.concat(parts);
    const bytes = new Uint8Array(held.subarray(0, size)); // a copy: aligned
    held = held.subarray(size);
    let reply;
    try {
      const before = process.cpuUsage();
      reply = run(new Float32Array(bytes.buffer), question.rate_hz, question);
      const used = process.cpuUsage(before);
      reply.cpu_s = (used.user + used.system) / 1e6;
    } catch (error) {
      reply = { error: String(error) };
    }
    console.log(JSON.stringify(reply));
  }
}

/** Collects what is shown; a name that is shown already is not shown again. */
export class Shown {
  constructor() {
    this.starts = [];
    this.shapes = [];
  }

  show(atSample, name) {
    if (name === this.shapes.at(-1) || (name === "sil" && this.shapes.length === 0)) return;
    if (atSample === this.starts.at(-1)) this.shapes[this.shapes.length - 1] = name;
    else {
      this.starts.push(atSample);
      this.shapes.push(name);
    }
  }
}
