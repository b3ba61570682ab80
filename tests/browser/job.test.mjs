// The whole job in the extension, by keyboard alone: connect, link an account, order with a key made
// here, take the certificate away. OpenSSL judges every file.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { api, openExtension, rested, show, tabTo, token, worker } from "./browser.mjs";

const NAME = "keyboard.whitlock.example";
let extension;
let files;
const saved = new Map();

before(async () => {
  files = await mkdtemp(join(tmpdir(), "certwright-files-"));
  extension = await openExtension();
  extension.page.on("download", async (download) => {
    const path = join(files, download.suggestedFilename());
    saved.set(download.suggestedFilename(), download.saveAs(path).then(() => path));
  });
});

after(async () => {
  await extension.close();
  await rm(files, { recursive: true, force: true });
});

const openssl = (...line) => execFileSync("openssl", line, { encoding: "utf8", stdio: "pipe" });

async function file(name) {
  for (let waited = 0; waited < 200 && !saved.has(name); waited += 1) {
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  assert.ok(saved.has(name), `${name} was not saved, only ${[...saved.keys()]}`);
  return saved.get(name);
}

/** Reaches a button by the keyboard and presses it. */
async function press(selector) {
  await tabTo(extension.page, selector);
  await extension.page.keyboard.press("Enter");
}

async function type(selector, text) {
  await tabTo(extension.page, selector);
  await extension.page.keyboard.insertText(text);
}

test("a person connects", async () => {
  const { page } = extension;
  await type("#address", worker);
  await type("#token", token);
  await page.keyboard.press("Enter");
  await page.locator(".shell").waitFor();
  // Where the token lies: nowhere that outlives the browser.
  const kept = await page.evaluate(() => chrome.storage.local.get(null));
  assert.ok(!JSON.stringify(kept).includes(token), "the token lies on the disk");
});

test("a person links an account", async () => {
  const { page } = extension;
  await page.locator('a[href*="link=true"]').waitFor();
  await press('a[href*="link=true"]');
  await page.locator("dialog[open] #link-label").waitFor();
  await type("#link-label", "Sandbox");
  await tabTo(page, "#link-environment");
  await page.keyboard.type("Dev");
  await type("#link-number", process.env.CERTWRIGHT_ACCOUNT);
  await type("#link-key", process.env.CERTWRIGHT_ACCESS_KEY);
  await page.keyboard.press("Enter");
  await page.waitForURL(/#\/jobs\/job_/);
  await page.getByRole("status").getByText("Done").waitFor();
});

test("a half-filled order is still there tomorrow", async () => {
  const { page, root } = extension;
  await page.keyboard.press("n");
  await page.locator("#order-domain").waitFor();
  await page.locator("#order-product option").first().waitFor({ state: "attached" });
  await type("#order-domain", NAME);
  await page.waitForTimeout(800);
  await page.goto("about:blank");
  await page.goto(`${root}app.html#/orders/new`);
  await page.waitForFunction((name) => document.querySelector("#order-domain")?.value === name, NAME);
});

let passphrase;

test("a person orders with a key that is made here", async () => {
  const { page } = extension;
  await page.getByText("This can be ordered.").waitFor();
  passphrase = await page.locator("#passphrase").inputValue();
  assert.ok(passphrase.length >= 20, "a long passphrase is suggested");
  await type("#order-place", "Bengaluru");
  await tabTo(page, "#order-accepted");
  await page.keyboard.press("Space");
  await page.locator("form button:not([disabled])", { hasText: "Review" }).waitFor();
  await press("form .actions button");
  await page.locator("dialog[open]").waitFor();
  await press("dialog[open] form .actions button:not([type=button])");
  await page.waitForURL(/#\/orders\/ord_/);
  const key = await file(`${NAME}.key`);
  openssl("pkcs8", "-in", key, "-passin", `pass:${passphrase}`, "-topk8", "-nocrypt");
  assert.throws(() => openssl("pkcs8", "-in", key, "-passin", "pass:another passphrase"));
});

test("the CA issues, and the certificate can be taken with its key", async () => {
  const { page } = extension;
  const certificate = page.getByRole("link", { name: "View certificate" }).first();
  for (let asked = 0; asked < 20 && !(await certificate.isVisible()); asked += 1) {
    await page.getByRole("button", { name: "Check Order Status" }).press("Enter");
    await page.waitForTimeout(1500);
  }
  await certificate.press("Enter");
  await page.getByText("here and exported").first().waitFor();
  await type("#files-passphrase", passphrase);
  await page.keyboard.press("Enter");
  const container = await file(`${NAME}.p12`);
  await page.getByRole("button", { name: "Save PEM bundle" }).press("Enter");
  const bundle = await file(`${NAME}.bundle.pem`);

  const pass = ["-passin", `pass:${passphrase}`];
  const ofKey = openssl("pkey", "-in", bundle, ...pass, "-pubout");
  assert.equal(openssl("x509", "-in", bundle, "-noout", "-pubkey"), ofKey, "another key");
  const pem = openssl("pkcs12", "-in", container, ...pass, "-nodes");
  assert.equal(pem.match(/BEGIN CERTIFICATE/g).length, 2, "leaf and intermediate");
  assert.match(openssl("x509", "-in", bundle, "-noout", "-ext", "subjectAltName"), new RegExp(NAME));
});

test("a wrong passphrase opens nothing and says so", async () => {
  const { page } = extension;
  await page.locator("#files-passphrase").fill("not the passphrase");
  await page.keyboard.press("Enter");
  await page.getByText("The passphrase doesn't open this key").waitFor();
});

test("the badge counts what needs a person, from what the browser stores", async () => {
  const { page, context, root } = extension;
  await page.evaluate(() => chrome.runtime.sendMessage("refresh"));
  const summary = await api("GET", "/v1/summary");
  const expected = summary.expiring + summary.awaitingApproval + summary.stuck + summary.held
    + summary.failed + summary.deadLetters;
  const badge = await page.evaluate(() => chrome.action.getBadgeText({}));
  assert.equal(badge, expected ? String(expected) : "");
  const seen = await page.evaluate(() => chrome.storage.local.get("seen"));
  assert.equal(seen.seen.fulfilled, summary.fulfilled, "what was seen survives the worker");
  const alarm = await page.evaluate(() => chrome.alarms.get("refresh"));
  assert.equal(alarm.periodInMinutes, 15);
  const popup = await context.newPage();
  await popup.goto(`${root}popup.html`);
  await popup.getByRole("heading", { name: "Certwright" }).waitFor();
  await popup.getByLabel("Find a certificate").waitFor();
  await popup.close();
});

test("the background worker may be stopped at any moment", async () => {
  const { page, context } = extension;
  const devtools = await context.newCDPSession(page);
  await devtools.send("ServiceWorker.enable");
  await devtools.send("ServiceWorker.stopAllWorkers");
  await page.evaluate(() => chrome.storage.local.set({ seen: { fulfilled: -1 } }));
  // Asked again it starts anew, with all it needs in the browser's storage.
  await page.evaluate(() => chrome.runtime.sendMessage("refresh"));
  const { seen } = await page.evaluate(() => chrome.storage.local.get("seen"));
  assert.ok(seen.fulfilled >= 1, "it did not start again");
});

test("keys are listed, saved as a backup, and taken back", async () => {
  const { page } = extension;
  await show(page, "#/keys");
  await page.getByRole("button", { name: "Check key" }).press("Enter");
  await page.getByText("the key signs for its CSR").waitFor();
  await page.locator("summary", { hasText: "Back up and restore keys" }).press("Enter");
  await page.getByRole("button", { name: "Save a backup (1)" }).press("Enter");
  const backup = await file("certwright-keys.json");
  await page.getByRole("button", { name: "Delete key" }).press("Enter");
  await page.locator("dialog[open]").getByRole("button", { name: "Delete key" }).press("Enter");
  await page.getByText("No keys yet").waitFor();
  await page.locator("#keys-restore").setInputFiles(backup);
  await page.getByText("1 key restored").waitFor();
  await page.getByRole("heading", { name: NAME }).waitFor();
});

test("keys are listed, and no page complained", async () => {
  const { page, faults } = extension;
  await show(page, "#/keys");
  await page.getByRole("heading", { name: NAME }).waitFor();
  await rested(page);
  assert.deepEqual(faults, []);
});

test("when the sign-in ends, badge and notification say why, and the address stays", async () => {
  const { page, root } = extension;
  const made = await api("POST", "/v1/tokens", { label: "Short-lived", role: "viewer", expiresInDays: 1 });
  await api("DELETE", `/v1/tokens/${made.token.id}`);
  const look = () => page.evaluate(async () => {
    await chrome.runtime.sendMessage("refresh");
    const [badge, title] = [await chrome.action.getBadgeText({}), await chrome.action.getTitle({})];
    return { badge, title, told: Object.keys(await chrome.notifications.getAll()) };
  });
  await page.evaluate(async (token) => {
    const { connection } = await chrome.storage.session.get("connection");
    await chrome.storage.session.set({ connection: JSON.stringify({ ...JSON.parse(connection), token }) });
  }, made.secret);
  const revoked = await look();
  assert.equal(revoked.badge, "?");
  assert.match(revoked.title, /token has expired or was revoked/);
  assert.ok(revoked.told.includes("#/"), "a notification leads to the sign-in");
  await page.goto(`${root}app.html`);
  await page.getByRole("button", { name: "Sign in again" }).first().click();
  await page.waitForFunction((address) => document.querySelector("#address")?.value === address, worker);
  assert.equal(await page.locator("#token").inputValue(), "");
  // As after a restart of the browser, which forgets the token.
  await page.evaluate(() => chrome.storage.session.clear());
  const signedOut = await look();
  assert.match(signedOut.title, /You are signed out/);
  assert.equal(signedOut.badge, "?");
});
