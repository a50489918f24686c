// Checks the invariants of ARCHITECTURE.md that a command can check: `--list` names them, a name checks that one.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { basename } from "node:path";

const run = (command, ...args) =>
  execFileSync(command, args, { encoding: "utf8", maxBuffer: 1 << 28, stdio: ["ignore", "pipe", "inherit"] });
const packages = () => JSON.parse(run("cargo", "metadata", "--no-deps", "--format-version", "1"));
const member = (name) => packages().packages.find((p) => p.name === name);
const direct = (name) => member(name).dependencies.filter((d) => d.kind !== "dev").map((d) => d.name);
const tree = (...args) =>
  [...new Set(run("cargo", "tree", "--edges", "normal,no-proc-macro", "--prefix", "none", "--format", "{p}", ...args)
    .split("\n").map((line) => line.split(" ")[0]).filter(Boolean))];
const files = (...patterns) =>
  run("git", "ls-files", "--cached", "--others", "--exclude-standard", "--", ...patterns).split("\n").filter(Boolean);
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

const SQL = /\bsqlx::(query|raw_sql|QueryBuilder)|\buse sqlx::.*\b(query\w*|raw_sql)\b|(?<![.\w])(query!|(query_as|query_scalar|query_with|raw_sql)(!|::<|\())|\bQueryBuilder::/;
const BROWSER_NEVER = ["sqlx", "sqlx-core", "tokio", "axum", "hyper", "rustls", "reqwest", "rand", "getrandom", "backend"];

// Each returns what breaks the rule: an empty list is a pass.
const rules = {
  "SQL stands only in files named repository.rs": () =>
    lines(files("*.rs").filter((f) => basename(f) !== "repository.rs" && !/(^|\/)tests(\/|\.rs$)/.test(f)), SQL),
  "only backend depends on sqlx": () =>
    packages().packages.filter((p) => p.name !== "backend" && p.dependencies.some((d) => d.kind !== "dev" && d.name.startsWith("sqlx")))
      .map((p) => p.name),
  "domain depends on small pure crates alone": () => [
    ...beyond(direct("domain"), ["serde", "thiserror", "zeroize"]),
    ...among(tree("-p", "domain"), ["leptos", "axum", "sqlx", "tokio", "regex"]),
  ],
  "backend knows nothing of pages": () => among(tree("-p", "backend"), ["leptos", "leptos_axum", "axum", "app", "server"]),
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
  "nothing is left to do": () =>
    lines(files("*.rs", "*.ts", "*.js", "*.mjs", "*.css", "*.sql", "*.toml", "scripts", "Makefile").filter((f) => f !== "scripts/check-invariants.mjs"),
      /\b(TODO|FIXME|XXX)\b|\b(todo|unimplemented)!\s*\(/),
};

const [name] = process.argv.slice(2);
if (name === "--list") {
  console.log(Object.keys(rules).join("\n"));
} else {
  const broken = rules[name]();
  console.log(broken.join("\n"));
  process.exitCode = broken.length === 0 ? 0 : 1;
}
