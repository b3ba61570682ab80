// The console that the Worker serves, by mouse: import, search, revoke, delete and undo, a request
// from elsewhere, bad input.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { api, connect, linked, openConsole, rested, show, worker } from "./browser.mjs";

let opened;
let page;

before(async () => {
  await linked();
  opened = await openConsole();
  page = opened.page;
});

after(() => opened.close());

test("an address is taken as people paste it, and refused in words where it is none", async () => {
  await page.route("**/v1/me", (route) => route.abort());
  await page.locator("#token").fill("cw_any");
  for (const typed of [worker.toUpperCase(), ` ${worker}/ `, worker.replace("http://", ""), `<${worker}/#/orders>`]) {
    await page.locator("#address").fill(typed);
    const asked = page.waitForRequest(`${worker}/v1/me`);
    await page.locator("#token").press("Enter");
    await asked;
    await page.locator("form button:not([disabled])").waitFor();
  }
  for (const [typed, says] of [["http://certwright.example.com", "not encrypted"], ["certwright", "not a web address"]]) {
    await page.locator("#address").fill(typed);
    await page.locator("#token").press("Enter");
    await page.locator("#address-error", { hasText: says }).waitFor();
  }
  await page.unroute("**/v1/me");
  await page.locator("#address").fill(worker);
});

test("a wrong token is refused in words, at its field", async () => {
  await page.locator("#token").fill("cw_wrong");
  await page.locator("#token").press("Enter");
  await page.locator("#token-error", { hasText: "invalid or was revoked" }).waitFor();
  await page.getByText("The browser extension protects keys better").waitFor();
  await connect(page);
});

