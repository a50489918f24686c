// Finds files that are too long to be read in one go. Clippy's `too_many_lines` checks functions
// (clippy.toml).
import { readFileSync } from "node:fs";

/** The longest file of code, in lines. */
const MAX_LINES = 450;
/** The longest file of tests, in lines, which are read one by one. */
const MAX_TEST_LINES = 900;

const TESTS = /(^|\/)tests(\/|\.rs$)/;

/**
 * Returns each file that is too long and not listed, and each listed exception that is short enough.
 * @param {string[]} files
 * @param {{ name: string, reason: string }[]} exceptions
 */
export function tooLong(files, exceptions) {
  const long = files.flatMap((file) => {
    let lines;
    try {
      lines = readFileSync(file, "utf8").split("\n").length - 1;
    } catch {
      return []; // deleted, and not yet committed
    }
    const limit = TESTS.test(file) ? MAX_TEST_LINES : MAX_LINES;
    return lines > limit ? [{ file, lines, limit }] : [];
  });
  const excepted = new Set(exceptions.map(({ name }) => name));
  return [
    ...long.filter(({ file }) => !excepted.has(file)).map(({ file, lines, limit }) => `${file}: ${lines} lines, ${limit} at most`),
    ...[...excepted].filter((name) => !long.some(({ file }) => file === name)).map((name) => `${name}: is short enough, take it off the list`),
  ];
}
