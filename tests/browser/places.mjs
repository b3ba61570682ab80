// Every screen, for the tests that look at all of them and for `cargo xtask screens`.

import { api } from "./browser.mjs";

/** What opens on a screen, and what it says when something is wrong: from where, and how. */
const opened = (issued) => [
  ["help", "#/", (page) => page.keyboard.press("?")],
  ["link-account", "#/accounts?link=true", async () => undefined],
  ["import", "#/orders", (page) => page.getByRole("button", { name: "Import Existing Orders" }).click()],
  ["new-domains", "#/accounts", (page) => page.getByRole("button", { name: "New domains" }).first().click()],
  ["approval-rule", "#/accounts", (page) => page.getByRole("button", { name: "Approval rule" }).first().click()],
  ["key-backup", "#/keys", (page) => page.getByText("Back up and restore keys").click()],
  ["new-order-wrong", "#/orders/new?host=x", (page) => page.locator("#order-domain").fill("under_score.example")],
  ["new-order-csr-wrong", "#/orders/new?host=x", async (page) => {
    await page.getByLabel("I have a CSR").check();
    await page.locator("#csr-text").fill("-----BEGIN CERTIFICATE REQUEST-----");
    await page.locator(".error[role=alert]", { hasText: /./ }).first().waitFor();
  }],
  ...(issued
    ? [["revoke", `#/orders/${issued}`, (page) => page.getByRole("button", { name: "Revoke" }).click()]]
    : []),
];

/**
 * Name and address of each screen, those of single things taken from the first in their list, and
 * what is to be done there first, if anything.
 */
export async function places() {
  const first = async (list) => (await api("GET", `/v1/${list}`)).items[0]?.id;
  const issued = await first("orders?state=fulfilled");
  const order = (await first("orders?state=pending")) ?? (await first("orders"));
  const [certificate, job] = [await first("certificates"), await first("jobs")];
  const fixed = {
    overview: "#/",
    orders: "#/orders",
    "orders-none": "#/orders?q=nothing.example",
    "new-order": "#/orders/new?host=b%C3%BCcher.whitlock.example",
    certificates: "#/certificates",
    accounts: "#/accounts",
    groups: "#/accounts?tab=groups",
    organizations: "#/accounts?tab=organizations",
    domains: "#/accounts?tab=domains",
    products: "#/accounts?tab=products",
    keys: "#/keys",
    license: "#/license",
    jobs: "#/jobs",
    audit: "#/audit",
    access: "#/access",
    settings: "#/settings",
    unknown: "#/nowhere",
  };
  // The one that a second person has approved, where there is one: its names are long.
  const approved = await first("orders?q=second.whitlock.example");
  const single = [["order", "orders", order], ["order-approved", "orders", approved], ["certificate", "certificates", certificate], ["job", "jobs", job]];
  const found = single.filter(([, , id]) => id).map(([name, list, id]) => [name, `#/${list}/${id}`]);
  return [...Object.entries(fixed), ...found, ...opened(issued)];
}
