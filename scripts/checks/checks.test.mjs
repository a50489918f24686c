// Tests of the checks, run by `make lint`.
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { circles } from "./circles.mjs";
import { unmarked } from "./commands.mjs";
import { tooLong } from "./lengths.mjs";
import { code, usePaths, withoutTests } from "./rust.mjs";
import { literalTexts, texts } from "./texts.mjs";
import { offences } from "./words.mjs";

let before, folder;
beforeEach(() => {
  before = process.cwd();
  folder = mkdtempSync(join(tmpdir(), "latchkey-checks-"));
  process.chdir(folder);
});
afterEach(() => {
  process.chdir(before);
  rmSync(folder, { recursive: true });
});

/** Writes files and returns their names. */
function write(files) {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(name), { recursive: true });
    writeFileSync(name, text);
  }
  return Object.keys(files);
}

test("code blanks comments and texts, and keeps lifetimes and lines", () => {
  const text = `a /* b /* c */ */ "d // \\" e" 'f' '\\'' r#"g"h"#\n'i: loop {} // j\nk`;
  const plain = code(text);
  assert.equal(plain.length, text.length);
  assert.deepEqual(plain.split("\n").map((line) => line.trim()), ["a", "'i: loop {}", "k"]);
});

test("usePaths reads nested braces, aliases, globs and self", () => {
  const paths = usePaths("crate::{a::{self, B as C}, d::*, super_e}").map(({ path, name }) => `${path.join("::")} ${name}`);
  assert.deepEqual(paths, ["crate::a a", "crate::a::B C", "crate::d::* *", "crate::super_e super_e"]);
});

test("withoutTests leaves out what is compiled for tests alone", () => {
  assert.equal(withoutTests("a #[cfg(test)]\nmod tests { fn b() {} }\nc #[cfg(test)] mod d; e").replace(/\s+/g, " "), "a c e");
});

test("circles follows use lines, paths and re-exports to the file that defines the name", () => {
  const crate = {
    "src/lib.rs": "mod a; mod b;",
    "src/a/mod.rs": "mod inner; mod other; pub use inner::Thing; pub use other::*;",
    "src/a/inner.rs": "use crate::b::Next; pub struct Thing(Next);",
    "src/a/other.rs": "pub struct Other;",
    "src/b.rs": "pub struct Next; fn of() { let _: Option<super::a::Thing> = None; }",
  };
  write(crate);
  const [found, ...more] = circles(["src/lib.rs"], []);
  assert.deepEqual(more, []);
  assert.match(found, /^2 files .*\n {4}src\/a\/inner.rs -> src\/b.rs .*\n {4}src\/b.rs -> src\/a\/inner.rs /);
  assert.deepEqual(circles(["src/lib.rs"], [{ name: "src/b.rs -> src/a/inner.rs", reason: "a test" }]), []);

  // A glob to a file that needs nothing, and a use in tests alone, make no circle.
  write({ "src/b.rs": "use crate::a::Other; pub struct Next; #[cfg(test)] mod tests { use crate::a::Thing; }" });
  assert.deepEqual(circles(["src/lib.rs"], []), []);
  assert.match(circles(["src/lib.rs"], [{ name: "src/b.rs -> src/a/inner.rs", reason: "a test" }])[0], /closes no circle any more/);
});

test("tooLong names long files, and exceptions that are short", () => {
  const files = write({ "a.rs": "\n".repeat(451), "b.rs": "\n".repeat(450), "tests/c.rs": "\n".repeat(900) });
  assert.deepEqual(tooLong(files, []), ["a.rs: 451 lines, 450 at most"]);
  assert.deepEqual(tooLong(files, [{ name: "a.rs" }, { name: "b.rs" }]), ["b.rs: is short enough, take it off the list"]);
});

test("offences finds words in comments, documents and names of tests, and names in code", () => {
  const files = write({
    "a.rs": '/// What is refused.\n/// As it is.\nfn refused() { say("refused") } // `refused` is a name\n#[test]\nfn it_is_refused() {}',
    "b.md": "Nobody is told, and `is told` is code.",
  });
  const found = Object.fromEntries([...offences(files)].filter(([, places]) => places.length > 0));
  assert.deepEqual(found, {
    refuse: ["a.rs:1", "a.rs:4"],
    "is told": ["b.md:1"],
    "What …": ["a.rs:1"],
    "…refus…": ["a.rs:3", "a.rs:5"],
  });
});

test("texts finds words for people, and neither markup nor names nor tests", () => {
  const source = `view! { <p class="a b" aria-label="Main">"Two words" {t!(users_heading)} "Cancel"</p> } // "In a comment"
    #[expect(dead_code, reason = "of a lint")] const A: &str = "user-name"; format!("{USERS}?q={}", x)
    #[cfg(test)]
    mod tests { const B: &str = "Three more words"; }`;
  assert.deepEqual(texts(source), [
    { line: 1, text: "Main" },
    { line: 1, text: "Two words" },
    { line: 1, text: "Cancel" },
  ]);
  const files = write({ "a.rs": `"Two words"`, "b.rs": `"Two words"`, "c.rs": `"word"` });
  const found = literalTexts(files, [{ name: "b.rs", reason: "later" }, { name: "c.rs", reason: "later" }]);
  assert.deepEqual(found, [
    `a.rs:1: "Two words" belongs into app/texts`,
    "c.rs: has no text of its own, take it off the list",
  ]);
});

test("unmarked finds blocks of commands without a mark, and marks that name no test of the page", () => {
  const fence = (language, text) => `\`\`\`${language}\n${text}\n\`\`\`\n`;
  const tests = { "server/tests/it/a.rs": "docs/a.md", "scripts/test-b": "nothing" };
  const wrong = (text) => unmarked("docs/a.md", text, (file) => tests[file] ?? null);
  const run = "<!-- run by: server/tests/it/a.rs -->\n";
  assert.deepEqual(wrong(`# A\n\n${run}${fence("sh", "a")}\n<!-- not run: no Docker -->\n\n${fence("", "docker run a")}`), []);
  assert.deepEqual(wrong(`# A\n${fence("yaml", "a: b")}${fence("", "LATCHKEY_A=b")}${fence("ini", "a")}`), []);
  assert.deepEqual(wrong(`${run}# A\n\ntext\n${fence("sh", "a")}${fence("", "docker run a")}`), []);
  assert.match(wrong(`# A\n${run}\nText between.\n\n${fence("sh", "a")}`)[0], /^docs\/a\.md:6: no test runs this block/);
  assert.equal(wrong(`# A\n${run}${fence("sh", "a")}${fence("", "docker run a")}`).length, 1);
  assert.match(wrong(`# A\n<!-- run by: scripts/test-b -->\n${fence("sh", "a")}`)[0], /does not name a\.md/);
  assert.match(wrong(`# A\n<!-- run by: server/src/a.rs -->\n${fence("sh", "a")}`)[0], /is no test/);
});
