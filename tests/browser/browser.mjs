// A real Chromium with the extension in it, or with the console that the Worker serves.
//
// `cargo xtask test` and `cargo xtask screens` start the system and say where it is:
//   CERTWRIGHT_WORKER, CERTWRIGHT_SANDBOX  addresses
//   CERTWRIGHT_TOKEN                       the administrator's token
//   CERTWRIGHT_LICENSE_SMALL, _LARGE       licenses of 1 and of 1,000 seats
//   CERTWRIGHT_EXTENSION                   the folder of the unpacked extension
//   CERTWRIGHT_CHROMIUM                    the browser's program

import assert from "node:assert/strict";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { chromium } from "playwright-core";

export const worker = process.env.CERTWRIGHT_WORKER;
export const token = process.env.CERTWRIGHT_TOKEN;
const sandbox = process.env.CERTWRIGHT_SANDBOX;

const FLAGS = [
  "--no-sandbox",
  "--disable-quic",
  "--disable-background-networking",
  "--disable-component-update",
];

const given = (extra = {}) => ({
  executablePath: process.env.CERTWRIGHT_CHROMIUM,
  viewport: { width: 1280, height: 900 },
  reducedMotion: "reduce",
  locale: "en-GB",
  timezoneId: "Asia/Kolkata",
  ...extra,
});

/** How often a page reads again what it shows, in these tests, in milliseconds. */
const POLL_MS = 250;
/** How long a person looks before they act: longer than that, so that they act on what was read anew. */
const LOOK_MS = 600;
const ACTIONS = ["check", "click", "fill", "press", "selectOption", "setInputFiles", "uncheck"];

/** Looks at a page for longer than it takes to read everything again. */
export const look = (page) => page.waitForTimeout(LOOK_MS);

/** Shortens the polls of every page of the context, and lets every action on them be preceded by a look. */
async function slowHands(context) {
  await context.addInitScript((milliseconds) => {
    try {
      localStorage.setItem("poll-ms", String(milliseconds));
    } catch {
      // A blank page has no storage and polls nothing.
    }
  }, POLL_MS);
  const page = context.pages()[0] ?? (await context.newPage());
  const locator = Object.getPrototypeOf(page.locator("body"));
  const keyboard = Object.getPrototypeOf(page.keyboard);
  if (!locator.looks) {
    locator.looks = true;
    for (const name of ACTIONS) {
      const act = locator[name];
      locator[name] = async function (...given) {
        await look(this.page());
        return act.apply(this, given);
      };
    }
    const press = keyboard.press;
    keyboard.press = async function (key, ...given) {
      if (key === "Enter" || key === "Space") {
        await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
      }
      return press.call(this, key, ...given);
    };
  }
  return page;
}

/** Lets the page read again what it shows, and fails where it does not. */
export async function polled(page) {
  const seen = new Map();
  let isRead;
  const again = new Promise((resolve) => {
    isRead = resolve;
  });
  const count = (response) => {
    const [method, url] = [response.request().method(), response.url()];
    if (method === "GET" && url.startsWith(`${worker}/v1/`)) {
      seen.set(url, (seen.get(url) ?? 0) + 1);
      if (seen.get(url) >= 2) {
        isRead(true);
      }
    }
  };
  page.on("response", count);
  const isPolled = await Promise.race([again, page.waitForTimeout(10_000).then(() => false)]);
  page.off("response", count);
  if (!isPolled) {
    throw new Error(`${page.url()} did not read anything again, only ${[...seen.keys()]}`);
  }
  await look(page);
}

/** What a person has open, typed, chosen and focused. The elements are remembered in the page. */
const held = (page, isFirst) =>
  page.evaluate((first) => {
    const all = [...document.querySelectorAll("main input, main select, main textarea, main details, dialog, dialog *")];
    if (first) {
      globalThis.heldElements = { all, focused: document.activeElement };
    }
    const { all: before, focused } = globalThis.heldElements;
    return {
      states: before.map(({ id, value, checked, open }) => [id, value, checked, open].join()),
      lost: before.filter((element) => !element.isConnected).map((element) => element.outerHTML.slice(0, 120)),
      isFocused: document.activeElement === focused,
      scrolled: Math.round(scrollY),
    };
  }, isFirst);

/** Lets the page read everything again: nothing of what a person has under their hands may change. */
export async function survives(page) {
  const before = await held(page, true);
  await polled(page);
  assert.deepEqual(await held(page, false), before);
}

/** Everything that a page has said on its console as an error, and every fault that it did not catch. */
export function watch(page, faults) {
  page.setDefaultTimeout(20_000);
  page.on("pageerror", (error) => faults.push(String(error)));
  page.on("console", (message) => {
    // A refused request is what some tests are about; the browser notes each as an error.
    if (message.type() === "error" && !message.text().startsWith("Failed to load resource")) {
      faults.push(message.text());
    }
  });
}

