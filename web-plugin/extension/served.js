// Which certificate a site has sent. Only Firefox tells (webRequest.getSecurityInfo), and only once
// the person has allowed it; what it told is kept by tab for the popup, until the browser is closed.

const extension = globalThis.browser ?? globalThis.chrome;
const keyOf = (tabId) => `served-${tabId}`;
let isWatching = false;

/** Notes certificates from now on, now or as soon as the permission is given. */
export function watchServed() {
  begin();
  extension.permissions.onAdded.addListener(begin);
  extension.tabs.onRemoved.addListener((tabId) => extension.storage.session.remove(keyOf(tabId)));
}

function begin() {
  if (isWatching || !extension.webRequest?.getSecurityInfo) {
    return;
  }
  isWatching = true;
  const pages = { urls: ["https://*/*"], types: ["main_frame"] };
  // The answer is there only while the request is held, hence "blocking" (MDN, getSecurityInfo).
  extension.webRequest.onHeadersReceived.addListener(note, pages, ["blocking"]);
}

async function note({ requestId, tabId }) {
  const { certificates } = await extension.webRequest.getSecurityInfo(requestId, {});
  const print = certificates?.[0]?.fingerprint.sha256.replaceAll(":", "").toLowerCase();
  if (print) {
    await extension.storage.session.set({ [keyOf(tabId)]: print });
  }
  return {};
}
