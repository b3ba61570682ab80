// The order form, in the order in which people do things: a reply that never comes, a renewal beside a
// half-filled order, the passphrase that is changed until the last moment, and a private key that is
// pasted where none belongs.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { api, connect, done, linked, openConsole, rested, show } from "./browser.mjs";
import { privateKeys } from "./keys.mjs";

const NO_REPLY = "lost.whitlock.example";
let opened;
let page;
let files;
let account;

before(async () => {
  account = await linked();
  const { jobIds } = await api("POST", `/v1/credentials/${account}/import`, {});
  await done(jobIds[0]);
  files = await mkdtemp(join(tmpdir(), "certwright-order-"));
  opened = await openConsole();
  page = opened.page;
  await page.locator("#token").waitFor();
  await connect(page);
});

after(async () => {
  await opened.close();
  await rm(files, { recursive: true, force: true });
});

const PLACING = /\/v1\/orders$/;
const dialog = () => page.locator("dialog[open]");
const button = (name) => page.getByRole("button", { name, exact: true });
const review = () => button("Review the order");

/** Fills in an order for this name, up to the review. */
async function fillIn(name) {
  await show(page, `#/orders/new?host=${name}`);
  await page.locator("#order-place").fill("Bengaluru");
  await page.locator("#order-accepted").check();
  await page.getByText("This can be ordered.").waitFor();
}

/** Saves what the next act lets the page save, and opens it with OpenSSL. */
async function opensWith(passphrase, act) {
  const download = page.waitForEvent("download");
  await act();
  const path = join(files, "saved.key");
  await (await download).saveAs(path);
  execFileSync("openssl", ["pkey", "-in", path, "-passin", `pass:${passphrase}`, "-noout"], { stdio: "pipe" });
}

