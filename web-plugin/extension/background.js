// The extension's service worker. The browser may stop it at any moment, so it keeps no state: it
// opens the application when the extension is installed, and the application does the work.

chrome.runtime.onInstalled.addListener(({ reason }) => {
  if (reason === "install") {
    chrome.runtime.openOptionsPage();
  }
});
