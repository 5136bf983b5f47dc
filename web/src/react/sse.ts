// Server-sent events out of a stream of text (HTML standard, 9.2.6). Pure; only `data` is of use here.
export class EventStream {
  #rest = "";
  #data: string[] = [];

  /** The data of each event that this text completes. */
  push(text: string): string[] {
    // A carriage return at the end may be half of a line's end.
    const lines = (this.#rest + text).split(/\r\n|\r(?!$)|\n/);
    this.#rest = lines.pop() ?? "";
    const events: string[] = [];
    for (const line of lines) {
      if (line === "") {
        if (this.#data.length > 0) events.push(this.#data.join("\n"));
        this.#data = [];
      } else if (line.startsWith("data:")) {
        this.#data.push(line.slice("data:".length).replace(/^ /, ""));
      }
    }
    return events;
  }
}
