// Writes a PNG of each screen, light and dark, for people to look at. The folder is the argument.

import { mkdir } from "node:fs/promises";
import { join } from "node:path";

import { api, connect, done, linked, openConsole, show } from "./browser.mjs";
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
    for (const [name, hash] of all) {
      await show(page, hash);
      await shoot(name);
    }
    await close();
  }
}
console.log(`${(all.length + 1) * 4} screens in ${folder}`);
