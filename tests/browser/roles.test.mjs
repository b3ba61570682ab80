// What a role may not do is not offered, on any page, and nothing that a page does by itself is refused.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { api, connect, done, linked, openConsole, show } from "./browser.mjs";

const RANK = ["viewer", "requester", "operator", "admin"];
const atLeast = (role) => (who) => RANK.indexOf(who.role) >= RANK.indexOf(role);
const everybody = () => true;
const unbounded = (is) => (who) => !who.isBounded && is(who);
const [requests, operates, administers] = ["requester", "operator", "admin"].map(atLeast);

let account;
const ids = {};

/** What each page offers, to whom. */
const OFFERS = () => [
  ["#/", "link", /^New order/, requests],
  ["#/orders", "link", /^New order/, requests],
  ["#/orders", "button", "Import Existing Orders", operates],
  ["#/orders", "button", "Refresh pending orders", unbounded(operates)],
  ["#/orders", "button", "Export CSV", everybody],
  [`#/orders/${ids.pending}`, "button", "Check Order Status", operates],
  [`#/orders/${ids.pending}`, "button", "Cancel order", operates],
  [`#/orders/${ids.pending}`, "button", "Delete", operates],
  [`#/orders/${ids.pending}`, "heading", "Domain validation", operates],
  [`#/orders/${ids.pending}`, "heading", "History", unbounded(everybody)],
  [`#/orders/${ids.issued}`, "button", "Revoke", operates],
  [`#/orders/${ids.issued}`, "link", "Renew", requests],
  [`#/orders/${ids.issued}`, "link", "View certificate", everybody],
  [`#/certificates/${ids.certificate}`, "link", "Renew", requests],
  [`#/certificates/${ids.certificate}`, "button", "Save: Certificate", everybody],
  ["#/accounts", "button", "Link an emSign account", unbounded(administers)],
  ["#/accounts", "button", "Sync all accounts", operates],
  ["#/accounts", "button", "Sync this account", operates],
  ["#/accounts", "button", "Check access key", operates],
  ["#/accounts", "button", "Replace access key", administers],
  ["#/accounts", "button", "Approval rule", administers],
  ["#/accounts?tab=groups", "button", "Sync Groups", operates],
  ["#/accounts?tab=organizations", "button", "Sync Organizations", operates],
  ["#/accounts?tab=domains", "button", "Sync Domains", operates],
  ["#/accounts?tab=products", "button", "Sync Products", operates],
  ["#/license", "heading", "License", unbounded(everybody)],
  ["#/license", "button", "Check and set", unbounded(administers)],
  ["#/audit", "heading", "Audit", unbounded(everybody)],
  ["#/access", "heading", "Access", administers],
  ["#/orders/new", "heading", "New order", requests],
  ["#/jobs", "heading", "Jobs", everybody],
  ["#/keys", "heading", "CSRs and keys", everybody],
  ["#/settings", "heading", "Settings", everybody],
];

/** What the navigation offers only to some. */
const NAVIGATION = [
  ["License", unbounded(everybody)],
  ["Audit", unbounded(everybody)],
  ["Access", administers],
];

before(async () => {
  account = await linked();
  const { jobIds } = await api("POST", `/v1/credentials/${account}/import`, {});
  await done(jobIds[0]);
  const orders = async (state) => (await api("GET", `/v1/orders?state=${state}&limit=100`)).items;
  ids.pending = (await orders("pending")).find(({ allowed }) =>
    allowed.includes("validate") && allowed.includes("cancel")).id;
  const issued = (await orders("fulfilled")).find(({ revocation }) => !revocation);
  ids.issued = issued.id;
  ids.certificate = issued.certificateId;
});

const tokens = [];
after(async () => {
  for (const id of tokens) {
    await api("DELETE", `/v1/tokens/${id}`);
  }
});

for (const role of RANK) {
  for (const isBounded of [false, true]) {
    const who = { role, isBounded };
    test(`${isBounded ? "of one account, " : ""}${role}`, async () => {
      const bound = isBounded ? { credentialId: account } : {};
      const { secret, token } = await api("POST", "/v1/tokens", { label: `${role} at work`, role, expiresInDays: 1, ...bound });
      tokens.push(token.id);
      const { page, faults, close } = await openConsole();
      try {
        const refused = [];
        page.on("response", (response) => {
          if (response.status() === 403) {
            refused.push(`${response.request().method()} ${response.url()}`);
          }
        });
        await page.locator("#token").waitFor();
        await connect(page, secret);
        const wrong = [];
        let shown;
        for (const [hash, kind, name, may] of OFFERS()) {
          if (hash !== shown) {
            await show(page, hash);
            // Nothing is offered before it is known who this is.
            await page.locator("main h1").first().waitFor();
            await page.waitForTimeout(300);
            shown = hash;
          }
          const offered = await page.locator("main").getByRole(kind, { name, exact: typeof name === "string" }).count();
          if (Boolean(offered) !== may(who)) {
            wrong.push(`${hash}: ${name} is ${offered ? "" : "not "}offered`);
          }
          if (!may(who) && kind === "heading" && ["#/license", "#/audit", "#/access", "#/orders/new"].includes(hash)) {
            await page.getByText("Ask an administrator.").waitFor();
          }
        }
        for (const [name, may] of NAVIGATION) {
          const offered = await page.locator("#navigation").getByRole("link", { name, exact: true }).count();
          if (Boolean(offered) !== may(who)) {
            wrong.push(`navigation: ${name} is ${offered ? "" : "not "}offered`);
          }
        }
        await show(page, "#/");
        await page.keyboard.press("n");
        await page.waitForTimeout(300);
        assert.equal(page.url().endsWith("#/orders/new"), requests(who), "the key n");
        assert.deepEqual(wrong, []);
        assert.deepEqual(refused, []);
        assert.deepEqual(faults, []);
      } finally {
        await close();
      }
    });
  }
}
