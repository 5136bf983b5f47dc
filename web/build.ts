// Bundles src/ into the directory given as argument (default: dist/), ready to be served as it is.
import { createHash } from "node:crypto";
import { copyFile, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { resolve } from "node:path";
import { build } from "esbuild";

const outdir = resolve(process.argv[2] ?? "dist");
await rm(outdir, { recursive: true, force: true });
await mkdir(outdir, { recursive: true });

await build({
  entryPoints: [
    "src/page.ts",
    "src/page.css",
    "src/capture.worklet.ts",
    "src/playback.worklet.ts",
    "src/listen.worklet.ts",
    "src/ear.worker.ts",
    "src/preview.ts",
    "src/preview.css",
    "src/studio.ts",
    "src/gauge.ts",
    "src/workshop.ts",
    "src/workshop.css",
  ],
  outdir,
  bundle: true,
  format: "esm",
  target: ["chrome116", "firefox115", "safari16.4"],
  minify: true,
  sourcemap: true,
  sourcesContent: false,
  legalComments: "linked",
  logLevel: "warning",
  external: ["fs", "path"], // named in Rive's loader for Node, never reached in a browser
});

const wasm = createRequire(import.meta.url).resolve("@rive-app/canvas-lite/rive.wasm");
await copyFile(wasm, `${outdir}/rive.wasm`);
for (const file of ["favicon.svg", "third-party.txt", "preview.template", "workshop.html"]) {
  await copyFile(`src/${file}`, `${outdir}/${file}`);
}

// Browsers may keep everything but index.html: a new build has new addresses.
const stamp = createHash("sha256");
const versioned = ["page.js", "page.css", "rive.wasm", "ear.worker.js"];
for (const file of [...versioned, "capture.worklet.js", "playback.worklet.js", "listen.worklet.js"]) {
  stamp.update(await readFile(`${outdir}/${file}`));
}
const version = stamp.digest("hex").slice(0, 12);
const html = await readFile("src/index.html", "utf8");
await writeFile(`${outdir}/index.html`, html.replace(/"(page\.(?:js|css))"/g, `"$1?v=${version}"`));
