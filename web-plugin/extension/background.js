// The extension's background worker. The browser may stop it at any moment, so whatever it has to
// remember stands in the browser's storage, and every listener is registered at the top.

import { watchServed } from "./served.js";

const extension = globalThis.browser ?? globalThis.chrome;
const REFRESH = "refresh";
const EVERY_MINUTES = 15;

extension.runtime.onInstalled.addListener(async ({ reason }) => {
  await extension.contextMenus.removeAll();
  for (const [id, title] of [["order", "menu_order"], ["find", "menu_find"]]) {
    extension.contextMenus.create({
      id,
      title: extension.i18n.getMessage(title),
      contexts: ["page", "link"],
      documentUrlPatterns: ["http://*/*", "https://*/*"],
    });
  }
  if (reason === "install") {
    await extension.runtime.openOptionsPage();
  }
});

// An alarm lives on when the worker is stopped; asking for it again leaves the clock running.
extension.alarms.get(REFRESH).then((alarm) => {
  if (!alarm) {
    extension.alarms.create(REFRESH, { delayInMinutes: 1, periodInMinutes: EVERY_MINUTES });
  }
});
extension.alarms.onAlarm.addListener(refresh);
extension.runtime.onStartup.addListener(refresh);

extension.runtime.onMessage.addListener((message, _sender, answer) => {
  if (message === REFRESH) {
    refresh().then(() => answer(true));
    return true;
  }
  return false;
});

extension.contextMenus.onClicked.addListener(({ menuItemId, linkUrl, pageUrl }) => {
  const host = encodeURIComponent(new URL(linkUrl ?? pageUrl).hostname);
  return open(menuItemId === "order" ? `#/orders/new?host=${host}` : `#/certificates?q=${host}`);
});

extension.notifications.onClicked.addListener((id) => open(id));

extension.commands.onCommand.addListener((command) => open(PLACES_OF_COMMANDS[command]));
const PLACES_OF_COMMANDS = { "new-order": "#/orders/new", overview: "#/" };

watchServed();

/** Opens the application at `hash`, in its tab if there is one. */
async function open(hash) {
  const page = extension.runtime.getURL("app.html");
  const [shown] = (await extension.runtime.getContexts?.({ contextTypes: ["TAB"] })) ?? [];
  if (shown) {
    await extension.tabs.update(shown.tabId, { url: page + hash, active: true });
  } else {
    await extension.tabs.create({ url: page + hash });
  }
}

/** The connection as the application keeps it (`src/connection.rs`). */
async function connection() {
  for (const area of ["session", "local"]) {
    const { connection: text } = await extension.storage[area].get("connection");
    if (text) {
      return JSON.parse(text);
    }
  }
  return undefined;
}

async function summary() {
  const known = await connection();
  if (!known) {
    return undefined;
  }
  const response = await fetch(`${known.address}/v1/summary`, {
    headers: { Authorization: `Bearer ${known.token}` },
    signal: AbortSignal.timeout(20_000),
  });
  if (response.status === 401) {
    throw new Error("refused");
  }
  if (!response.ok) {
    throw new Error("unreachable");
  }
  return response.json();
}

/** How often the Worker may stay silent before that is told: an hour. */
const PATIENCE = 4;

/**
 * Says that badge and notifications have stopped, and why: "signed_out", "refused" or "unreachable".
 * Told once each time; the badge and its title go on saying it.
 */
async function stopped(why) {
  const { watching = {}, address } = await extension.storage.local.get(["watching", "address"]);
  const failures = why === watching.why ? (watching.failures ?? 0) + 1 : 1;
  await extension.storage.local.set({ watching: { why, failures } });
  // Before the first connection there is nothing that could have stopped.
  if (!address) {
    return;
  }
  const isDue = why !== "unreachable" || failures >= PATIENCE;
  if (!isDue) {
    return;
  }
  const text = extension.i18n.getMessage(`notify_${why}`);
  await extension.action.setBadgeText({ text: "?" });
  await extension.action.setBadgeBackgroundColor({ color: "#545d6b" });
  await extension.action.setTitle({ title: `Certwright: ${text}` });
  if (failures === (why === "unreachable" ? PATIENCE : 1)) {
    await extension.notifications.create("#/", {
      type: "basic",
      iconUrl: extension.runtime.getURL("icon-128.png"),
      title: "Certwright",
      message: text,
    });
  }
}

/** Brings the badge up to date and tells of what is new. */
async function refresh() {
  let now;
  try {
    now = await summary();
  } catch (error) {
    return stopped(error.message === "refused" ? "refused" : "unreachable");
  }
  if (!now) {
    return stopped("signed_out");
  }
  await extension.storage.local.set({ watching: { why: "none" } });
  await extension.action.setTitle({ title: extension.i18n.getMessage("name") });
  const needsPerson = NEEDS_PERSON.reduce((sum, count) => sum + (now[count] ?? 0), 0);
  await extension.action.setBadgeText({ text: needsPerson ? String(needsPerson) : "" });
  await extension.action.setBadgeBackgroundColor({ color: "#a81b1b" });
  const { seen: before } = await extension.storage.local.get("seen");
  await extension.storage.local.set({ seen: now });
  if (before) {
    await Promise.all(NEWS.map(([count, message, hash]) => tell(now[count] - before[count], message, hash)));
  }
}

const NEEDS_PERSON = ["expiring", "awaitingApproval", "stuck", "held", "failed", "deadLetters"];

const NEWS = [
  ["expiring", "notify_expiring", "#/"],
  ["fulfilled", "notify_issued", "#/certificates"],
  ["failed", "notify_failed", "#/orders?state=failed"],
  ["rejected", "notify_rejected", "#/orders?state=rejected"],
  ["held", "notify_held", "#/license"],
  ["awaitingApproval", "notify_approval", "#/orders?state=awaitingApproval"],
];

async function tell(more, message, hash) {
  if (more > 0) {
    await extension.notifications.create(hash, {
      type: "basic",
      iconUrl: extension.runtime.getURL("icon-128.png"),
      title: "Certwright",
      message: extension.i18n.getMessage(more === 1 ? `${message}_one` : message).replace("{n}", more),
    });
  }
}
