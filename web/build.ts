// Bundles src/ into the directory given as argument (default: dist/), ready to be served as it is.
import { copyFile, mkdir, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { resolve } from "node:path";
import { build } from "esbuild";

const outdir = resolve(process.argv[2] ?? "dist");
await rm(outdir, { recursive: true, force: true });
await mkdir(outdir, { recursive: true });

await build({
  // Plain names, no hashes: the server answers with ETags, and the page finds its worklets.
  entryPoints: ["src/page.ts", "src/page.css", "src/capture.worklet.ts", "src/playback.worklet.ts"],
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
for (const file of ["index.html", "favicon.svg", "third-party.txt"]) {
  await copyFile(`src/${file}`, `${outdir}/${file}`);
}
