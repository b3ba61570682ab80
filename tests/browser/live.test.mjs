// What a person has under their hands stays as it is while pages read everything again; what goes on
// after a page is left goes on; and a page that breaks down says so.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { api, connect, done, linked, look, openConsole, openExtension, polled, rested, show, survives } from "./browser.mjs";

let opened;
let page;
let account;
/** Orders of the history that nobody else acts on. */
let [validating, issued, others] = [];

const first = async (query, is = () => true) => (await api("GET", `/v1/orders?${query}`)).items.find(is);

before(async () => {
  account = await linked();
  const { jobIds } = await api("POST", `/v1/credentials/${account}/import`, {});
  await done(jobIds[0]);
  validating = await first("state=pending&limit=100", ({ allowed, status }) =>
    allowed.includes("validate") && status.stage === "domainValidation");
  issued = await first("state=fulfilled&limit=100&sort=oldest", ({ revocation }) => !revocation);
  others = (await api("GET", "/v1/orders?state=fulfilled&limit=100")).items.slice(-3);
  opened = await openConsole();
  page = opened.page;
  await page.locator("#token").waitFor();
  await connect(page);
});

after(() => opened.close());

const dialog = () => page.locator("dialog[open]");
const button = (name) => page.getByRole("button", { name, exact: true });

test("a validation record stays in sight, and the chosen method stays chosen", async () => {
  await show(page, `#/orders/${validating.id}`);
  await page.getByLabel("Method").first().selectOption("httpFile");
  await button("Show value").first().click();
  await page.getByText("File name").or(page.locator(".challenge code")).first().waitFor();
  const record = await page.locator(".challenge code").first().textContent();
  await survives(page);
  assert.equal(await page.locator(".challenge code").first().textContent(), record);
  assert.equal(await page.getByLabel("Method").first().inputValue(), "httpFile");
  assert.ok(await button("Verify now").first().isEnabled());
});

test("the cancel dialog keeps its remark, also when the Worker refuses", async () => {
  await button("Cancel order").click();
  await dialog().locator("#cancel-remark").fill("ordered by mistake");
  await survives(page);
  const refusal = { type: "about:blank", title: "No", status: 409, code: "no", detail: "It can't be cancelled now." };
  await page.route("**/cancel", (route) =>
    route.fulfill({ status: 409, contentType: "application/problem+json", json: refusal }));
  await dialog().getByRole("button", { name: "Cancel order" }).click();
  await dialog().getByText("It can't be cancelled now.").waitFor();
  assert.equal(await dialog().locator("#cancel-remark").inputValue(), "ordered by mistake");
  await page.unroute("**/cancel");
  await dialog().getByRole("button", { name: "Go back" }).click();
});

test("a license that is refused says why, and its text stays to be corrected", async () => {
  await show(page, "#/license");
  await page.locator("#license").fill("no license");
  await button("Check and set").click();
  await page.locator("main").getByRole("alert").waitFor();
  await survives(page);
  assert.equal(await page.locator("#license").inputValue(), "no license");
  await show(page, `#/orders/${validating.id}`);
  await button("Show value").first().click();
  await page.locator(".challenge code").first().waitFor();
});

test("a page whose refresh fails keeps what it shows, and says that it may be old", async () => {
  const path = `**/v1/orders/${validating.id}`;
  await page.route(path, (route) => route.abort());
  await page.getByText("What you see may be out of date.").waitFor();
  assert.ok(await page.locator(".challenge code").first().isVisible(), "the record is gone");
  await page.unroute(path);
  await page.getByText("What you see may be out of date.").waitFor({ state: "detached" });
});

test("an order that is deleted is brought back, on its page and from another", async () => {
  const [order] = others;
  for (const elsewhere of [undefined, "#/certificates"]) {
    await show(page, `#/orders/${order.id}`);
    await button("Delete").click();
    await page.getByText(`${order.domain} deleted here`).waitFor();
    await button("Restore").waitFor();
    if (elsewhere) {
      await show(page, elsewhere);
    }
    await button("Undo").click();
    await page.getByText(`1 order restored: ${order.domain}`).last().waitFor();
    assert.equal((await api("GET", `/v1/orders/${order.id}`)).deletedAt, null);
    if (!elsewhere) {
      // The page is told what was done behind its back.
      await button("Delete").waitFor();
    }
  }
});

