// Finds texts for people that stand in the code of a page and not in the catalogue, `app/texts`.
import { readFileSync } from "node:fs";
import { code, withoutTests } from "./rust.mjs";

/** Two words, or one with a capital letter. */
const WORDS = /\p{L}{2,}[,;:.?!]? +\p{L}|^\s*\p{Lu}\p{Ll}+[.?!]?\s*$/u;
/** Attributes of HTML that are not for people. */
const ATTRIBUTE = /\b(?:class|content|d|rel|viewBox|accept|style|autocomplete|sandbox|pattern)=$/;
/** Arguments that are not for people: reasons of lints, the log, headers. */
const FOR_NOBODY = /(?:reason = |tracing::\w+!\([^)]*|HeaderValue::from_static\(|HeaderName::from_static\(|\.markup\(|format_args!\(|\bassert!\([^"]*|env!\(|#\[error\()$/;

/** Texts that are not for people: parameters of headers, a script, and the name of the product. */
const NO_TEXT = /;\s?[\w-]+=|^const |^Latchkey$|^\s*[<.#[]/;

/** Returns the texts for people of a source, each with its line. */
export function texts(source) {
  const found = [];
  let marked = code(source, (from, to) => found.push([from, to]));
  for (const [from, to] of found) marked = `${marked.slice(0, from)}${"x".repeat(to - from)}${marked.slice(to)}`;
  const tested = withoutTests(marked);
  return found.flatMap(([from, to]) => {
    if (tested[from] !== "x") return [];
    const text = source.slice(source.indexOf('"', from) + 1, source.lastIndexOf('"', to)).replace(/\\\n\s*/g, "");
    const before = source.slice(Math.max(0, from - 120), from);
    const words = text.replace(/\{[^}]*\}/g, "");
    if (!WORDS.test(words) || NO_TEXT.test(words) || ATTRIBUTE.test(before) || FOR_NOBODY.test(before)) return [];
    return [{ line: source.slice(0, from).split("\n").length, text }];
  });
}

/**
 * Returns each file of pages with texts that is not listed, and each listed one without.
 * @param {string[]} files
 * @param {{ name: string, reason: string }[]} exceptions
 */
export function literalTexts(files, exceptions) {
  const excepted = new Set(exceptions.map(({ name }) => name));
  const found = files.flatMap((file) => {
    try {
      const [first] = texts(readFileSync(file, "utf8"));
      return first ? [{ file, ...first }] : [];
    } catch {
      return []; // deleted, and not yet committed
    }
  });
  return [
    ...found.filter(({ file }) => !excepted.has(file)).map(({ file, line, text }) => `${file}:${line}: "${text}" belongs into app/texts`),
    ...[...excepted].filter((name) => !found.some(({ file }) => file === name)).map((name) => `${name}: has no text of its own, take it off the list`),
  ];
}
