// Every screen, for the tests that look at all of them and for `cargo xtask screens`.

import { api } from "./browser.mjs";

/** Name and address of each screen, those of single things taken from the first in their list. */
export async function places() {
  const first = async (list) => (await api("GET", `/v1/${list}`)).items[0]?.id;
  const order = (await first("orders?state=pending")) ?? (await first("orders"));
  const [certificate, job] = [await first("certificates"), await first("jobs")];
  const fixed = {
    overview: "#/",
    orders: "#/orders",
    "orders-none": "#/orders?host=nothing.example",
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
  const single = [["order", "orders", order], ["certificate", "certificates", certificate], ["job", "jobs", job]];
  const found = single.filter(([, , id]) => id).map(([name, list, id]) => [name, `#/${list}/${id}`]);
  return [...Object.entries(fixed), ...found];
}
