// Makes dist/ (or the directory given as argument), which package.json's `exports` name: what
// `npm pack` packs.
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { copyFile, mkdir, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { resolve } from "node:path";
import { build } from "esbuild";
import { MODULES, SCRIPTS, THREADS } from "./bundles.ts";

const outdir = resolve(process.argv[2] ?? "dist");
const REACT = ["src/react/index.ts", "src/react/index.tsx"].find(existsSync);

await rm(outdir, { recursive: true, force: true });
await mkdir(outdir, { recursive: true });

// The entries share their code, or two of them on one page would be two avatars' worth of it.
// Whoever bundles an app minifies it; until then it can be read.
await build({
  ...SCRIPTS,
  outdir,
  splitting: true,
  chunkNames: "shared-[hash]",
  minify: false,
  packages: "external",
  jsx: "automatic",
  entryPoints: [
    { in: "src/index.ts", out: "index" },
    { in: "src/element/index.ts", out: "element" },
    ...(REACT === undefined ? [] : [{ in: REACT, out: "react" }]),
  ],
});
await build({ ...MODULES, outdir, entryPoints: THREADS.map((name) => `src/${name}.ts`) });

const wasm = createRequire(import.meta.url).resolve("@rive-app/canvas-lite/rive.wasm");
await copyFile(wasm, `${outdir}/rive.wasm`);
await copyFile("../LICENSE", `${outdir}/LICENSE`);
await copyFile("src/third-party.txt", `${outdir}/third-party.txt`); // of Rive's runtime

execFileSync(
  process.execPath,
  ["node_modules/typescript/bin/tsc", "-p", "tsconfig.package.json", "--outDir", `${outdir}/types`],
  { stdio: "inherit" },
);
