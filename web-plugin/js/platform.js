// What differs between an extension and a page that the Worker serves, behind one set of functions.

const extension = globalThis.browser ?? globalThis.chrome;

/** Whether this page belongs to the extension. */
export const isExtension = () => Boolean(extension?.runtime?.id);

const webStorage = (area) => (area === "session" ? sessionStorage : localStorage);

/** The stored text, or undefined. `area` is "session" (gone with the browser) or "local". */
export async function read(area, key) {
  if (isExtension()) {
    return (await extension.storage[area].get(key))[key];
  }
  return webStorage(area).getItem(key) ?? undefined;
}

export async function write(area, key, text) {
  if (isExtension()) {
    await extension.storage[area].set({ [key]: text });
  } else {
    webStorage(area).setItem(key, text);
  }
}

export async function remove(area, key) {
  if (isExtension()) {
    await extension.storage[area].remove(key);
  } else {
    webStorage(area).removeItem(key);
  }
}

/** Asks the person for leave to call this origin. Only in answer to a click, as browsers demand. */
export async function requestOrigin(origin) {
  if (!isExtension()) {
    return true;
  }
  const { protocol, hostname } = new URL(origin);
  // Patterns of hosts have no port (developer.chrome.com, "Match patterns").
  return extension.permissions.request({ origins: [`${protocol}//${hostname}/*`] });
}

/** Lets the background worker know that what it shows may be out of date. */
export async function tellBackground(message) {
  if (isExtension()) {
    await extension.runtime.sendMessage(message).catch(() => undefined);
  }
}

/** The host of the site in the current tab, or undefined. Needs the "activeTab" permission. */
export async function currentHost() {
  if (!isExtension()) {
    return undefined;
  }
  const [tab] = await extension.tabs.query({ active: true, currentWindow: true });
  const url = tab?.url && URL.canParse(tab.url) ? new URL(tab.url) : undefined;
  return url?.protocol === "https:" || url?.protocol === "http:" ? url.hostname : undefined;
}

/** Opens the application at `hash`, in the tab that shows it already if there is one. */
export async function openApplication(hash) {
  const page = extension.runtime.getURL("app.html");
  const [context] = (await extension.runtime.getContexts?.({ contextTypes: ["TAB"] })) ?? [];
  if (context) {
    await extension.tabs.update(context.tabId, { url: page + hash, active: true });
  } else {
    await extension.tabs.create({ url: page + hash });
  }
}

/** The keyboard command of the popup as the browser has it now, for people to read. */
export async function commands() {
  const all = isExtension() ? await extension.commands.getAll() : [];
  return all.filter(({ shortcut }) => shortcut).map(({ description, shortcut }) => [description, shortcut]);
}

const SECRET_STAYS_MS = 60_000;
let forget;

/** Puts text on the clipboard; a secret is taken off again after a minute if it is still there. */
export async function copy(text, isSecret) {
  await navigator.clipboard.writeText(text);
  clearTimeout(forget);
  stopWaiting();
  if (isSecret) {
    forget = setTimeout(() => forgetCopied(text), SECRET_STAYS_MS);
  }
}

// A browser lets a page write to the clipboard only while the page has the focus, some only in answer
// to a click or a key: what fails now is tried again at each of these.
const CHANCES = ["focus", "pointerdown", "keydown"];
let again;

function stopWaiting() {
  for (const chance of CHANCES) {
    removeEventListener(chance, again, true);
  }
  again = undefined;
}

async function forgetCopied(text) {
  try {
    if (await isOurs(text)) {
      await navigator.clipboard.writeText("");
    }
    stopWaiting();
  } catch {
    if (!again) {
      again = () => forgetCopied(text);
      for (const chance of CHANCES) {
        addEventListener(chance, again, true);
      }
    }
  }
}

/** Whether the text is still there. Where that can't be known without a question, it is assumed: we'd
 * rather clear what isn't ours than leave a secret. */
async function isOurs(text) {
  const { state } = await navigator.permissions.query({ name: "clipboard-read" }).catch(() => ({}));
  return state !== "granted" || (await navigator.clipboard.readText()) === text;
}

/** Saves bytes as a file. */
export function save(name, type, bytes) {
  const address = URL.createObjectURL(new Blob([bytes], { type }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 1000);
}

/** What Firefox needs to tell which certificate a site has sent (`extension/served.js`). */
const SEE_SERVED = { permissions: ["webRequest", "webRequestBlocking"], origins: ["https://*/*"] };

/**
 * SHA-256 of the certificate that the current tab's site has sent, as hex; or "untold" in a browser
 * that does not tell, "ask" while the person has not allowed it, "unseen" before the page is loaded
 * again.
 */
export async function servedFingerprint() {
  if (!isExtension() || !extension.runtime.getBrowserInfo) {
    return "untold";
  }
  if (!(await extension.permissions.contains(SEE_SERVED))) {
    return "ask";
  }
  const [tab] = await extension.tabs.query({ active: true, currentWindow: true });
  const key = `served-${tab?.id}`;
  return (await extension.storage.session.get(key))[key] ?? "unseen";
}

/** Asks the person for leave to see what sites send, and loads the current page again. */
export async function askToSeeServed() {
  if (await extension.permissions.request(SEE_SERVED)) {
    await extension.tabs.reload();
  }
}

/** How many milliseconds to wait between two looks. The browser tests shorten it; it never gets longer. */
export function pollInterval(usual) {
  try {
    const wanted = Number(localStorage.getItem("poll-ms"));
    return wanted >= 100 ? Math.min(wanted, usual) : usual;
  } catch {
    return usual;
  }
}

/** Whether nobody can see this page now. */
export const isHidden = () => document.visibilityState === "hidden";

let broken;

/** Remembers what to say when the module breaks down, by a panic or by the browser's limits. */
export function watchForBreakdown(text, action) {
  broken = { text, action };
  addEventListener("error", ({ error }) => error instanceof WebAssembly.RuntimeError && breakDown());
  addEventListener("unhandledrejection", ({ reason }) => {
    if (reason instanceof WebAssembly.RuntimeError) {
      breakDown();
    }
  });
}

/** Says so, in front of everything and without the module, which can't be relied on any more. */
export function breakDown() {
  if (document.querySelector("#broken")) {
    return;
  }
  const dialog = document.createElement("dialog");
  const [text, button] = [document.createElement("p"), document.createElement("button")];
  dialog.id = "broken";
  dialog.setAttribute("role", "alertdialog");
  text.id = "broken-text";
  dialog.setAttribute("aria-labelledby", text.id);
  text.textContent = broken.text;
  button.textContent = broken.action;
  button.addEventListener("click", () => location.reload());
  // What stands behind it does not work: it can't be closed.
  dialog.addEventListener("cancel", (event) => event.preventDefault());
  dialog.append(text, button);
  document.body.append(dialog);
  dialog.showModal();
}