test("several orders are deleted by name, and brought back when another page is open", async () => {
  await show(page, "#/orders?state=fulfilled");
  const rows = page.locator("tbody tr");
  const names = [];
  for (const at of [0, 1, 2]) {
    names.push(await rows.nth(at).locator("[data-row-link]").textContent());
    await rows.nth(at).locator("[data-row-select]").check();
  }
  await survives(page);
  await page.getByText(`3 orders selected: ${names[0]}, ${names[1]} and 1 more`).waitFor();
  await page.getByRole("button", { name: `Delete 3 orders: ${names[0]}, ${names[1]} and 1 more` }).click();
  await page.getByText(/3 orders deleted here/).waitFor();
  await show(page, "#/license");
  await button("Undo").click();
  await page.getByText(/3 orders restored/).waitFor();
  assert.equal((await api("GET", "/v1/orders?deleted=true")).items.length, 0);
});

test("what is selected is in sight: another page of the list has nothing selected", async () => {
  await show(page, "#/orders");
  await page.locator("tbody [data-row-select]").first().check();
  await page.getByText(/1 order selected/).waitFor();
  await button("Next page").click();
  await page.getByText("Page 2").waitFor();
  await page.getByText(/order selected/).waitFor({ state: "detached" });
  await button("Previous page").click();
  await page.getByText("Page 1").waitFor();
  await rested(page);
  assert.equal(await page.locator("tbody [data-row-select]:checked").count(), 0);
});

test("several revocations are named before they are asked for", async () => {
  await show(page, "#/orders?state=fulfilled");
  const [one, two] = [0, 1].map((at) => page.locator("tbody tr").nth(at));
  const name = await one.locator("[data-row-link]").textContent();
  await one.locator("[data-row-select]").check();
  await two.locator("[data-row-select]").check();
  await page.getByRole("button", { name: /^Revoke 2 certificates: / }).click();
  await dialog().getByText("These 2 certificates are revoked:").waitFor();
  await dialog().getByRole("listitem").getByText(name, { exact: true }).first().waitFor();
  await dialog().locator("#revoke-remark").fill("half of a remark");
  await survives(page);
  await dialog().getByRole("button", { name: "Go back" }).click();
  await button("Select none").click();
});

test("a search that fails leaves no rows of another search", async () => {
  await show(page, "#/orders");
  await page.locator("tbody tr").first().waitFor();
  await page.route("**/v1/orders?*broken.example*", (route) => route.abort());
  await page.locator("#host").fill("broken.example");
  await page.locator("#host").press("Enter");
  await page.getByText("No reply. Check the network").waitFor();
  assert.equal(await page.locator("tbody tr").count(), 0);
  await page.unroute("**/v1/orders?*broken.example*");
  // It is tried again by itself too.
  await page.getByText("No order has this name or number.").waitFor();
});

test("how soon certificates expire stays chosen beside other choices", async () => {
  await show(page, "#/certificates");
  const within = page.locator("#within");
  for (const days of ["30", "90", "7"]) {
    await within.selectOption(days);
    await page.waitForURL(new RegExp(`within=${days}`));
    await polled(page);
    assert.equal(await within.inputValue(), days);
  }
  await page.locator("#key").selectOption("RSA 2048");
  await page.waitForURL(/within=7.*key=|key=.*within=7/);
  await polled(page);
  assert.equal(await within.inputValue(), "7");
  assert.equal(await page.locator("#key").inputValue(), "RSA 2048");
});

/** Dialogs and forms that are half filled: where, how they are opened, and what is typed. */
const FORMS = [
  ["an account that is being linked", "#/accounts", "Link an emSign account", "#link-label"],
  ["an access key that is being replaced", "#/accounts", "Replace access key", "[id^=rotate-]"],
  ["an approval rule", "#/accounts", "Approval rule"],
  ["an import", "#/orders", "Import Existing Orders"],
  ["a license", "#/license", undefined, "#license"],
  ["a search for orders", "#/orders", undefined, "#host"],
  ["a search for certificates", "#/certificates", undefined, "#host"],
];

for (const [what, hash, opens, field] of FORMS) {
  test(`${what} survives that everything is read again`, async () => {
    await show(page, hash);
    if (opens) {
      await button(opens).first().click();
      await dialog().waitFor();
    }
    if (field) {
      await page.locator(field).first().fill("half of what");
    }
    await survives(page);
    await page.keyboard.press("Escape");
  });
}

test("a revocation dialog survives, and after it the page follows", async () => {
  await show(page, `#/orders/${issued.id}`);
  await button("Revoke").click();
  await dialog().locator("#revoke-reason").selectOption("cessationOfOperation");
  await dialog().locator("#revoke-remark").fill("the service is gone");
  await survives(page);
  assert.equal(await dialog().locator("#revoke-reason").inputValue(), "cessationOfOperation");
  await dialog().getByRole("button", { name: "Revoke permanently" }).click();
  await dialog().waitFor({ state: "detached" });
  await page.locator(".page-head .status", { hasText: /revocation requested|Revoked/ }).waitFor();
  assert.equal(await button("Revoke").count(), 0);
  // Somebody else looks at the order: this page shows it without being loaded again.
  await new Promise((resolve) => setTimeout(resolve, 4_000));
  await api("POST", `/v1/orders/${issued.id}/check`);
  await page.locator(".page-head .status", { hasText: "Revoked" }).waitFor();
});

