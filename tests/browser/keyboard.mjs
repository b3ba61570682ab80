// What the keyboard comes to: each control that takes the focus is in sight then, and nothing stands
// over it (WCAG 2.2, success criterion 2.4.11).

/** How many presses are sent before it is asked whether the page's end was reached. */
const AT_ONCE = 20;
/** More controls than any screen has. */
const MOST = 600;

/**
 * Notes each control that takes the focus, and what hides it, from the first of the page or of its open
 * dialog on, or from the last one that was noted. It ends where the focus leaves the page: what is
 * pressed after that would find the browser's own controls between the page's end and its beginning.
 */
const listen = (page, isBack) =>
  page.evaluate((fromLast) => {
    const dialog = document.querySelector("dialog[open]");
    const start = fromLast ? globalThis.keyboardSeen.order.at(-1) : (dialog ?? document).querySelector("button, a");
    globalThis.keyboardStops?.();
    const seen = { order: [], hidden: [], isOver: false };
    globalThis.keyboardSeen = seen;
    start.focus();
    const name = (element) => element.outerHTML.replace(/\s+/g, " ").slice(0, 110);
    // Before the next press takes the focus on: where the last one has brought it.
    const look = ({ key }) => {
      const element = document.activeElement;
      if (key !== "Tab" || seen.isOver) {
        return;
      }
      // A dialog that scrolls takes the focus to be scrolled.
      if (element?.matches("dialog")) {
        return;
      }
      if (!element || element === document.body || seen.order.includes(element)) {
        seen.isOver = true;
        return;
      }
      seen.order.push(element);
      const [box] = element.getClientRects();
      if (!box) {
        seen.hidden.push(`${name(element)} has no place`);
        return;
      }
      // What is higher than the page can't be in sight as a whole: its beginning or end is.
      const isHigh = box.height > innerHeight * 0.6;
      const [top, bottom] = [Math.max(box.top, 0), Math.min(box.bottom, innerHeight)];
      if (isHigh ? bottom - top < 40 : box.top < -1 || box.bottom > innerHeight + 1) {
        seen.hidden.push(`${name(element)} is outside the view: ${box.top} to ${box.bottom} of ${innerHeight}`);
        return;
      }
      if (box.left < -1 || box.right > innerWidth + 1) {
        seen.hidden.push(`${name(element)} is beside the view`);
        return;
      }
      // Round corners are not the element's own.
      const inset = Math.min(5, box.width / 3, box.height / 3);
      const corners = [[box.left + inset, top + inset], [box.right - inset, bottom - inset]];
      const points = [[(box.left + box.right) / 2, (top + bottom) / 2], ...(isHigh ? [] : corners)];
      for (const [x, y] of points) {
        const over = document.elementFromPoint(x, y);
        if (!over || !(element.contains(over) || over.contains(element))) {
          seen.hidden.push(`${name(element)} is under ${over ? name(over) : "nothing"}`);
          return;
        }
      }
    };
    addEventListener("keydown", look, true);
    globalThis.keyboardStops = () => removeEventListener("keydown", look, true);
  }, isBack);

async function once(page, isBack) {
  await listen(page, isBack);
  for (let presses = 0; presses < MOST; presses += AT_ONCE) {
    await Promise.all(Array.from({ length: AT_ONCE }, () => page.keyboard.press("Tab")));
    if (await page.evaluate(() => globalThis.keyboardSeen.isOver)) {
      break;
    }
  }
  // What was pressed beyond the end has come to rest.
  await page.waitForTimeout(50);
  return page.evaluate(() => {
    const { order, hidden } = globalThis.keyboardSeen;
    globalThis.keyboardStops();
    return { controls: order.length, last: order.at(-1)?.outerHTML.slice(0, 110), hidden };
  });
}

/** Goes through the whole page forward and back, and returns what was hidden when it had the focus. */
export async function hiddenControls(page) {
  const forward = await once(page, false);
  await page.keyboard.down("Shift");
  const back = await once(page, true);
  await page.keyboard.up("Shift");
  if (!forward.controls || forward.controls !== back.controls) {
    const told = ({ controls, last }) => `${controls} controls, the last ${last}`;
    forward.hidden.push(`forward ${told(forward)}; back ${told(back)}`);
  }
  return [...forward.hidden.map((text) => `Tab: ${text}`), ...back.hidden.map((text) => `Shift+Tab: ${text}`)];
}

/** What is wrong with where the focus is in the dialog that was just opened, if there is one. */
export const firstFocus = (page) =>
  page.evaluate(() => {
    const dialog = document.querySelector("dialog[open]");
    if (!dialog) {
      return [];
    }
    const inSight = (element) => element.getClientRects().length > 0;
    const fields = [...dialog.querySelectorAll("input:enabled, select:enabled, textarea:enabled")].filter(inSight);
    const [first] = fields;
    const chosen = fields.find(({ type, checked }) => type === "radio" && checked);
    const safe = [...dialog.querySelectorAll(".actions button[type=button]")].filter(inSight);
    const right = first ? [first, chosen] : [...safe, ...(safe.length ? [] : dialog.querySelectorAll("header button"))];
    const focused = document.activeElement;
    return right.includes(focused) ? [] : [`the focus is on ${focused.outerHTML.slice(0, 110)}`];
  });

/** What is wrong with the way past the navigation: the first that the keyboard comes to on a new page. */
export async function skipLink(page) {
  await page.keyboard.press("Tab");
  const found = await page.evaluate(() => {
    const { activeElement } = document;
    return activeElement.matches("a.skip") && activeElement.offsetHeight > 20;
  });
  const address = page.url();
  await page.keyboard.press("Enter");
  const focused = await page.evaluate(() => document.activeElement.id);
  await page.keyboard.press("Tab");
  const isInside = await page.evaluate(() => document.activeElement.matches("main *"));
  const isGood = found && focused === "content" && isInside && page.url() === address;
  return isGood ? [] : [`the skip link: found ${found}, leads to ${focused}, then inside ${isInside}, ${page.url()}`];
}
