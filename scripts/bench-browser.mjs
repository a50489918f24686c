// Measures a first and a second visit in Chromium: bytes on the wire and time until the page is hydrated.
// node scripts/bench-browser.mjs ADDRESS PKG-FOLDER SESSION-COOKIE; run by scripts/bench.
import { createRequire } from "node:module";
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";

const { chromium } = createRequire(new URL("../end2end/package.json", import.meta.url))("@playwright/test");
const [address, pkg, cookie] = process.argv.slice(2);
const [name, value] = cookie.split("=");
const VISITS = 7;

const kind = (url, type) => {
  if (type === "Document") return "HTML";
  if (url.endsWith(".wasm")) return "WASM";
  if (type === "Stylesheet") return "CSS";
  return type === "Script" || url.endsWith(".js") ? "JS" : "other";
};
const median = (numbers) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];

async function visit(context) {
  const page = await context.newPage();
  const network = await context.newCDPSession(page);
  await network.send("Network.enable");
  const kinds = new Map();
  const bytes = {};
  network.on("Network.responseReceived", ({ requestId, response, type }) => kinds.set(requestId, kind(response.url, type)));
  network.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
    const name = kinds.get(requestId) ?? "other";
    bytes[name] = (bytes[name] ?? 0) + encodedDataLength;
  });
  await page.addInitScript(() => {
    new MutationObserver((_, observer) => {
      if (!document.documentElement?.hasAttribute("data-hydrated")) return;
      window.hydratedAfter = performance.now();
      observer.disconnect();
    }).observe(document, { attributes: true, childList: true, subtree: true });
  });
  await page.goto(`${address}/secrets`);
  const time = await (await page.waitForFunction(() => window.hydratedAfter)).jsonValue();
  await page.waitForLoadState("networkidle");
  await page.close();
  return { bytes, time };
}

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM_PATH ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
});
const first = [];
const second = [];
for (let i = 0; i < VISITS; i++) {
  const context = await browser.newContext({ viewport: { width: 1200, height: 800 } });
  await context.addCookies([{ name, value, url: address }]);
  first.push(await visit(context));
  second.push(await visit(context));
  await context.close();
}
await browser.close();

const row = (name, visits, target) => {
  const last = visits.at(-1).bytes;
  const total = Object.values(last).reduce((a, b) => a + b, 0);
  const cells = ["HTML", "CSS", "JS", "WASM", "other"].map((k) => ((last[k] ?? 0) / 1000).toFixed(1).padStart(8));
  const verdict = total <= target * 1000 ? "reached" : "MISSED";
  console.log(`${name.padEnd(14)}${cells.join("")}${(total / 1000).toFixed(1).padStart(9)} kB` +
    `${median(visits.map((v) => v.time)).toFixed(0).padStart(9)} ms   (to reach: ${target} kB)   ${verdict}`);
};
console.log(`${"".padEnd(14)}${["HTML", "CSS", "JS", "WASM", "other"].map((k) => k.padStart(8)).join("")}${"all".padStart(12)}${"hydrated".padStart(12)}`);
row("first visit", first, 220);
row("second visit", second, 15);
const wasm = readdirSync(pkg).find((file) => file.endsWith(".wasm.br"));
const size = statSync(join(pkg, wasm)).size / 1000;
console.log(`WASM with brotli: ${size.toFixed(1)} kB (to reach: 170 kB)   ${size <= 170 ? "reached" : "MISSED"}`);
