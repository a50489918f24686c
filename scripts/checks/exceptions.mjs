// Reads a list of exceptions: `NAME | REASON` a line, `#` for comments. Each needs its reason.
import { readFileSync } from "node:fs";

/** Returns the exceptions of a file in this folder. */
export function exceptions(file) {
  const lines = readFileSync(new URL(file, import.meta.url), "utf8").split("\n");
  return lines.filter((line) => line.trim() !== "" && !line.startsWith("#")).map((line) => {
    const [name, reason] = line.split("|").map((part) => part.trim());
    if (!reason) throw new Error(`${file}: "${line}" has no reason`);
    return { name, reason };
  });
}
