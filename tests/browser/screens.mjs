// Writes a PNG of each screen, light and dark, for people to look at. The folder is the argument.

import { mkdir } from "node:fs/promises";
import { join } from "node:path";

import { api, connect, done, linked, openConsole, openExtension, rested, show } from "./browser.mjs";
import { places } from "./places.mjs";

const [, , folder] = process.argv;
await mkdir(folder, { recursive: true });
const account = await linked();
const { jobIds } = await api("POST", `/v1/credentials/${account}/import`, {});
await done(jobIds[0]);
const all = await places();
for (const colorScheme of ["light", "dark"]) {
  for (const width of [1280, 320]) {
    const { page, close } = await openConsole({ colorScheme, viewport: { width, height: 800 } });
    const shoot = async (name) => {
      const path = join(folder, `${name}-${colorScheme}-${width}.png`);
      await page.screenshot({ path, fullPage: true });
    };
    await page.locator("#token").waitFor();
    await shoot("welcome");
    await connect(page);
    for (const [name, hash, act] of all) {
      await show(page, hash);
      await act?.(page);
      await shoot(name);
      await page.keyboard.press("Escape");
    }
    await close();
  }
}
for (const colorScheme of ["light", "dark"]) {
  const { page, root, close } = await openExtension({ colorScheme, viewport: { width: 400, height: 500 } });
  await page.locator("#token").waitFor();
  await connect(page);
  await page.goto(`${root}popup.html`);
  await rested(page);
  await page.screenshot({ path: join(folder, `popup-${colorScheme}.png`), fullPage: true });
  await close();
}
console.log(`${(all.length + 1) * 4 + 2} screens in ${folder}`);
