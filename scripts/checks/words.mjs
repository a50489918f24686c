// Counts the words, names and beginnings of sentences that are to be replaced in code, comments, documents
// and names of tests. `node scripts/checks/words.mjs` shows the counts, with a word its places; `--update`
// lowers the counts.
import { readFileSync, writeFileSync } from "node:fs";
import { execFileSync } from "node:child_process";
import { pathToFileURL } from "node:url";
import { code } from "./rust.mjs";

const COUNTS = new URL("words.json", import.meta.url);

/** The words, each with what the field says instead. */
const WORDS = {
  "is told": [/\b(?:is|are|was|were|be|being|been) told\b/gi, "receives, is shown, is logged"],
  "comes to": [/\b(?:comes?|came|coming) (?:to|of)\b/gi, "results in, returns, amounts to"],
  "passes over": [/\bpass(?:es|ed|ing)? over\b/gi, "ignores, skips, excludes"],
  "is over": [/\b(?:is|are|was|were) over\b/gi, "ends, expires, times out"],
  "is good": [/\b(?:is|are|was|were) good\b/gi, "is valid"],
  "takes away": [/\b(?:takes?|took|taken|taking) (?:\w+ )?away\b/gi, "deletes, removes, revokes"],
  "puts right": [/\bput(?:s|ting)? (?:\w+ )?right\b/gi, "normalizes, corrects"],
  "is none": [/\b(?:is|are|was|were) none\b/gi, "is not a …, is invalid"],
  refuse: [/\brefus(?:e|es|ed|al|als|ing)\b/gi, "rejects; forbidden (access); public error. What another side does stays refused"],
  twin: [/\btwins?\b/gi, "duplicate"],
  knowingly: [/\bknowingly\b/gi, "allow_duplicate"],
  sweep: [/\b(?:sweeps?|sweeping|swept)\b/gi, "cleanup; batch (of tests)"],
  recheck: [/\brechecks?\b/gi, "scheduled tests"],
  trial: [/\btrials?\b/gi, "test"],
};

