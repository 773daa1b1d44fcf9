// Lends Chromium to a test in another language: one line of JSON asks, one line answers.
//
// It ends with its input. Each act is an entry of `acts`, and answers within WITHIN_MILLIS.
import { createInterface } from "node:readline";
import { readFileSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { delimiter, join } from "node:path";
import { chromium } from "playwright-core";

const WITHIN_MILLIS = 15_000;
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
const [origin] = process.argv.slice(2);

const binary = () => {
  const known = process.env.PATH.split(delimiter).map((folder) => join(folder, "chromium"));
  const found = known.find((path) => statSync(path, { throwIfNoEntry: false })?.isFile());
  if (!found) throw new Error("there is no Chromium: run `apt-get install chromium`");
  return found;
};

// Root has no sandbox to put Chromium into; what it shows here is our own.
const chromiumSandbox = process.getuid() !== 0;
const browser = await chromium.launch({ executablePath: binary(), chromiumSandbox });
const tabs = [];

// What a page must not do, kept by its tab: complaints, and requests to others.
const watch = (page, tab) => {
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") tab.said.push(message.text());
  });
  page.on("pageerror", (error) => tab.said.push(String(error)));
  page.on("request", (request) => {
    const url = request.url();
    if (!url.startsWith(`${origin}/`) && !url.startsWith("data:")) tab.strangers.push(url);
  });
  page.on("dialog", (dialog) => {
    tab.dialogs.push(dialog.type());
    dialog.dismiss().catch(() => {});
  });
};

// Notes what moves after it was drawn, from the first moment on.
const noteShifts = () => {
  globalThis.shifts = [];
  const named = ({ node }) => (node?.outerHTML ?? String(node?.textContent)).slice(0, 160);
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      globalThis.shifts.push(`${entry.value}: ${entry.sources.map(named).join(" | ")}`);
    }
  }).observe({ type: "layout-shift", buffered: true });
};

const by = (page, { role, name }) => page.getByRole(role, { name, exact: true }).first();

// A field, by its label; what stands in brackets after it is no part of its name.
const labelled = (page, label) => {
  const words = label.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const shown = page.getByLabel(new RegExp(`^\\s*${words}(\\s+\\(optional\\))?\\s*$`));
  return shown.filter({ visible: true }).first();
};

const act = async (page, it) => {
  const target = by(page, it);
  if (!it.leaves) return target.click();
  const arrived = page.waitForEvent("load");
  await target.click();
  await arrived;
};

// What axe finds.
const violations = async (page) => {
  if (!await page.evaluate(() => "axe" in globalThis)) await page.evaluate(axe);
  const found = await page.evaluate((values) =>
    globalThis.axe.run(document, { resultTypes: ["violations"], runOnly: { type: "tag", values } }), TAGS);
  return found.violations.map(({ id, nodes }) =>
    `${id}: ${nodes.slice(0, 3).map((node) => node.html.slice(0, 160)).join(" | ")}`);
};

// How much wider the page is than its window, and what sticks out furthest.
const overflow = (page) => page.evaluate((width) => {
  const wider = document.documentElement.scrollWidth - width;
  if (wider <= 0) return null;
  const edge = (it) => it.getBoundingClientRect().right;
  const widest = [...document.querySelectorAll("body *")].sort((a, b) => edge(b) - edge(a))[0];
  return `${wider} px too wide: ${widest.outerHTML.slice(0, 160)}`;
}, page.viewportSize().width);

// What has the focus, as somebody would name it who hears the page.
const focused = () => {
  const at = document.activeElement;
  const label = at.labels?.[0] ?? at;
  return (at.ariaLabel ?? label.textContent ?? "").replace(/\s+/g, " ").trim();
};

// The whole page at once, in a window as high as it is.
const photograph = async (page, path) => {
  const { width, height } = page.viewportSize();
  const whole = await page.evaluate(() => document.documentElement.scrollHeight);
  await page.setViewportSize({ width, height: Math.max(height, whole) });
  await page.screenshot({ path });
  await page.setViewportSize({ width, height });
};

// What is wrong with the page as it stands, and its picture where one is asked for.
const inspect = async (page, it) => {
  const wrong = await violations(page);
  const wide = await overflow(page);
  if (wide) wrong.push(wide);
  if (it.picture) await photograph(page, it.picture);
  return wrong;
};

const acts = {
  // A telephone is told as one: its scroll bars take no room.
  async open({ scripts = true, width = 1_280, mobile = false, lawless = false }) {
    const context = await browser.newContext({
      baseURL: origin,
      javaScriptEnabled: scripts,
      viewport: { width, height: 900 },
      isMobile: mobile,
      hasTouch: mobile,
      reducedMotion: "reduce",
      bypassCSP: lawless,
      permissions: ["clipboard-read", "clipboard-write"],
    });
    context.setDefaultTimeout(WITHIN_MILLIS);
    const page = await context.newPage();
    const tab = { page, said: [], strangers: [], dialogs: [] };
    watch(page, tab);
    await page.addInitScript(noteShifts);
    return tabs.push(tab) - 1;
  },
  goto: async ({ page }, { path }) => (await page.goto(path)).status(),
  where: async ({ page }) => page.url().slice(origin.length),
  text: ({ page }) => page.locator("body").innerText(),
  html: ({ page }) => page.content(),
  click: ({ page }, it) => act(page, it),
  fill: ({ page }, { label, value }) => labelled(page, label).fill(value),
  choose: ({ page }, { label, option }) => labelled(page, label).selectOption({ label: option }),
  open_details: ({ page }, { words }) =>
    page.locator("summary").filter({ hasText: words }).first().click(),
  open_all: ({ page }) => page.evaluate(() => {
    for (const folded of document.querySelectorAll("details")) folded.open = true;
  }),
  tick: ({ page }, { value }) => page.locator(`input[value="${value}"]`).first().check(),
  read: ({ page }, { selector }) => page.locator(selector).first().innerText(),
  value: ({ page }, { selector }) => page.locator(selector).first().inputValue(),
  count: ({ page }, { selector }) => page.locator(selector).count(),
  async copy_marked({ page }, { selector }) {
    await page.evaluate((selector) =>
      getSelection().selectAllChildren(document.querySelector(selector)), selector);
    await page.keyboard.press("Control+c");
  },
  clipboard: ({ page }) => page.evaluate(() => navigator.clipboard.readText()),
  global: ({ page }, { name }) => page.evaluate((name) => String(globalThis[name]), name),
  type: ({ page }, { text }) => page.keyboard.type(text),
  async press({ page }, { key, leaves }) {
    const arrived = leaves ? page.waitForEvent("load") : undefined;
    await page.keyboard.press(key);
    await arrived;
    return page.evaluate(focused);
  },
  shifts: ({ page }) => page.evaluate(() =>
    new Promise((done) => requestAnimationFrame(() => setTimeout(() => done(globalThis.shifts))))),
  inspect: ({ page }, it) => inspect(page, it),
  look: ({ page }, { scheme }) => page.emulateMedia({ colorScheme: scheme }),
  heard({ said, strangers, dialogs }) {
    return { said: said.splice(0), strangers: strangers.splice(0), dialogs: dialogs.splice(0) };
  },
};

const answer = async (it) => {
  try {
    const tab = tabs[it.tab];
    const done = await (tab ? acts[it.act](tab, it) : acts.open(it));
    return { done: done ?? null };
  } catch (error) {
    return { failed: String(error.message ?? error) };
  }
};

for await (const line of createInterface({ input: process.stdin })) {
  console.log(JSON.stringify(await answer(JSON.parse(line))));
}
await browser.close();
