// Finds commands of the documents that no test runs, and that are not marked as such.
//
// A block of a shell, or one without a language that begins with a command, needs one of these above it, as a comment that no
// reader sees:
//   <!-- run by: server/tests/it/docs.rs -->    a test, which names the page; it runs the block, or the same commands
//   <!-- not run: there is no Docker where the tests run -->
// A mark at the top of a page, above its first heading, counts for all of its blocks.
import { existsSync, readFileSync } from "node:fs";
import { basename } from "node:path";

/** Languages of shells. */
const SHELLS = new Set(["sh", "bash", "console", "shell"]);

/** A block without a language that holds settings, and not commands. */
const SETTINGS = /^[A-Z_]+=/;

const MARK = /^<!-- (run by|not run): (.+) -->$/;

/** Names of files that are tests. */
const TEST = /(^|\/)(tests?\/|test-|tests\.rs$)|\.test\.mjs$|\.spec\.ts$/;

/**
 * Returns what is wrong with the blocks of one page.
 * @param {string} page its path
 * @param {string} text
 * @param {(file: string) => string | null} source returns the text of a file, or null without one
 */
export function unmarked(page, text, source) {
  const lines = text.split("\n");
  let whole, mark, language, first, start;
  const wrong = [];
  const judge = (said, line) => {
    if (!said) return wrong.push(`${page}:${line}: no test runs this block, and it is not marked: <!-- run by: … --> or <!-- not run: … -->`);
    if (said[1] === "not run") return;
    for (const file of said[2].split(", ")) {
      const test = source(file);
      if (test === null || !TEST.test(file)) wrong.push(`${page}:${line}: ${file} is no test`);
      else if (!test.includes(basename(page))) wrong.push(`${page}:${line}: ${file} does not name ${basename(page)}`);
    }
  };
  lines.forEach((line, index) => {
    if (language !== undefined) {
      if (first === undefined && line.trim() && !line.startsWith("```")) first = line;
      if (line.startsWith("```")) {
        const commands = SHELLS.has(language) || (language === "" && first !== undefined && !SETTINGS.test(first));
        if (commands) judge(mark ?? whole, start);
        [language, first, mark] = [undefined, undefined, undefined];
      }
    } else if (line.startsWith("```")) {
      [language, start] = [line.slice(3).trim(), index + 1];
    } else if (MARK.test(line)) {
      mark = MARK.exec(line);
      if (!lines.slice(0, index).some((before) => before.startsWith("# "))) [whole, mark] = [mark, undefined];
    } else if (line.trim()) {
      mark = undefined;
    }
  });
  return wrong;
}

/**
 * Returns what is wrong with the blocks of these pages.
 * @param {string[]} pages
 */
export const commands = (pages) =>
  pages.flatMap((page) => unmarked(page, readFileSync(page, "utf8"), (file) => (existsSync(file) ? readFileSync(file, "utf8") : null)));