/** Parts of names in code, each with the glossary's term instead. Public names keep their old form, so some stay. */
const NAMES = {
  PATIENCE: [/\w*PATIENCE\w*/g, "…_TIMEOUT"],
  "MOST_…": [/\bMOST_\w+/g, "MAX_…"],
  "…refus…": [/\b\w*refus\w*/gi, "public_error, reject, forbidden, RejectedForm"],
  "…twin…": [/\b(?:\w*_)?twins?(?:_\w*)?\b|\w*Twins?\w*/g, "duplicate"],
  "…knowingly…": [/\b\w*knowingly\w*/gi, "allow_duplicate"],
  "…sweep…": [/\b\w*sweep\w*/gi, "cleanup, batch"],
  "…trial…": [/\b\w*trial\w*/gi, "test"],
  Deed: [/\bDeeds?\b/g, "ActionDone"],
  Handout: [/\bHandouts?\b/g, "ExportFormat"],
  Shaped: [/\bShaped\b/g, "Exported"],
  Stretch: [/\bStretch\b/g, "PageRequest"],
  Turns: [/\bTurns?\b/g, "HostSlots"],
  Pace: [/\bPaced?\b/g, "TestRateLimit"],
  Arrival: [/\bArrivals?\b/g, "ClientInfo"],
  "words()": [/\bwords\(/g, "message()"],
};

/** Beginnings that are wrong for a doc comment's first sentence: a function's begins with a verb, a type's with a noun. */
const BEGINNINGS = ["As", "It", "None", "One", "Such", "That", "This", "What", "Where", "Which", "Whom"];

/** Files in which a word is the subject and not an offence. */
const LEFT_OUT = /^(?:docs\/glossary\.md|scripts\/checks\/.*|CHANGELOG\.md)$/;

const KINDS = [
  [/\.md$/, (text) => [...text.matchAll(/.+/g)]],
  [/\.rs$/, (text) => [...text.matchAll(/\/\/.*/g), ...testNames(text)]],
  [/\.(?:ts|mjs|js|css)$/, (text) => [...text.matchAll(/(?<!:)\/\/.*|\/\*[\s\S]*?\*\//g), ...text.matchAll(/\btest(?:\.\w+)*\(\s*(["'`]).*?\1/g)]],
  [/^scripts\/[\w-]+$|(?:^|\/)Makefile$|\.(?:toml|sh)$/, (text) => [...text.matchAll(/#.*/g)]],
];

function testNames(text) {
  return [...text.matchAll(/#\[(?:[\w:]+::)?test\b[^]{0,200}?\bfn (\w+)/g)].map((match) =>
    Object.assign([match[1].replaceAll("_", " ")], { index: match.index }));
}

const lineOf = (text, index) => text.slice(0, index).split("\n").length;

/** Returns the places of each word, as `file:line`. */
export function offences(files) {
  const found = new Map([...Object.keys(WORDS), ...BEGINNINGS.map((word) => `${word} …`), ...Object.keys(NAMES)].map((word) => [word, []]));
  for (const file of files.filter((file) => !LEFT_OUT.test(file))) {
    const kind = KINDS.find(([name]) => name.test(file));
    let text;
    try {
      text = kind && readFileSync(file, "utf8");
    } catch {
      continue; // deleted, and not yet committed
    }
    if (!text) continue;
    for (const part of kind[1](text)) {
      // Names in code are not words.
      const prose = part[0].replace(/`[^`\n]*`/g, (code) => " ".repeat(code.length));
      for (const [word, [pattern]] of Object.entries(WORDS)) {
        for (const hit of prose.matchAll(pattern)) found.get(word).push(`${file}:${lineOf(text, part.index + hit.index)}`);
      }
    }
    if (!file.endsWith(".rs")) continue;
    const names = code(text);
    for (const [name, [pattern]] of Object.entries(NAMES)) {
      for (const hit of names.matchAll(pattern)) found.get(name).push(`${file}:${lineOf(text, hit.index)}`);
    }
    for (const first of text.matchAll(/(?<!\/\/[/!].*\n)^[ \t]*\/\/[/!] (\w+)\b/gm)) {
      if (BEGINNINGS.includes(first[1])) found.get(`${first[1]} …`).push(`${file}:${lineOf(text, first.index)}`);
    }
  }
  return found;
}

/** Returns each word that stands more often, or less often, than the counts allow. */
export function words(files) {
  const counts = JSON.parse(readFileSync(COUNTS, "utf8"));
  return [...offences(files)].flatMap(([word, places]) => {
    const [now, allowed] = [places.length, counts[word] ?? 0];
    if (now > allowed) {
      const [, instead] = WORDS[word] ?? NAMES[word] ?? [];
      const advice = instead ? `say: ${instead}` : "begin with a verb and its object, or with a noun";
      return [`"${word}" stands ${now} times, ${allowed} at most (${advice}); "node scripts/checks/words.mjs '${word}'" shows where`];
    }
    return now < allowed ? [`"${word}" stands ${now} times now, not ${allowed}: run "node scripts/checks/words.mjs --update"`] : [];
  });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const files = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], { encoding: "utf8" }).split("\n").filter(Boolean);
  const found = offences(files);
  const [asked] = process.argv.slice(2);
  if (asked === "--update") {
    const before = JSON.parse(readFileSync(COUNTS, "utf8"));
    const after = Object.fromEntries([...found].map(([word, places]) => [word, Math.min(places.length, before[word] ?? places.length)]));
    writeFileSync(COUNTS, `${JSON.stringify(after, null, 2)}\n`);
  } else {
    for (const [word, places] of found) if (!asked || word === asked) console.log([`${word}: ${places.length}`, ...(asked ? places : [])].join("\n  "));
  }
}