test("existing orders are imported with progress, twice without change", async () => {
  await show(page, "#/orders");
  for (const added of [true, false]) {
    await page.getByRole("button", { name: "Import Existing Orders" }).click();
    await page.getByRole("button", { name: "Import", exact: true }).click();
    await page.waitForURL(/#\/jobs\//);
    await page.getByRole("status").getByText("Done").waitFor({ timeout: 120_000 });
    const value = page.locator("dt", { hasText: "Added" }).locator("+ dd");
    assert.equal((await value.textContent()) !== "0", added);
    await show(page, "#/orders");
  }
});

test("lists are paged, and going back works", async () => {
  await page.getByRole("button", { name: "Next page" }).click();
  await page.getByText("Page 2").waitFor();
  await page.getByRole("button", { name: "Previous page" }).click();
  await page.getByText("Page 1").waitFor();
});

test("orders are found by state, and the address says so", async () => {
  await page.locator("#state").selectOption("pending");
  await page.waitForURL(/state=pending/);
  await page.locator("tbody .status", { hasNotText: "Pending" }).first().waitFor({ state: "detached" });
  const states = await page.locator("tbody .status").allTextContents();
  assert.ok(states.length > 0 && states.every((text) => text.includes("Pending")), states.join());
  await page.goBack();
  await page.waitForFunction(() => document.querySelector("#state").value === "");
});

test("orders are deleted here and brought back", async () => {
  await show(page, "#/orders?state=pending");
  const name = await page.locator("tbody [data-row-link]").first().textContent();
  await page.locator("tbody [data-row-select]").first().check();
  await page.getByRole("button", { name: `Delete 1 order: ${name}` }).click();
  await page.getByText(`1 order deleted here: ${name}`).waitFor();
  assert.equal((await api("GET", "/v1/orders?deleted=true")).items[0].domain, name);
  await page.getByRole("button", { name: "Undo" }).click();
  await page.getByText(`1 order restored: ${name}`).waitFor();
  assert.equal((await api("GET", "/v1/orders?deleted=true")).items.length, 0);
});

test("a certificate is revoked with a reason, and no more is claimed than the CA says", async () => {
  await show(page, "#/orders?state=fulfilled");
  await page.locator("tbody [data-row-link]").first().click();
  await page.getByRole("button", { name: "Revoke" }).click();
  const dialog = page.locator("dialog[open]");
  await dialog.getByRole("button", { name: "Revoke permanently" }).click();
  assert.ok(await dialog.isVisible(), "a remark is needed");
  await dialog.locator("#revoke-remark").fill("replaced; by another");
  await dialog.getByRole("button", { name: "Revoke permanently" }).click();
  await dialog.locator("#revoke-remark-error", { hasText: "semicolon" }).waitFor();
  await dialog.locator("#revoke-remark").fill("replaced by another");
  await dialog.getByRole("button", { name: "Revoke permanently" }).click();
  await dialog.waitFor({ state: "detached" });
  await page.locator(".page-head .status", { hasText: /revocation requested|Revoked/ }).waitFor();
  // What was asked for is not offered once more.
  assert.equal(await page.getByRole("button", { name: "Revoke" }).count(), 0);
});

test("a request from elsewhere is read at once, and a broken one is named", async () => {
  const folder = await mkdtemp(join(tmpdir(), "certwright-csr-"));
  const file = join(folder, "request.csr");
  const key = ["req", "-new", "-newkey", "rsa:2048", "-nodes", "-keyout", "/dev/null"];
  execFileSync("openssl", [...key, "-subj", "/CN=own.whitlock.example", "-out", file], { stdio: "pipe" });
  await show(page, "#/orders/new");
  await page.locator("#order-domain").fill("own.whitlock.example");
  await page.getByLabel("I have a CSR").check();
  await page.locator("#csr-text").fill("-----BEGIN CERTIFICATE REQUEST-----\nMIIB");
  await page.locator(".error[role=alert]", { hasText: /./ }).first().waitFor();
  await page.locator("#csr-text-file").setInputFiles(file);
  await page.getByText("A CSR for own.whitlock.example, key RSA 2048").waitFor();
  await page.getByText("This can be ordered.").waitFor();
  await rm(folder, { recursive: true });
});

test("names are read as they are typed", async () => {
  await show(page, "#/orders/new?host=x");
  await page.locator("#order-domain").fill("bücher.whitlock.example");
  await page.getByText("ordered as xn--bcher-kva.whitlock.example").waitFor();
  await page.locator("#order-domain").fill("under_score.whitlock.example");
  await page.locator("#order-names .bad").waitFor();
  const review = page.getByRole("button", { name: "Review the order" });
  assert.ok(await review.isDisabled(), "what can't be ordered can't be reviewed");
  await page.locator("#order-domain").fill("www.elsewhere.example");
  await page.getByText("outside your account's domains").waitFor();
});

test("certificates are found by host", async () => {
  const [first] = (await api("GET", "/v1/certificates")).items;
  await show(page, "#/certificates");
  await page.keyboard.press("/");
  await page.keyboard.type(first.names[0].replace("*.", "any."));
  await page.keyboard.press("Enter");
  await page.waitForURL(/q=/);
  await page.locator("tbody [data-row-link]").first().waitFor();
});

test("keys move through rows and open them", async () => {
  await show(page, "#/orders");
  await show(page, "#/certificates");
  await page.locator("tbody [data-row-link]").nth(1).waitFor();
  await page.keyboard.press("j");
  await page.keyboard.press("j");
  await page.keyboard.press("k");
  const text = await page.evaluate(() => document.activeElement.textContent);
  assert.equal(text, await page.locator("tbody [data-row-link]").first().textContent());
  await page.keyboard.press("Enter");
  await page.waitForURL(/certificates\/cert_/);
  await page.keyboard.press("?");
  await page.locator("dialog[open]").getByText("New order").waitFor();
  await page.keyboard.press("Escape");
});

test("the page may run nothing but its own scripts", async () => {
  const response = await page.request.get(page.url().split("#")[0]);
  const policy = response.headers()["content-security-policy"];
  assert.match(policy, /default-src 'none'/);
  assert.match(policy, /script-src 'self' 'wasm-unsafe-eval'(;|$)/);
  assert.match(policy, /frame-ancestors 'none'/);
  for (const [name, value] of [
    ["cross-origin-opener-policy", "same-origin"],
    ["cross-origin-resource-policy", "same-origin"],
    ["referrer-policy", "no-referrer"],
    ["x-content-type-options", "nosniff"],
    ["x-frame-options", "DENY"],
  ]) {
    assert.equal(response.headers()[name], value);
  }
  assert.match(response.headers()["permissions-policy"], /camera=\(\)/);
});

test("no page complained", () => assert.deepEqual(opened.faults, []));