test("an order that got no reply is sent again as it was after the page is loaded anew, and placed once", async () => {
  const sent = [];
  const note = (request) => {
    if (request.method() === "POST" && PLACING.test(request.url())) {
      sent.push([request.headers()["idempotency-key"], request.postData()]);
    }
  };
  page.on("request", note);
  // The Worker places it; its reply is lost.
  await page.route(PLACING, async (route) => {
    await route.fetch();
    await route.abort();
  });
  await fillIn(NO_REPLY);
  const passphrase = await page.locator("#passphrase").inputValue();
  await review().click();
  await dialog().getByRole("button", { name: "Place the order" }).click();
  await dialog().getByText("You can press again: it won't be ordered twice.").waitFor();
  await page.unroute(PLACING);
  await page.reload();
  await page.getByText(`An order for ${NO_REPLY} was sent and got no reply.`).waitFor();
  // The form has the same name: another order for it is not offered while this one is open.
  await page.locator("#order-accepted").check();
  await page.getByText("An order for one of these names got no reply.").waitFor();
  assert.ok(await review().isDisabled());
  const kept = await page.evaluate(() => JSON.stringify(localStorage["orders-sent"]));
  assert.ok(kept.includes("CERTIFICATE REQUEST") && !kept.includes("PRIVATE KEY"), "the CSR is kept, and no key");
  await opensWith(passphrase, () => button("Send it again").click());
  await page.waitForURL(/#\/orders\/ord_/);
  page.off("request", note);
  assert.equal(sent.length, 2);
  assert.deepEqual(sent[0], sent[1]);
  const { items } = await api("GET", `/v1/orders?q=${NO_REPLY}`);
  assert.deepEqual(items.map(({ id }) => page.url().endsWith(id)), [true]);
  await show(page, "#/orders/new");
  assert.equal(await button("Send it again").count(), 0);
  assert.equal(await page.locator("#order-domain").inputValue(), "");
});

test("an order without a reply is sent again only by whoever has sent it, and can be discarded", async () => {
  await page.route(PLACING, (route) => route.abort());
  await fillIn("given-up.whitlock.example");
  await review().click();
  await dialog().getByRole("button", { name: "Place the order" }).click();
  await dialog().getByText("You can press again: it won't be ordered twice.").waitFor();
  await page.unroute(PLACING);
  await page.evaluate(() => {
    localStorage["orders-sent"] = localStorage["orders-sent"].replace(/"actor":"[^"]*"/, '"actor":"token:another"');
  });
  await page.reload();
  await page.getByText("sent it. Sign in the same way to send it again").waitFor();
  assert.equal(await button("Send it again").count(), 0);
  await button("Discard").click();
  await dialog().getByText("you pay twice").waitFor();
  await dialog().getByRole("button", { name: "Discard" }).click();
  await page.getByText("got no reply").first().waitFor({ state: "detached" });
});

test("a renewal keeps what was ordered, and leaves a half-filled order alone", async () => {
  const known = (await api("GET", `/v1/organizations?credentialId=${account}&limit=100`)).items.map(({ entry }) => entry);
  const good = known.filter(({ standing }) => ["validated", "listed"].includes(standing)).map(({ name }) => name);
  const all = (await api("GET", "/v1/orders?state=fulfilled&limit=100")).items;
  const order = all.find(({ organizationName, revocation }) => good.includes(organizationName) && !revocation);
  assert.ok(order, "an issued order of an organization");
  await show(page, "#/orders/new");
  await page.locator("#order-domain").fill("half.whitlock.example");
  await page.locator("#order-place").fill("Pune");
  await page.waitForTimeout(500);
  await show(page, `#/orders/${order.id}`);
  await page.getByRole("link", { name: "Renew" }).click();
  const value = (id) => page.locator(id).inputValue();
  await page.waitForFunction((name) => document.querySelector("#order-domain")?.value === name, order.domain);
  await rested(page);
  await page.waitForFunction((code) => document.querySelector("#order-product")?.value === code, order.productCode);
  assert.equal(await value("#order-group"), order.groupNumber);
  assert.equal(await page.locator("#order-organization option:checked").textContent(), order.organizationName);
  const more = (await value("#order-more")).split("\n").filter(Boolean);
  assert.deepEqual(more, order.additionalDomains);
  await page.locator("#order-place").fill("Mumbai");
  await page.waitForTimeout(500);
  await show(page, "#/orders/new");
  await page.waitForFunction(() => document.querySelector("#order-domain")?.value === "half.whitlock.example");
  assert.equal(await value("#order-place"), "Pune");
});

/** Types in place of what is there, as fast as a password manager does. */
async function type(selector, text) {
  await page.locator(selector).focus();
  await page.keyboard.press("Control+A");
  await page.keyboard.insertText(text);
}

const OWN = "a passphrase of my own";
const OTHER = "and quite another one";
/** What is done before the order is placed, by a word each. */
const STEPS = {
  own: () => type("#passphrase", OWN),
  other: () => type("#passphrase", OTHER),
  Umlaut: () => type("#passphrase", "ein Schlüssel für Büro"),
  suggest: () => button("Suggest another").press("Enter"),
  hide: () => button("Hide").press("Enter"),
  show: () => button("Show").press("Enter"),
  review: async () => {
    await review().press("Enter");
    await dialog().waitFor();
  },
  back: async () => {
    await page.keyboard.press("Escape");
    await dialog().waitFor({ state: "detached" });
  },
};
const ORDERS = [
  "review",
  "review back own review",
  "own review back other review",
  "suggest review back suggest review",
  "hide own review back show other hide review",
  "own review back suggest own review",
  "Umlaut review",
];

test("the key file opens with what the form shows, in whatever order things are done", async () => {
  // An order is placed once for all; the Worker's reply is given again to the others.
  let placed;
  await page.route(PLACING, async (route) => {
    if (route.request().method() !== "POST") {
      return route.fallback();
    }
    placed ??= await (await route.fetch()).json();
    return route.fulfill({ status: 201, json: placed });
  });
  const wrong = [];
  for (const [at, steps] of ORDERS.entries()) {
    // Another address is another form.
    await show(page, `#/orders/new?host=order${at}.whitlock.example`);
    await page.locator("#order-accepted").focus();
    await page.keyboard.press("Space");
    await type("#order-place", "Bengaluru");
    await page.getByText("This can be ordered.").waitFor();
    for (const step of steps.split(" ")) {
      await STEPS[step]();
    }
    const shown = await page.locator("#passphrase").inputValue();
    try {
      await opensWith(shown, () => dialog().getByRole("button", { name: "Place the order" }).press("Enter"));
    } catch (fault) {
      wrong.push(`${steps}: ${fault.message.split("\n")[0]}`);
    }
    await page.waitForURL(/#\/orders\/ord_/);
  }
  await page.unroute(PLACING);
  assert.deepEqual(wrong, []);
});

test("a copied passphrase leaves the clipboard after a minute, or when the page is used again, and that is said", async () => {
  await page.clock.install();
  await show(page, "#/orders/new?host=copied.whitlock.example");
  await page.evaluate(() => {
    globalThis.clipboard = [];
    // A browser that wants a gesture of the person for each writing, and does not tell what is there.
    navigator.clipboard.writeText = async (text) => {
      if (globalThis.isAway) {
        throw new DOMException("no gesture", "NotAllowedError");
      }
      globalThis.clipboard.push(text);
    };
    navigator.permissions.query = async () => ({ state: "prompt" });
  });
  const passphrase = await page.locator("#passphrase").inputValue();
  await button("Copy").first().click();
  await page.getByText("removed from the clipboard after a minute, or when you return to this page").waitFor();
  await page.evaluate(() => {
    globalThis.isAway = true;
  });
  await page.clock.fastForward(61_000);
  assert.deepEqual(await page.evaluate(() => globalThis.clipboard), [passphrase]);
  await page.evaluate(() => {
    globalThis.isAway = false;
    dispatchEvent(new Event("focus"));
  });
  await page.waitForFunction(() => globalThis.clipboard.at(-1) === "");
});

/** The places that take text besides the CSR: the screen, what is opened there, and the field. */
const PLACES = [
  ["#/orders/new?host=x", undefined, "#order-domain"],
  ["#/orders/new?host=x", "summary:Remarks for the CA", "#order-remarks"],
  ["#/orders/new?host=x", undefined, "#order-place"],
  ["#/orders", undefined, "#host"],
  ["#/certificates", undefined, "#host"],
  ["#/audit", undefined, "#subject"],
  ["#/access", undefined, "#token-label"],
  ["#/access", undefined, "#token-person"],
  ["#/accounts", "button:Link an emSign account", "#link-label"],
  ["#/accounts", "button:Link an emSign account", "#link-key"],
  ["#/license", undefined, "#license"],
];

test("a private key in any form stays in the page, wherever it is pasted or chosen, and a sentence says so", async () => {
  const { texts, files: chosen, pieces } = await privateKeys(files);
  const sent = [];
  const note = (request) => sent.push(decodeURIComponent(request.url()), request.postData() ?? "", JSON.stringify(request.headers()));
  page.on("request", note);
  const SAYS = /private key|JSON Web Key|key store/;
  const wrong = [];
  const says = async (what, scope = page.locator("main")) => {
    const told = scope.locator("[role=alert], .error, .note.bad").filter({ hasText: SAYS }).first();
    const isTold = await told.waitFor({ timeout: 3_000 }).then(() => true, () => false);
    if (!isTold || !(await told.textContent()).includes("not sent")) {
      wrong.push(`${what}: nothing is said`);
    }
  };
  // A CSR, as text and as a file, in every form.
  for (const [hash, before, field] of [
    ["#/orders/new?host=secret.whitlock.example", () => page.getByLabel("I have a CSR").check(), "#csr-text"],
    ["#/keys", () => page.locator("summary", { hasText: "Store a CSR" }).click(), "#csr-new"],
  ]) {
    await show(page, hash);
    await before();
    for (const [name, text] of Object.entries(texts)) {
      await type(field, text);
      await says(`${name} pasted into ${field}`);
      await type(field, "");
    }
    for (const [name, path] of Object.entries(chosen)) {
      await page.evaluate(([id]) => document.querySelector(`${id}-file`).value = "", [field]);
      const input = await page.locator(`${field}-file`).elementHandle();
      await input.setInputFiles(path);
      await says(`${name} chosen at ${field}`);
      assert.equal(await page.locator(field).inputValue(), "", name);
    }
  }
  const dropped = await page.evaluateHandle((text) => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([text], "key.pem"));
    return transfer;
  }, texts["PKCS#8"]);
  await page.locator("#csr-new").dispatchEvent("drop", { dataTransfer: dropped });
  await says("dropped");
  // Every other field, each with another form: one reader judges them all.
  const forms = Object.entries(texts);
  for (const [at, [hash, opens, field]] of PLACES.entries()) {
    await show(page, hash);
    if (opens) {
      const [kind, name] = opens.split(":");
      await (kind === "button" ? button(name).first() : page.locator(kind, { hasText: name })).click();
    }
    for (const [name, text] of [forms[at % forms.length], forms[(at + 4) % forms.length]]) {
      await type(field, text);
      await page.keyboard.press("Enter");
      if (field === "#license") {
        await button("Check and set").click();
      }
      await says(`${name} typed into ${field} of ${hash}`);
      await type(field, "");
    }
    await page.keyboard.press("Escape");
  }
  // What is rehearsed by itself, or asked for by Enter, is on its way by now.
  await page.waitForTimeout(1_000);
  page.off("request", note);
  const seen = pieces.filter((piece) => sent.some((text) => text.includes(piece)));
  assert.deepEqual(seen, [], "a piece of a key was sent");
  assert.deepEqual(wrong, []);
});

test("no page complained", () => assert.deepEqual(opened.faults, []));
