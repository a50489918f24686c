// Reads Rust sources as far as the checks need: comments and texts blanked, tests left out, braces matched.

/**
 * Returns the source with comments, strings and character literals blanked; lines keep their numbers.
 * @param {string} source
 * @param {(from: number, to: number) => void} [text] is called with the place of each string
 */
export function code(source, text) {
  const blank = (text) => text.replace(/[^\n]/g, " ");
  let out = "";
  let at = 0;
  const strings = [];
  while (at < source.length) {
    const rest = source.slice(at, at + 2);
    let end = -1;
    if (rest === "//") {
      end = source.indexOf("\n", at);
      if (end < 0) end = source.length;
    } else if (rest === "/*") {
      let depth = 1;
      for (end = at + 2; end < source.length && depth > 0; ) {
        const two = source.slice(end, end + 2);
        depth += two === "/*" ? 1 : two === "*/" ? -1 : 0;
        end += two === "/*" || two === "*/" ? 2 : 1;
      }
    } else if (!/\w/.test(source[at - 1] ?? "")) {
      const raw = /^(?:b|c)?r(#*)"/.exec(source.slice(at, at + 40));
      const quoted = /^(?:b|c)?"/.exec(source.slice(at, at + 2));
      const character = /^b?'(?:\\(?:u\{\w+\}|x\w\w|.)|[^\\'])'/su.exec(source.slice(at, at + 14));
      if ((raw || quoted) && text) strings.push(at);
      if (raw) {
        const close = source.indexOf(`"${raw[1]}`, at + raw[0].length);
        end = close < 0 ? source.length : close + 1 + raw[1].length;
      } else if (quoted) {
        for (end = at + quoted[0].length; end < source.length && source[end] !== '"'; end++) if (source[end] === "\\") end++;
        end++;
      } else if (character) {
        end = at + character[0].length;
      }
    }
    if (end < 0) {
      out += source[at++];
    } else {
      if (strings.at(-1) === at) text(at, end);
      out += blank(source.slice(at, end));
      at = end;
    }
  }
  return out;
}

/** Returns the index at which the bracket at `open` is closed. */
export function closing(text, open) {
  const pairs = { "{": "}", "(": ")", "[": "]" };
  const [begin, end] = [text[open], pairs[text[open]]];
  for (let at = open, depth = 0; at < text.length; at++) {
    if (text[at] === begin) depth++;
    else if (text[at] === end && --depth === 0) return at;
  }
  return text.length - 1;
}

/** Returns the code without its items under `#[cfg(test)]`; lines keep their numbers. */
export function withoutTests(text) {
  const marker = /#\[cfg\((?:test|all\(test\b[^\]]*)\)\]/g;
  let out = text;
  for (let found; (found = marker.exec(out)); ) {
    const semicolon = out.indexOf(";", found.index);
    const brace = out.indexOf("{", found.index);
    const use = /^\s*(?:pub(?:\([^)]*\))?\s+)?use\b/.test(out.slice(found.index + found[0].length));
    const end = brace >= 0 && (semicolon < 0 || brace < semicolon) && !use ? closing(out, brace) : semicolon;
    if (end < 0) break;
    out = out.slice(0, found.index) + out.slice(found.index, end + 1).replace(/[^\n]/g, " ") + out.slice(end + 1);
  }
  return out;
}

/** Returns the paths of a `use` declaration, each as `{ path, name }`; `name` is `*` for a glob. */
export function usePaths(text) {
  const found = [];
  const walk = (prefix, part) => {
    const tree = part.trim();
    const open = tree.indexOf("{");
    if (open >= 0) {
      const head = tree.slice(0, open).replace(/::\s*$/, "").trim();
      const next = head ? [...prefix, ...head.split("::").map((s) => s.trim())] : prefix;
      let depth = 0;
      let from = open + 1;
      const inner = tree.slice(0, closing(tree, open));
      for (let at = open + 1; at <= inner.length; at++) {
        const c = inner[at];
        if (c === "{") depth++;
        else if (c === "}") depth--;
        else if ((c === "," && depth === 0) || at === inner.length) {
          if (inner.slice(from, at).trim()) walk(next, inner.slice(from, at));
          from = at + 1;
        }
      }
      return;
    }
    const [path, alias] = tree.split(/\s+as\s+/);
    const parts = [...prefix, ...path.split("::").map((s) => s.trim())].filter(Boolean);
    if (parts.at(-1) === "self") parts.pop();
    found.push({ path: parts, name: (alias ?? parts.at(-1)).trim() });
  };
  walk([], text);
  return found;
}
