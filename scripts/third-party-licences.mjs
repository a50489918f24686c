// Prints the licences of all libraries that are built into the programs, each text once, with the libraries it is of.
// Usage: node scripts/third-party-licences.mjs
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

const metadata = JSON.parse(
  execFileSync("cargo", ["metadata", "--format-version", "1", "--locked"], { maxBuffer: 1 << 28, encoding: "utf8" }),
);
const packages = new Map(metadata.packages.map((it) => [it.id, it]));
const nodes = new Map(metadata.resolve.nodes.map((it) => [it.id, it]));

/** Returns the packages that are linked: those that a member of the workspace depends on, not only to build or test it. */
function linked() {
  const found = new Set();
  const waiting = [...metadata.workspace_members];
  while (waiting.length > 0) {
    const id = waiting.pop();
    if (found.has(id)) continue;
    found.add(id);
    for (const dependency of nodes.get(id).deps) {
      if (dependency.dep_kinds.some(({ kind }) => kind === null)) waiting.push(dependency.pkg);
    }
  }
  return [...found].map((id) => packages.get(id)).filter((it) => it.source !== null);
}

/** Returns the texts of the licences and notices in the folder of a package. */
function texts(folder) {
  const named = readdirSync(folder).filter((name) => /^(un)?licen[cs]e|^copy(ing|right)|^notice/i.test(name));
  const files = named.map((name) => join(folder, name));
  const read = (file) => {
    try {
      return readFileSync(file, "utf8").replace(/\r/g, "").replace(/[ \t]+$/gm, "").trim();
    } catch (error) {
      if (error.code === "EISDIR") return "";
      throw error;
    }
  };
  return files.map(read).filter((text) => text !== "");
}

const libraries = linked().sort((a, b) => a.name.localeCompare(b.name, "en") || a.version.localeCompare(b.version, "en"));
const of = new Map();
const bare = [];
for (const library of libraries) {
  const name = `${library.name} ${library.version} (${library.license ?? "see below"})`;
  const found = texts(dirname(library.manifest_path));
  if (found.length === 0) bare.push(`${name}${library.authors.length > 0 ? `, by ${library.authors.join(", ")}` : ""}`);
  for (const text of found) of.set(text, [...(of.get(text) ?? []), name]);
}

const line = "=".repeat(100);
const parts = [`The programs of Latchkey contain ${libraries.length} libraries of others, under these licences.`];
if (bare.length > 0) parts.push(`Without a text of their own, under the licence that is named:\n\n${bare.map((it) => `  ${it}`).join("\n")}`);
for (const [text, names] of of) parts.push(`${line}\n${names.map((it) => `  ${it}`).join("\n")}\n\n${text}`);
process.stdout.write(`${parts.join("\n\n")}\n`);
