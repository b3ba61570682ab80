// Several people: a token is made and revoked on the screen, an order waits for a second person, and
// history that was rewritten is noticed.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { api, connect, linked, openConsole, show, survives } from "./browser.mjs";

const NAME = "second.whitlock.example";
const opened = [];
let account;
let requester;
let order;

async function signedIn(secret) {
  const one = await openConsole();
  opened.push(one);
  await one.page.locator("#token").waitFor();
  await connect(one.page, secret);
  return one.page;
}

before(async () => {
  account = await linked();
});

after(async () => {
  await api("PUT", `/v1/credentials/${account}/approval`, { approval: "none" });
  await Promise.all(opened.map(({ close }) => close()));
});

test("an administrator makes a token, which is shown once", async () => {
  const page = await signedIn();
  await show(page, "#/access");
  await page.locator("#token-label").fill("Web team");
  await page.locator("#token-person").fill("bob@whitlock.example");
  await page.locator("#token-role").selectOption("requester");
  await page.getByRole("button", { name: "Create token" }).click();
  const shown = page.locator("code", { hasText: /^cw_/ });
  requester = await shown.textContent();
  await page.getByRole("button", { name: "I have copied it" }).click();
  await shown.waitFor({ state: "detached" });
  await page.getByRole("cell", { name: "Web team" }).first().waitFor();
  assert.ok(!(await page.content()).includes(requester), "the token is still on the page");
});

test("an administrator lets requesters' orders wait", async () => {
  const page = await signedIn();
  await show(page, "#/accounts");
  await page.getByRole("button", { name: "Approval rule" }).first().click();
  const dialog = page.locator("dialog[open]");
  await dialog.locator("select").selectOption("requesters");
  await dialog.getByRole("button", { name: "Save" }).click();
  await page.getByText("Saved.").first().waitFor();
  assert.equal((await api("GET", `/v1/credentials/${account}`)).approval, "requesters");
});

