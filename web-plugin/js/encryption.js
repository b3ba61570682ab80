// PBES2 (RFC 8018) by WebCrypto, which derives keys beside the page and not in its way. The derived
// key never becomes bytes that a script could read.

const utf8 = new TextEncoder();

async function derived(passphrase, salt, rounds, hash, length, usage) {
  const secret = await crypto.subtle.importKey("raw", utf8.encode(passphrase), "PBKDF2", false, ["deriveKey"]);
  const algorithm = { name: "PBKDF2", salt, iterations: rounds, hash };
  return crypto.subtle.deriveKey(algorithm, secret, { name: "AES-CBC", length }, false, [usage]);
}

/** AES-CBC with the padding of PKCS#7, as PBES2 has it. */
export async function encrypt(passphrase, salt, rounds, hash, bits, iv, plain) {
  const key = await derived(passphrase, salt, rounds, hash, bits, "encrypt");
  return new Uint8Array(await crypto.subtle.encrypt({ name: "AES-CBC", iv }, key, plain));
}

/** Fails when the passphrase is another. */
export async function decrypt(passphrase, salt, rounds, hash, bits, iv, ciphertext) {
  const key = await derived(passphrase, salt, rounds, hash, bits, "decrypt");
  return new Uint8Array(await crypto.subtle.decrypt({ name: "AES-CBC", iv }, key, ciphertext));
}
