// Finds circles of files: two or more files of a crate each of which needs the next, and the last the first.
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { code, usePaths, withoutTests } from "./rust.mjs";

/** The number of edges of a circle that are shown. */
const MAX_SHOWN = 20;
const USE = /(?:^|[;{}\]\s])((?:pub(?:\([^)]*\))?\s+)?)use\s+([^;]+);/g;
const ITEM = /\b(?:fn|struct|enum|union|trait|type|const|static|macro_rules!)\s+(?:mut\s+)?(\w+)/g;

/** Reads a crate's module tree, beginning with its root: a module is its path, its file and the names in it. */
function modules(root) {
  const found = new Map();
  const read = (file, path, folder) => {
    const text = withoutTests(code(readFileSync(file, "utf8")));
    const uses = [...text.matchAll(USE)].flatMap(([, pub, paths]) => usePaths(paths).map((use) => ({ ...use, pub: pub !== "" })));
    const rest = text.replace(USE, (all) => all.replace(/[^\n]/g, " "));
    const items = new Set([...rest.matchAll(ITEM)].map(([, name]) => name));
    const children = new Set();
    found.set(path.join("::"), { path, file, uses, items, children, rest });
    for (const [, name] of rest.matchAll(/\bmod\s+(\w+)\s*;/g)) {
      const child = [join(folder, `${name}.rs`), join(folder, name, "mod.rs")].find((at) => existsSync(at));
      if (!child) continue;
      children.add(name);
      read(child, [...path, name], join(folder, name));
    }
  };
  read(root, [], dirname(root));
  return found;
}

/** Returns the files that each file of the crate needs: a map of file to a map of file to the paths that cause it. */
export function needs(root) {
  const all = modules(root);
  const at = (path) => all.get(path.join("::"));

  // Resolves a path from a module: to the file that defines the name, also through re-exports.
  const resolve = (from, path, seen = new Set()) => {
    let module = from;
    let [first, ...rest] = path;
    if (first === "crate") module = at([]);
    else if (first === "self") module = from;
    else if (first === "super") {
      module = at(from.path.slice(0, -1));
      while (rest[0] === "super") module = at(module.path.slice(0, -1)), rest.shift();
    } else {
      rest = path;
    }
    for (let n = 0; module && n < rest.length; n++) {
      const name = rest[n];
      if (name === "*") return module.file;
      if (module.children.has(name)) {
        module = at([...module.path, name]);
        continue;
      }
      if (module.items.has(name)) return module.file;
      const mark = `${module.path.join("::")} ${name}`;
      if (seen.has(mark)) return undefined;
      seen.add(mark);
      const named = module.uses.find((use) => use.name === name && use.path.at(-1) !== "*");
      if (named) return resolve(module, [...named.path, ...rest.slice(n + 1)], seen);
      for (const glob of module.uses.filter((use) => use.name === "*")) {
        const file = resolve(module, [...glob.path.slice(0, -1), ...rest.slice(n)], seen);
        if (file) return file;
      }
      // An inline module, or an item of another crate.
      return ["crate", "self", "super"].includes(path[0]) && new RegExp(`\\bmod\\s+${name}\\b`).test(module.rest) ? module.file : undefined;
    }
    return module?.file;
  };

  const graph = new Map();
  for (const module of all.values()) {
    const edges = new Map();
    const need = (path) => {
      const file = resolve(module, path);
      if (file && file !== module.file) edges.set(file, [...(edges.get(file) ?? []), path.join("::")]);
    };
    for (const use of module.uses) {
      if (!use.pub) need(use.path);
      // A re-export is needed only if the file's own code uses it.
      else if (use.name !== "*" && new RegExp(`\\b${use.name}\\b`).test(module.rest)) need(use.path);
    }
    for (const [path] of module.rest.matchAll(/(?<![\w:])(?:crate|self|super)(?:::\w+)+/g)) need(path.split("::"));
    for (const [path, first] of module.rest.matchAll(/(?<![\w:])(\w+)(?:::\w+)+/g)) if (module.children.has(first)) need(path.split("::"));
    const before = graph.get(module.file) ?? new Map();
    for (const [file, paths] of edges) before.set(file, [...(before.get(file) ?? []), ...paths]);
    graph.set(module.file, before);
  }
  return graph;
}

/** Returns the groups of files that need each other, by Tarjan's algorithm, ignoring the edges that are left out. */
export function groups(graph, leftOut = () => false) {
  const [index, low, stack, on, found] = [new Map(), new Map(), [], new Set(), []];
  const visit = (file) => {
    index.set(file, index.size);
    low.set(file, index.get(file));
    stack.push(file);
    on.add(file);
    for (const next of graph.get(file)?.keys() ?? []) {
      if (leftOut(file, next)) continue;
      if (!index.has(next)) {
        visit(next);
        low.set(file, Math.min(low.get(file), low.get(next)));
      } else if (on.has(next)) {
        low.set(file, Math.min(low.get(file), index.get(next)));
      }
    }
    if (low.get(file) === index.get(file)) {
      const group = stack.splice(stack.indexOf(file));
      for (const member of group) on.delete(member);
      if (group.length > 1) found.push(group.sort());
    }
  };
  for (const file of graph.keys()) if (!index.has(file)) visit(file);
  return found;
}

/**
 * Returns each circle of files in the crates that is not listed, and each listed exception that closes no circle.
 * @param {string[]} roots the `lib.rs` of each crate
 * @param {{ name: string, reason: string }[]} exceptions edges, as `FROM -> TO`
 */
export function circles(roots, exceptions) {
  const excepted = new Set(exceptions.map(({ name }) => name));
  const closing = new Set();
  const found = roots.flatMap((root) => {
    const graph = needs(root);
    for (const group of groups(graph)) {
      const members = new Set(group);
      for (const file of group) for (const to of graph.get(file).keys()) if (members.has(to)) closing.add(`${file} -> ${to}`);
    }
    return groups(graph, (from, to) => excepted.has(`${from} -> ${to}`)).map((group) => {
      const members = new Set(group);
      const edges = group.flatMap((file) =>
        [...graph.get(file)].filter(([to]) => members.has(to) && !excepted.has(`${file} -> ${to}`))
          .map(([to, paths]) => `    ${file} -> ${to}  (${[...new Set(paths)].slice(0, 4).join(", ")})`));
      const more = edges.length > MAX_SHOWN ? [`    … and ${edges.length - MAX_SHOWN} more`] : [];
      return [`${group.length} files need each other; move what two of them share below both:`, ...edges.slice(0, MAX_SHOWN), ...more].join("\n");
    });
  });
  const stale = [...excepted].filter((edge) => !closing.has(edge)).map((edge) => `${edge}: closes no circle any more, take it off the list`);
  return [...found, ...stale];
}
