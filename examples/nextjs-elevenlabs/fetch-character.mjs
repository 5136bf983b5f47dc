// Puts a character of the Visavis server's into public/: `npm run character`, or with another name
// behind it (`npm run character -- mara`).
import { mkdir, writeFile } from "node:fs/promises";

const name = process.argv[2] ?? "pip";
const server = process.env.VISAVIS_URL || "http://localhost:8300";
const answer = await fetch(new URL(`/characters/${name}.riv`, server)).catch((error) => {
  throw new Error(`No Visavis server answers at ${server}. Start one: visavis serve`, { cause: error });
});
if (!answer.ok) throw new Error(`${server} has no character ${name} (${answer.status}).`);
await mkdir(new URL("public/", import.meta.url), { recursive: true });
await writeFile(new URL("public/mascot.riv", import.meta.url), Buffer.from(await answer.arrayBuffer()));
console.log(`public/mascot.riv is ${name}.`);
