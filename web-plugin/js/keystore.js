// The key store: one record per key in IndexedDB, which keeps a CryptoKey without showing it.

const NAME = "certwright";
const STORE = "keys";

const settled = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

function open() {
  const request = indexedDB.open(NAME, 1);
  request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: "fingerprint" });
  return settled(request);
}

async function inStore(mode, act) {
  const database = await open();
  try {
    const transaction = database.transaction(STORE, mode);
    const finished = new Promise((resolve, reject) => {
      transaction.oncomplete = resolve;
      transaction.onabort = () => reject(transaction.error);
    });
    const result = await settled(act(transaction.objectStore(STORE)));
    await finished;
    return result;
  } finally {
    database.close();
  }
}

/** Stores a key with what is known about it, as JSON. */
export async function put(fingerprint, facts, key) {
  // Without this a browser that runs out of space may clear the store. A refusal changes nothing.
  await navigator.storage?.persist?.().catch(() => false);
  await inStore("readwrite", (store) => store.put({ fingerprint, facts, key }));
}

/** What is known about each key, as an array of JSON texts. */
export async function facts() {
  const records = await inStore("readonly", (store) => store.getAll());
  return records.map((record) => record.facts);
}

/** The CryptoKey with this fingerprint, or undefined. */
export async function key(fingerprint) {
  return (await inStore("readonly", (store) => store.get(fingerprint)))?.key;
}

/** Removes a key for good. */
export const remove = (fingerprint) => inStore("readwrite", (store) => store.delete(fingerprint));