test("started work is followed on the screen of its job", async () => {
  await show(page, "#/orders");
  await button("Refresh pending orders").click();
  await page.waitForURL(/#\/jobs\/job_/);
  await page.getByRole("status").getByText("Done").waitFor({ timeout: 60_000 });
  await show(page, "#/accounts");
  for (const [name, url] of [["Sync all accounts", /#\/jobs/], ["Sync this account", /#\/jobs\/job_/]]) {
    await button(name).first().click();
    await page.waitForURL(url);
    await rested(page);
    await show(page, "#/accounts");
  }
  await button("Check access key").first().click();
  await page.getByText("The CA accepts the access key.").waitFor();
  for (const [tab, name] of [["groups", "Sync Groups"], ["organizations", "Sync Organizations"], ["domains", "Sync Domains"], ["products", "Sync Products"]]) {
    await show(page, `#/accounts?tab=${tab}`);
    await button(name).click();
    await page.waitForURL(/#\/jobs\/job_/);
  }
});

test("lists are saved as files", async () => {
  for (const [hash, name] of [["#/orders", "orders.csv"], ["#/certificates", "certificates.csv"]]) {
    await show(page, hash);
    const download = page.waitForEvent("download");
    await button("Export CSV").click();
    assert.equal((await download).suggestedFilename(), name);
  }
});

test("a button that can't be pressed does not look as if it could, a grave one neither", async () => {
  const colors = await page.evaluate(() => {
    const probe = document.createElement("button");
    probe.className = "quiet danger";
    document.body.append(probe);
    const enabled = getComputedStyle(probe).color;
    probe.disabled = true;
    const disabled = getComputedStyle(probe).color;
    probe.remove();
    return [enabled, disabled];
  });
  assert.notEqual(colors[0], colors[1]);
});

test("an order is cancelled, and its page says so", async () => {
  const order = (await api("GET", "/v1/orders?state=pending&limit=100")).items.find(({ id, allowed }) =>
    allowed.includes("cancel") && id !== validating.id);
  await show(page, `#/orders/${order.id}`);
  await button("Cancel order").click();
  await dialog().getByText(`Cancel the order for ${order.domain}?`).waitFor();
  await dialog().locator("#cancel-remark").fill("ordered by mistake");
  await dialog().getByRole("button", { name: "Cancel order" }).click();
  await dialog().waitFor({ state: "detached" });
  await page.locator(".page-head .status", { hasText: /cancellation requested|Cancelled/ }).waitFor();
  assert.equal(await button("Cancel order").count(), 0);
});

test("no page complained", () => assert.deepEqual(opened.faults, []));

/** Lets the next element that the module makes fail, as no browser does: the module panics. */
const breakNext = (target) =>
  target.evaluate(() => {
    const make = Document.prototype.createElement;
    Document.prototype.createElement = () => {
      Document.prototype.createElement = make;
      throw new Error("broken on purpose");
    };
  });

async function isToldAndReloads(target) {
  const told = target.locator("#broken");
  await told.getByText("This page has stopped working. Reload it to continue.").waitFor();
  await told.getByRole("button", { name: "Reload" }).click();
  await told.waitFor({ state: "detached" });
  await target.locator("h1").first().waitFor();
}

test("a console that breaks down says so, and works again when it is loaded anew", async () => {
  await show(page, "#/");
  await breakNext(page);
  await page.evaluate(() => {
    location.hash = "#/settings";
  });
  await isToldAndReloads(page);
});

test("the extension and its popup say so as well", async () => {
  const { page: app, root, context, close } = await openExtension();
  try {
    await app.locator("#token").waitFor();
    await connect(app);
    await show(app, "#/");
    await breakNext(app);
    await app.evaluate(() => {
      location.hash = "#/settings";
    });
    await isToldAndReloads(app);
    const popup = await context.newPage();
    await popup.addInitScript(() => {
      const make = Document.prototype.createElement;
      Document.prototype.createElement = function (...given) {
        if (!sessionStorage.getItem("broken")) {
          sessionStorage.setItem("broken", "once");
          throw new Error("broken on purpose");
        }
        return make.apply(this, given);
      };
    });
    await popup.goto(`${root}popup.html`);
    await isToldAndReloads(popup);
    await look(popup);
  } finally {
    await close();
  }
});
