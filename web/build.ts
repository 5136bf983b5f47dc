// Bundles src/ into the directory given as argument (default: dist/), ready to be served as it is.
import { createHash } from "node:crypto";
import { copyFile, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { resolve } from "node:path";
import { build } from "esbuild";
import { MODULES, SCRIPTS, THREADS } from "./bundles.ts";

const outdir = resolve(process.argv[2] ?? "dist");
await rm(outdir, { recursive: true, force: true });
await mkdir(outdir, { recursive: true });

const stamp = async (...files: string[]): Promise<string> => {
  const digest = createHash("sha256");
  for (const file of files) digest.update(await readFile(`${outdir}/${file}`));
  return digest.digest("hex").slice(0, 12);
};

const wasm = createRequire(import.meta.url).resolve("@rive-app/canvas-lite/rive.wasm");
await copyFile(wasm, `${outdir}/rive.wasm`);
await build({
  ...MODULES,
  outdir,
  entryPoints: [
    ...THREADS.map((name) => `src/${name}.ts`),
    "src/page.ts",
    "src/page.css",
    "src/preview.ts",
    "src/preview.css",
    "src/studio.ts",
    "src/gauge.ts",
    "src/workshop.ts",
    "src/workshop.css",
  ],
});

// What a script loads has the address of its build, so that browsers may keep it for ever.
const companions = await stamp(...THREADS.map((name) => `${name}.js`), "rive.wasm");
await build({
  ...SCRIPTS,
  outdir,
  entryPoints: [{ in: "src/element/index.ts", out: "visavis" }],
  define: { VISAVIS_BUILD: JSON.stringify(companions) },
});

for (const file of ["favicon.svg", "third-party.txt", "preview.template", "workshop.html"]) {
  await copyFile(`src/${file}`, `${outdir}/${file}`);
}

// Browsers may keep everything but index.html: a new build has new addresses.
const version = await stamp("page.js", "page.css", "visavis.js", "favicon.svg"); // the script has its companions' address in it
const html = await readFile("src/index.html", "utf8");
await writeFile(`${outdir}/index.html`, html.replace(/"((?:page|visavis|favicon)\.(?:js|css|svg))"/g, `"$1?v=${version}"`));