/** The console, not connected yet. */
export async function openConsole(extra) {
  const { executablePath, ...context } = given(extra);
  const browser = await chromium.launch({ executablePath, args: FLAGS });
  const faults = [];
  const page = await slowHands(await browser.newContext(context));
  watch(page, faults);
  await page.goto(`${worker}/`);
  return { page, faults, close: () => browser.close() };
}

/** The extension as installed just now, its application open and not connected yet. */
export async function openExtension(extra) {
  const folder = await mkdtemp(join(tmpdir(), "certwright-browser-"));
  const unpacked = join(folder, "extension");
  await cp(process.env.CERTWRIGHT_EXTENSION, unpacked, { recursive: true });
  await grantWorker(join(unpacked, "manifest.json"));
  const context = await chromium.launchPersistentContext(join(folder, "profile"), {
    ...given(extra),
    args: [...FLAGS, "--headless=new", `--disable-extensions-except=${unpacked}`, `--load-extension=${unpacked}`],
    ignoreDefaultArgs: ["--headless"],
  });
  const background = context.serviceWorkers()[0] ?? (await context.waitForEvent("serviceworker"));
  const root = new URL("/", background.url()).href;
  const faults = [];
  const page = await slowHands(context);
  watch(page, faults);
  await page.goto(`${root}app.html`);
  const close = async () => {
    await context.close();
    await rm(folder, { recursive: true, force: true });
  };
  return { page, faults, context, background, root, close };
}

/**
 * Grants beforehand what a person grants in a prompt of the browser's own, which no program can
 * click. Everything else is the extension as it is packaged.
 */
async function grantWorker(path) {
  const manifest = JSON.parse(await readFile(path, "utf8"));
  manifest.host_permissions = ["http://127.0.0.1/*"];
  await writeFile(path, JSON.stringify(manifest));
}

/** Fills in the first screen, with the administrator's token or another. */
export async function connect(page, secret = token) {
  await page.locator("#address").fill(worker);
  await page.locator("#token").fill(secret);
  await page.locator("#token").press("Enter");
  await page.locator(".shell").waitFor();
}

/** Goes to a screen by its address. */
export async function show(page, hash) {
  await page.evaluate((to) => new Promise((resolve) => {
    if (location.hash === to) {
      resolve();
    }
    // Behind the application, which has listened for longer.
    addEventListener("hashchange", () => setTimeout(resolve), { once: true });
    location.hash = to;
  }), hash);
  await rested(page);
}

/** Waits until what the screen shows has been read. */
export async function rested(page) {
  await page.locator("h1").first().waitFor();
  await page.waitForFunction(() => !document.querySelector(".loading, [aria-busy=true]"));
}

/** Moves the focus by the keyboard until it is on what the selector names. */
export async function tabTo(page, selector) {
  for (let presses = 0; presses < 80; presses += 1) {
    if (await page.evaluate((wanted) => Boolean(document.activeElement?.matches(wanted)), selector)) {
      return;
    }
    await page.keyboard.press("Tab");
  }
  throw new Error(`the keyboard does not reach ${selector}`);
}

/** Calls the Worker's API. */
export async function api(method, path, body) {
  return call(`${worker}${path}`, method, body, { Authorization: `Bearer ${token}` });
}

/** Calls the sandbox's control API. */
export const ca = (path, body, method = "POST") => call(`${sandbox}${path}`, method, body, {});

async function call(url, method, body, headers) {
  const response = await fetch(url, {
    method,
    headers: body === undefined ? headers : { ...headers, "Content-Type": "application/json" },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  if (!response.ok) {
    throw new Error(`${method} ${url}: ${response.status} ${await response.text()}`);
  }
  const text = await response.text();
  return text ? JSON.parse(text) : undefined;
}

/** Links the sandbox's account over the API and waits for its first sync. */
export async function linked() {
  const present = (await api("GET", "/v1/credentials")).items;
  if (present.length > 0) {
    return present[0].id;
  }
  const { credential, syncJobId } = await api("POST", "/v1/credentials", {
    label: "Sandbox",
    environment: "development",
    accountNumber: process.env.CERTWRIGHT_ACCOUNT,
    accessKey: process.env.CERTWRIGHT_ACCESS_KEY,
  });
  await done(syncJobId);
  return credential.id;
}

/** Waits for a job to end well. */
export async function done(job) {
  for (let asked = 0; asked < 240; asked += 1) {
    const { state, problem } = await api("GET", `/v1/jobs/${job}`);
    if (state === "done") {
      return;
    }
    if (state === "failed") {
      throw new Error(problem);
    }
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  throw new Error(`job ${job} does not end`);
}
