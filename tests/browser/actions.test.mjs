// What is pressed nowhere else: held certificates, the license's end, jobs that are stopped, failed
// tasks, and the filters and the export of the audit trail.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";

import { api, ca, connect, done, linked, openConsole, polled, rested, show, survives } from "./browser.mjs";

const { CERTWRIGHT_LICENSE_SMALL: small, CERTWRIGHT_LICENSE_LARGE: large } = process.env;
let opened;
let page;
let account;
/** The names of the three orders that are held. */
let names;

async function imported() {
  const { jobIds } = await api("POST", `/v1/credentials/${account}/import`, {});
  await done(jobIds[0]);
}

before(async () => {
  account = await linked();
  await imported();
  await api("PUT", "/v1/license", { license: small });
  await ca("/control/orders/issue-many", { count: 3, domainName: "held.whitlock.example" });
  await imported();
  names = (await api("GET", "/v1/orders?state=held")).items.map(({ domain }) => domain);
  opened = await openConsole();
  page = opened.page;
  await page.locator("#token").waitFor();
  await connect(page);
});

after(async () => {
  await ca("/control/faults", undefined, "DELETE");
  await opened.close();
});

const dialog = () => page.locator("dialog[open]");
const button = (name) => page.getByRole("button", { name, exact: true });

test("held certificates wait until a larger license is set, then one press stores them", async () => {
  assert.equal(names.length, 3);
  await show(page, "#/license");
  await page.getByText("No seat is free.").waitFor();
  assert.ok(await button("Store now").isDisabled(), "there is no seat");
  await page.locator("#license").fill(large);
  await button("Check and set").click();
  await page.getByText("The license is set.").waitFor();
  await page.getByText("Whitlock Ltd").waitFor();
  // The order's own page offers the same.
  const [order] = (await api("GET", "/v1/orders?state=held")).items;
  await show(page, `#/orders/${order.id}`);
  await button("Store certificate").waitFor();
  await show(page, "#/license");
  await button("Store now").click();
  await page.waitForURL(/#\/jobs\/job_/);
  await page.getByRole("status").getByText("Done").waitFor({ timeout: 60_000 });
  assert.equal((await api("GET", "/v1/orders?state=held")).items.length, 0);
});

test("a certificate that is held is stored from the page of its order", async () => {
  await api("PUT", "/v1/license", { license: small });
  await ca("/control/orders/issue-many", { count: 1, domainName: "later.whitlock.example" });
  await imported();
  const [order] = (await api("GET", "/v1/orders?state=held")).items;
  await api("PUT", "/v1/license", { license: large });
  await show(page, `#/orders/${order.id}`);
  await button("Store certificate").click();
  await page.waitForURL(/#\/jobs\/job_/);
  await page.getByRole("status").getByText("Done").waitFor({ timeout: 60_000 });
  await show(page, `#/orders/${order.id}`);
  await page.getByRole("link", { name: "View certificate" }).first().waitFor();
});

test("the license is removed, and what it means is said before", async () => {
  await show(page, "#/license");
  await button("Remove the license").click();
  await dialog().getByText("The community license applies then.").waitFor();
  await survives(page);
  await dialog().getByRole("button", { name: "Remove the license" }).click();
  await page.getByText("The license was removed.").waitFor();
  await page.getByRole("heading", { name: "Community license" }).waitFor();
  assert.equal((await api("GET", "/v1/license")).source, "community");
});

test("an import is stopped, and what it has done stays", async () => {
  await ca("/control/faults", { operation: "GetOrderReport", kind: "slow", seconds: 15 });
  await show(page, "#/orders");
  await button("Import Existing Orders").click();
  await dialog().getByRole("button", { name: "Import", exact: true }).click();
  await page.waitForURL(/#\/jobs\/job_/);
  await button("Stop job").click();
  await dialog().getByText("What it has done so far stays.").waitFor();
  await survives(page);
  await dialog().getByRole("button", { name: "Stop job" }).click();
  await page.getByRole("status").getByText("Stopped").waitFor();
  assert.equal(await button("Stop job").count(), 0);
  await ca("/control/faults", undefined, "DELETE");
});

test("failed tasks are tried again or discarded, each by itself or all at once", async () => {
  // It takes a day until work is set aside: here the Worker's answers are made up.
  const letter = (id, domain) => ({
    id, kind: "fetch", orderId: null, domain, credentialId: null, jobId: null, attempts: 12,
    error: "The CA did not answer.", createdAt: "2026-01-01T00:00:00Z", setAsideAt: "2026-01-02T00:00:00Z",
  });
  let waiting = ["one", "two", "three"].map((name, at) =>
    letter(`work_${"bcd"[at]}${"a".repeat(25)}`, `${name}.whitlock.example`));
  const asked = [];
  await page.route(/\/v1\/dead-letters/, (route) => {
    const [method, path] = [route.request().method(), new URL(route.request().url()).pathname];
    if (method === "GET") {
      return route.fulfill({ json: { items: waiting, nextCursor: null } });
    }
    asked.push(`${method} ${path.replace(/work_(.)a+/, "$1")}`);
    const before = waiting.length;
    waiting = path.endsWith("/dead-letters/retry") ? [] : waiting.filter(({ id }) => !path.includes(id));
    return route.fulfill({ json: { moved: before - waiting.length } });
  });
  await show(page, "#/jobs");
  await page.getByRole("heading", { name: "Failed tasks" }).waitFor();
  await polled(page);
  await page.getByRole("button", { name: /^Retry: .*one/ }).click();
  await page.getByText("Retrying 1 task").waitFor();
  await page.getByRole("button", { name: /^Discard: .*two/ }).click();
  await page.getByText("1 task discarded").waitFor();
  await button("Retry all").click();
  await page.getByRole("heading", { name: "Failed tasks" }).waitFor({ state: "hidden" });
  assert.deepEqual(asked, [
    "POST /v1/dead-letters/b/retry",
    "DELETE /v1/dead-letters/c",
    "POST /v1/dead-letters/retry",
  ]);
  await page.unroute(/\/v1\/dead-letters/);
});

test("the audit trail is filtered by action, person and day", async () => {
  await show(page, "#/audit");
  await page.locator("#action").selectOption({ label: "License removed" });
  await button("Search").click();
  await page.waitForURL(/action=license.remove/);
  const actions = page.locator("tbody td.main");
  await page.locator("tbody td.main", { hasNotText: "License removed" }).first().waitFor({ state: "detached" });
  assert.ok((await actions.count()) > 0, "the removal is in the trail");
  assert.equal(await page.locator("#action").inputValue(), "license.remove");
  await page.locator("#to").fill("2020-01-01");
  await page.locator("#to").press("Enter");
  await page.getByText("No matching entries.").waitFor();
  await page.goBack();
  await actions.first().waitFor();
  await page.locator("#action").selectOption("");
  await page.locator("#actor").selectOption({ label: "Certwright" });
  await button("Search").click();
  await page.waitForURL(/actor=system/);
  await rested(page);
  assert.ok(!(await page.content()).includes("This address isn't a Certwright server"));
});

test("the whole audit trail is saved as a file", async () => {
  await show(page, "#/audit");
  const download = page.waitForEvent("download");
  await button("Export trail").click();
  const text = await readFile(await (await download).path(), "utf8");
  assert.ok(text.split("\n").some((line) => line.includes("license.remove")), "an entry is missing");
});

test("no page complained", () => assert.deepEqual(opened.faults, []));
