// axe-core on every screen: light at 320 and 1280 pixels, dark at 1280; and every screen by keyboard, where
// there is little room.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { before, test } from "node:test";

import { connect, linked, openConsole, openExtension, rested, show } from "./browser.mjs";
import { firstFocus, hiddenControls, skipLink } from "./keyboard.mjs";
import { places } from "./places.mjs";

const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
let axe;
let all;

before(async () => {
  axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
  await linked();
  all = await places();
});

async function violations(page) {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(
    (tags) => window.axe.run(document, { runOnly: tags }),
    TAGS,
  );
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" | ")}`);
}

/**
 * What makes a page scroll sideways: the elements beyond its edge. Whatever stands there is lost
 * (WCAG 2.2, success criterion 1.4.10).
 */
const tooWide = (page) =>
  page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    const isBeyond = (element) => element.getBoundingClientRect().right > clientWidth + 1;
    const all = scrollWidth > clientWidth ? [...document.querySelectorAll("main *")] : [];
    return all.filter(isBeyond).map((element) => element.outerHTML.slice(0, 120));
  });

/** Who did something, in the table of each screen that has such a column. */
const WHO = { audit: "Who", orders: "Next" };

/** What is lost of a table: without its head, each cell says itself what it is. */
const lostCells = (page, name) =>
  page.evaluate((who) => {
    const hidden = [...document.querySelectorAll("tbody td")].filter((cell) =>
      cell.innerText.trim() === "" && cell.textContent.trim() !== "");
    const lost = hidden.map((cell) => `not in sight: ${cell.outerHTML.slice(0, 110)}`);
    const isThere = [...document.querySelectorAll("tbody td")].some(({ dataset }) => dataset.label === who);
    return who && !isThere ? [...lost, `no column ${who}`] : lost;
  }, WHO[name]);

// The narrow layout is the same in the dark, and the wide one shows every colour.
const WIDTHS = { light: [320, 1280], dark: [1280] };

for (const colorScheme of ["light", "dark"]) {
  for (const width of WIDTHS[colorScheme]) {
    test(`every screen, ${colorScheme}, ${width} pixels`, async () => {
      // Once by keyboard as well.
      const isWalked = width === 320 && colorScheme === "light";
      const { page, close } = await openConsole({ colorScheme, viewport: { width, height: 640 } });
      try {
        const found = [];
        const titles = new Map();
        const look = async (name) => {
          found.push(...(await violations(page)).map((text) => `${name}: ${text}`));
          found.push(...(await tooWide(page)).map((html) => `${name}: beyond the edge: ${html}`));
        };
        await page.locator("#token").waitFor();
        await look("welcome");
        await connect(page);
        if (isWalked) {
          await page.reload();
          await rested(page);
          found.push(...(await skipLink(page)));
        }
        for (const [name, hash, act] of all) {
          await show(page, hash);
          await act?.(page);
          if (isWalked) {
            found.push(...(await firstFocus(page)).map((text) => `${name}: ${text}`));
          }
          await look(name);
          if (isWalked) {
            found.push(...(await lostCells(page, name)).map((text) => `${name}: ${text}`));
            found.push(...(await hiddenControls(page)).map((text) => `${name}: ${text}`));
            titles.set(hash.replace(/\?(?!tab=).*/, ""), await page.title());
          }
          await page.keyboard.press("Escape");
        }
        if (isWalked) {
          // A message that stays until it is closed stands over the page's end.
          await page.route("**/v1/certificates.csv*", (route) => route.abort());
          await show(page, "#/certificates");
          await page.getByRole("button", { name: "Export CSV" }).click();
          await page.locator(".toast.bad").waitFor();
          found.push(...(await hiddenControls(page)).map((text) => `under a message: ${text}`));
        }
        assert.deepEqual(found, []);
        const named = [...titles.values()];
        assert.equal(new Set(named).size, named.length, `titles: ${named.join(", ")}`);
      } finally {
        await close();
      }
    });
  }

  test(`the popup, ${colorScheme}`, async () => {
    const { page, root, close } = await openExtension({ colorScheme, viewport: { width: 400, height: 600 } });
    try {
      await page.goto(`${root}popup.html`);
      await page.getByText("Connect to your organization").waitFor();
      const found = await violations(page);
      await page.goto(`${root}app.html`);
      await connect(page);
      await page.goto(`${root}popup.html`);
      await page.getByLabel("Find a certificate").waitFor();
      await rested(page);
      found.push(...(await violations(page)));
      assert.deepEqual(found, []);
    } finally {
      await close();
    }
  });
}
