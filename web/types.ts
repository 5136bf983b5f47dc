// Writes src/*.gen.ts from spec/*.schema.json: a wire message is defined once, in Python.
import { readFile, writeFile } from "node:fs/promises";
import { compile, type JSONSchema } from "json-schema-to-typescript";

/** Each by its schema, the file that it becomes, and the name of the whole. */
const SCHEMAS = [
  ["events", "wire", "WireMessage"],
  ["gateway", "gateway", "GatewayMessage"],
] as const;

/** A property's title would become a type of its own (`type TurnId = number`): noise. */
function withoutPropertyTitles(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(withoutPropertyTitles);
  if (node === null || typeof node !== "object") return node;
  const copy: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(node)) {
    if (key === "properties") {
      copy[key] = Object.fromEntries(
        Object.entries(value as Record<string, unknown>).map(([name, property]) => {
          const { title: _title, ...rest } = property as Record<string, unknown>;
          return [name, withoutPropertyTitles(rest)];
        }),
      );
    } else copy[key] = withoutPropertyTitles(value);
  }
  return copy;
}

for (const [schemaName, moduleName, typeName] of SCHEMAS) {
  const schemaFile = new URL(`../spec/${schemaName}.schema.json`, import.meta.url);
  const outputFile = new URL(`./src/${moduleName}.gen.ts`, import.meta.url);
  const schema = withoutPropertyTitles(
    JSON.parse(await readFile(schemaFile, "utf8")),
  ) as JSONSchema;
  const text = await compile(schema, typeName, {
    additionalProperties: false, // unknown fields are allowed on the wire, but nobody reads them
    bannerComment: `// Generated from spec/${schemaName}.schema.json by \`npm run types\`: do not edit.`,
    unreachableDefinitions: true,
    format: true,
    style: { printWidth: 100 },
  });
  if (process.argv.includes("--check")) {
    if ((await readFile(outputFile, "utf8")) !== text)
      throw new Error(`src/${moduleName}.gen.ts is stale: run \`npm run types\` and commit the result`);
  } else await writeFile(outputFile, text);
}