/** Asks for an order that waits, and returns its id. */
async function asked(page, name) {
  await show(page, `#/orders/new?host=${name}`);
  await page.getByText("This can be ordered.").waitFor();
  await page.locator("#order-place").fill("Bengaluru");
  await page.locator("#order-accepted").check();
  await page.locator("form button:not([disabled])", { hasText: "Review" }).click();
  await page.locator("dialog[open]").getByRole("button", { name: "Ask for approval" }).click();
  await page.waitForURL(/#\/orders\/ord_/);
  return page.url().split("/").pop();
}

test("a requester's order waits, and they can't approve it", async () => {
  const page = await signedIn(requester);
  order = await asked(page, NAME);
  await page.getByText(/Requested by/).first().waitFor();
  await page.getByRole("button", { name: "Withdraw" }).waitFor();
  assert.equal(await page.getByRole("button", { name: "Approve and order" }).count(), 0);
});

test("somebody else approves, and it is ordered", async () => {
  const page = await signedIn();
  await show(page, "#/");
  await page.getByText(/orders? waits? for approval/).first().click();
  await page.getByRole("link", { name: NAME }).click();
  await page.getByRole("button", { name: "Approve and order" }).click();
  await page.getByText("Approved. The order is being sent to the CA.").waitFor();
  const { status } = await api("GET", `/v1/orders/${order}`);
  assert.ok(["placing", "pending", "fulfilled", "held"].includes(status.state), status.state);
});

test("somebody else declines with a reason, and the requester reads it", async () => {
  const [asker, page] = [await signedIn(requester), await signedIn()];
  const id = await asked(asker, "declined.whitlock.example");
  await show(page, `#/orders/${id}`);
  await page.getByRole("button", { name: "Decline" }).click();
  const dialog = page.locator("dialog[open]");
  await dialog.locator("#decline-reason").fill("We have one already.");
  await survives(page);
  await dialog.getByRole("button", { name: "Decline" }).click();
  await page.getByText("The order was declined.").waitFor();
  await page.locator(".page-head .status", { hasText: "Declined" }).waitFor();
  await asker.locator(".page-head .status", { hasText: "Declined" }).waitFor();
  await asker.getByText("We have one already.").first().waitFor();
});

test("a requester withdraws what they have asked for", async () => {
  const page = await signedIn(requester);
  const id = await asked(page, "withdrawn.whitlock.example");
  await page.getByRole("button", { name: "Withdraw" }).click();
  await page.getByText("The order was withdrawn.").waitFor();
  await page.locator(".page-head .status", { hasText: "Withdrawn" }).waitFor();
  assert.equal((await api("GET", `/v1/orders/${id}`)).status.state, "withdrawn");
});

test("a revocation waits for a second person where the rule says so", async () => {
  const admin = await signedIn();
  await show(admin, "#/accounts");
  await admin.getByRole("button", { name: "Approval rule" }).first().click();
  await admin.locator("dialog[open] select").selectOption("everyoneAndRevocations");
  await admin.locator("dialog[open]").getByRole("button", { name: "Save" }).click();
  await admin.getByText("Saved.").first().waitFor();
  for (let state = ""; state !== "fulfilled"; ) {
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    ({ status: { state } } = await api("POST", `/v1/orders/${order}/check`));
  }

  await show(admin, `#/orders/${order}`);
  const ask = async () => {
    await admin.getByRole("button", { name: "Revoke" }).click();
    await admin.locator("#revoke-remark").fill("Replaced.");
    await survives(admin);
    await admin.getByRole("button", { name: "Revoke permanently" }).click();
    await admin.getByText("A second person has to confirm it.").waitFor();
  };
  await ask();
  assert.equal(await admin.getByRole("button", { name: "Confirm revocation" }).count(), 0);
  await admin.getByRole("button", { name: "Discard revocation" }).click();
  await admin.getByText("The certificate is not revoked.").waitFor();
  await ask();

  const label = { label: "Second", role: "admin", person: "carol@whitlock.example" };
  const { secret } = await api("POST", "/v1/tokens", { ...label, expiresInDays: 1 });
  const second = await signedIn(secret);
  await show(second, `#/orders/${order}`);
  await second.getByRole("button", { name: "Confirm revocation" }).click();
  await survives(second);
  await second.locator("dialog[open]").getByRole("button", { name: "Confirm revocation" }).click();
  await second.locator(".page-head .status", { hasText: /[Rr]evo/ }).waitFor();
  assert.ok((await api("GET", `/v1/orders/${order}`)).revocation !== null);
  // Two people make the rule laxer again.
  const rule = `/v1/credentials/${account}/approval`;
  assert.equal((await api("PUT", rule, { approval: "none" })).approval, "everyoneAndRevocations");
  await show(second, "#/accounts");
  await second.getByRole("button", { name: "Approval rule" }).first().click();
  await second.locator("dialog[open] select").selectOption("none");
  await second.locator("dialog[open]").getByRole("button", { name: "Save" }).click();
  await second.getByText("Saved.").first().waitFor();
});

test("history that fits what was seen is said to be whole, and one that does not is not", async () => {
  const page = await signedIn();
  await show(page, "#/audit");
  await page.getByText("The trail still has everything that this browser has seen before").waitFor();
  await page.getByRole("button", { name: "Check the whole trail" }).click();
  await page.getByText(/Checked in this browser: \d+ entries, none changed/).waitFor();
  // As if this browser had seen another entry in the place of the first.
  const changed = await page.evaluate(() => {
    const key = Object.keys(localStorage).find((name) => name.startsWith("audit_pins "));
    const text = localStorage.getItem(key);
    localStorage.setItem(key, text.replace(/[0-9a-f]{64}/g, "0".repeat(64)));
    return text !== localStorage.getItem(key);
  });
  assert.ok(changed, "nothing is pinned");
  await show(page, "#/");
  await page.getByRole("alert").getByRole("link", { name: "See what is lost" }).click();
  await page.getByRole("alert").getByText("history of this server was rewritten").waitFor();
});

test("a revoked token lets nobody in", async () => {
  const page = await signedIn();
  await show(page, "#/access");
  await page.getByRole("row", { name: /Web team/ }).getByRole("button", { name: "Revoke" }).click();
  await page.locator("dialog[open]").getByRole("button", { name: "Revoke" }).click();
  await page.getByText("Token revoked").waitFor();
  const stranger = await openConsole();
  opened.push(stranger);
  await stranger.page.locator("#token").fill(requester);
  await stranger.page.locator("#token").press("Enter");
  await stranger.page.locator("#token-error", { hasText: /./ }).waitFor();
});

test("no page complained", () => {
  assert.deepEqual(opened.flatMap(({ faults }) => faults), []);
});
