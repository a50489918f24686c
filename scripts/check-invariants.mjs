// Checks the invariants of ARCHITECTURE.md that a command can check: `--list` names them, a name checks that one.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { basename, dirname, relative } from "node:path";
import { circles } from "./checks/circles.mjs";
import { commands } from "./checks/commands.mjs";
import { exceptions } from "./checks/exceptions.mjs";
import { code } from "./checks/rust.mjs";
import { tooLong } from "./checks/lengths.mjs";
import { literalTexts } from "./checks/texts.mjs";
import { words } from "./checks/words.mjs";

const run = (command, ...args) =>
  execFileSync(command, args, { encoding: "utf8", maxBuffer: 1 << 28, stdio: ["ignore", "pipe", "inherit"] });
const packages = () => JSON.parse(run("cargo", "metadata", "--no-deps", "--format-version", "1"));
const folder = (p) => relative(process.cwd(), dirname(p.manifest_path));
const member = (name) => packages().packages.find((p) => p.name === name);
const direct = (name) => member(name).dependencies.filter((d) => d.kind !== "dev").map((d) => d.name);
const tree = (...args) =>
  [...new Set(run("cargo", "tree", "--edges", "normal,no-proc-macro", "--prefix", "none", "--format", "{p}", ...args)
    .split("\n").map((line) => line.split(" ")[0]).filter(Boolean))];
const files = (...patterns) =>
  run("git", "ls-files", "--cached", "--others", "--exclude-standard", "--", ...patterns).split("\n").filter(Boolean);
const sources = () => files("*.rs", "*.ts", "*.js", "*.mjs", "*.css", "scripts", "Makefile").filter((f) => !/\.(?:json|txt)$/.test(f));
const lines = (list, pattern) =>
  list.flatMap((file) => {
    let text;
    try {
      text = readFileSync(file, "utf8");
    } catch {
      return []; // deleted, and not yet committed
    }
    return text.split("\n").flatMap((line, n) => (pattern.test(line) ? [`${file}:${n + 1}: ${line.trim()}`] : []));
  });
const among = (found, never) => found.filter((name) => never.includes(name));
const beyond = (found, allowed) => found.filter((name) => !allowed.includes(name));

const SQL = /\bsqlx::(query(?!::)|raw_sql|QueryBuilder)|\buse sqlx::.*\b(query\w*|raw_sql)\b(?!::)|(?<![.\w])(query!|(query_as|query_scalar|query_with|raw_sql)(!|::<|\())|\bQueryBuilder::/;
const BROWSER_NEVER = ["sqlx", "sqlx-core", "tokio", "axum", "hyper", "rustls", "reqwest", "rand", "getrandom", "backend"];

// Crates whose library has another name.
const LIBRARIES = { "md-5": "md5", "rustls-webpki": "webpki" };

// Reads the files in which the tests of SECURITY.md are looked for.
const read = (file) => {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return ""; // deleted, and not yet committed
  }
};
const IS_TEST = /#\[(?:[\w:]+::)?test\b|\bproptest!/;
const tests = () => {
  const crates = Object.fromEntries(
    packages().packages.map((p) => [p.name, `${relative(process.cwd(), dirname(p.manifest_path))}/src`]));
  const rust = files("*.rs").map((file) => ({ file, text: read(file) }));
  const fns = new Set();
  for (const { text } of rust) {
    for (const part of text.split(/#\[(?:[\w:]+::)?test\b/).slice(1)) {
      const name = /\bfn\s+(\w+)/.exec(part);
      if (name) fns.add(name[1]);
    }
    // Within proptest! each function is a test.
    for (const part of text.split(/\bproptest!\s*\{/).slice(1)) {
      for (const name of part.matchAll(/\bfn\s+(\w+)\s*\(/g)) fns.add(name[1]);
    }
  }
  const titles = new Set();
  for (const file of files("end2end/tests/*.ts")) {
    for (const title of read(file).matchAll(/\btest(?:\.\w+)*\(\s*(["'`])(.*?)\1/g)) titles.add(title[2].replace(/\\(.)/g, "$1"));
  }
  // Finds a module with tests in its own file, in a test module's file or in a folder.
  const module = (path) => {
    const [first, ...rest] = path.split("::");
    const roots = first in crates ? [[crates[first], rest]] : Object.values(crates).map((root) => [root, [first, ...rest]]);
    return roots.some(([root, parts]) => {
      const inline = parts.at(-1) === "tests" ? parts.slice(0, -1) : parts;
      const bases = [...new Set([parts.join("/"), inline.join("/")])].map((part) => `${root}/${part}`);
      return rust.some(({ file, text }) =>
        IS_TEST.test(text) && bases.some((base) => file === `${base}.rs` || file.startsWith(`${base}/`)));
    });
  };
  return (name) => {
    if (name.includes("/")) return files(name).length > 0 && (/\btest(?:\.\w+)*\(/.test(read(name)) || IS_TEST.test(read(name)));
    if (name.includes(" ")) return titles.has(name);
    if (fns.has(name.split("::").at(-1)) && /_/.test(name)) return true;
    return module(name) || IS_TEST.test(read(`server/tests/it/${name}.rs`));
  };
};

// Each rule returns what breaks it: an empty list is a pass.
const rules = {
  "SQL stands only in files named repository.rs": () =>
    lines(files("*.rs").filter((f) => basename(f) !== "repository.rs" && !/(^|\/)tests(\/|\.rs$)/.test(f)), SQL),
  "only backend depends on sqlx": () =>
    packages().packages.filter((p) => p.name !== "backend" && p.dependencies.some((d) => d.kind !== "dev" && d.name.startsWith("sqlx")))
      .map((p) => p.name),
  "domain depends on small pure crates alone": () => [
    ...beyond(direct("domain"), ["serde", "percent-encoding", "thiserror", "zeroize"]),
    ...among(tree("-p", "domain"), ["leptos", "axum", "sqlx", "tokio", "regex"]),
  ],
  "backend knows nothing of pages": () => among(tree("-p", "backend"), ["leptos", "leptos_axum", "axum", "app", "server"]),
  "formats need no database, no network and no runtime": () =>
    among(tree("-p", "formats"), ["sqlx-core", "tokio", "hyper", "reqwest", "axum", "leptos", "backend"]),
  "the small command line has no server, database or page in its tree": () =>
    among(tree("-p", "cli"), ["sqlx", "sqlx-core", "leptos", "axum", "backend", "app", "server"]),
  "app reaches backend and axum only behind ssr": () =>
    member("app").dependencies.filter((d) => ["backend", "leptos_axum", "axum", "http"].includes(d.name) && !d.optional)
      .map((d) => d.name),
  "frontend is the browser's entry and nothing else": () =>
    beyond(direct("frontend"), ["app", "console_error_panic_hook", "leptos", "wasm-bindgen"]),
  "the WebAssembly tree has nothing of the server's": () =>
    among(tree("-p", "frontend", "--target", "wasm32-unknown-unknown"), BROWSER_NEVER),
  "default-members are all but frontend": () => {
    const { workspace_members, workspace_default_members: byDefault } = packages();
    const missing = workspace_members.filter((id) => !byDefault.includes(id));
    return missing.length === 1 && /[/#]frontend[#@]/.test(missing[0]) ? [] : ["left out: " + (missing.join(", ") || "none")];
  },
  "each claim of SECURITY.md names tests that exist": () => {
    const exists = tests();
    const rows = read("SECURITY.md").split("\n").filter((line) => /^\|.*\|$/.test(line) && !/^\|[\s|:-]*\|$/.test(line));
    return rows.filter((row) => !/\|\s*test\s*\|$/.test(row)).flatMap((row) => {
      const cells = row.split(/(?<!\\)\|/).slice(1, -1);
      const named = [...cells.at(-1).matchAll(/`([^`]+)`/g)].map((match) => match[1]);
      const claim = cells.slice(0, 2).map((cell) => cell.trim()).join(", ");
      return named.length === 0 ? [`${claim}: no test`] : named.filter((name) => !exists(name)).map((name) => `${claim}: ${name}`);
    });
  },
  // As cargo-machete finds them, which would take a minute to build on each new machine.
  "each dependency is used by its crate": () =>
    packages().packages.flatMap((p) => {
      const text = files(`${folder(p)}/*.rs`).map((file) => code(read(file))).join("\n");
      const names = p.dependencies.map((d) => d.rename ?? LIBRARIES[d.name] ?? d.name.replaceAll("-", "_"));
      return names.filter((name) => !new RegExp(`\\b${name}\\b`).test(text)).map((name) => `${p.name}: ${name}`);
    }),
  // A file that no module names is not compiled, and its tests are never run.
  "each Rust file is a part of its crate": () => {
    const all = files("*.rs");
    const roots = new Set(packages().packages.flatMap((p) => p.targets.map((target) => relative(process.cwd(), target.src_path))));
    const named = (file) => {
      const folder = basename(file) === "mod.rs" ? dirname(dirname(file)) : dirname(file);
      const name = basename(file) === "mod.rs" ? basename(dirname(file)) : basename(file, ".rs");
      const parents = [`${folder}.rs`, ...["mod", "lib", "main"].map((parent) => `${folder}/${parent}.rs`)];
      return parents.some((parent) => new RegExp(`\\bmod\\s+(?:r#)?${name}\\s*;`).test(read(parent)));
    };
    return all.filter((file) => !roots.has(file) && !named(file));
  },
  "no circle of files, but for those listed": () => circles(files("*/src/lib.rs"), exceptions("circles.txt")),
  "no file too long to read, but for those listed": () => tooLong(sources(), exceptions("lengths.txt")),
  "texts of pages stand in the catalogue, but for those of listed files": () =>
    literalTexts(files("app/src/*.rs"), exceptions("texts.txt")),
  "the field's words, and no more of the others": () => words(files()),
  "each command of the documents is run by a test, or marked as not run": () => commands(files("docs/*.md", "README.md")),
  "each module in ARCHITECTURE.md's table exists": () => {
    const [, table] = /^\| feature \|.*\n\|[-|]+\|\n((?:\|.*\n)+)/m.exec(read("ARCHITECTURE.md")) ?? ["", ""];
    const crates = Object.fromEntries(packages().packages.map((p) => [p.name, `${folder(p)}/src`]));
    const roots = [, crates.domain, crates.backend, crates.app, crates.server, crates.server];
    const all = new Set(files("*.rs"));
    const exists = (root, path) => {
      const [first, ...rest] = path.split("::").filter((part) => /^[a-z]/.test(part));
      const at = [first in crates && rest.length > 0 ? crates[first] : `${root}/${first}`, ...rest].join("/");
      return all.has(`${at}.rs`) || all.has(`${at}/mod.rs`) || (first in crates && rest.length === 0);
    };
    const rows = table.split("\n").filter(Boolean).map((row) => row.split("|").slice(1, -1));
    const missing = rows.flatMap((cells) => cells.flatMap((cell, column) => [...cell.matchAll(/`([\w:{},]+)`/g)]
      .flatMap(([, path]) => {
        const [, head, choices] = /^(.*)\{(.*)\}$/.exec(path) ?? [];
        return choices ? choices.split(",").map((choice) => head + choice) : [path];
      })
      .filter((path) => !exists(roots[column], path)).map((path) => `${cells[0].trim()}: ${path}`)));
    return rows.length === 0 ? ["there is no table"] : missing;
  },
  "nothing is left to do": () =>
    lines([...sources(), ...files("*.sql", "*.toml")].filter((f) => f !== "scripts/check-invariants.mjs"),
      /\b(TODO|FIXME|XXX)\b|\b(todo|unimplemented)!\s*\(/),
};

const [name] = process.argv.slice(2);
if (name === "--list") {
  console.log(Object.keys(rules).join("\n"));
} else if (!Object.hasOwn(rules, name ?? "")) {
  console.log("Name one rule, as a single argument; --list names them all.");
  process.exitCode = 2;
} else {
  const broken = rules[name]();
  console.log(broken.join("\n"));
  process.exitCode = broken.length === 0 ? 0 : 1;
}
