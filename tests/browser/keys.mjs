// Private keys in every form that is in use, made fresh: none of them lies in a file of ours.

import { execFileSync } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { join } from "node:path";
import { writeFile } from "node:fs/promises";

const WIDTH = 70;

const lines = (bytes, width = 64) => bytes.toString("base64").match(new RegExp(`.{1,${width}}`, "g"));
const framed = (label, bytes, width) => `-----BEGIN ${label}-----\n${lines(bytes, width).join("\n")}\n-----END ${label}-----\n`;

/** A string of the SSH protocol (RFC 4251 §5). */
function ssh(value) {
  const bytes = Buffer.from(value);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

/** An Ed25519 key as `ssh-keygen` and as PuTTY write it (PROTOCOL.key of OpenSSH; PuTTY manual, appendix C). */
function ofSsh({ x, d }) {
  const [publicPart, seed] = [x, d].map((text) => Buffer.from(text, "base64url"));
  const type = "ssh-ed25519";
  const blob = Buffer.concat([ssh(type), ssh(publicPart)]);
  const check = Buffer.from("0123456701234567", "hex");
  const secret = Buffer.concat([check, blob, ssh(Buffer.concat([seed, publicPart])), ssh("comment")]);
  const padding = Buffer.from(Array.from({ length: (8 - (secret.length % 8)) % 8 }, (_, at) => at + 1));
  const one = Buffer.from([0, 0, 0, 1]);
  const file = [Buffer.from("openssh-key-v1\0"), ssh("none"), ssh("none"), ssh(""), one, ssh(blob), ssh(Buffer.concat([secret, padding]))];
  const putty = [
    `PuTTY-User-Key-File-3: ${type}`, "Encryption: none", "Comment: comment",
    `Public-Lines: ${lines(blob).length}`, ...lines(blob), "Private-Lines: 1", lines(ssh(seed)).join(""),
    `Private-MAC: ${"0f".repeat(32)}`,
  ];
  return [framed("OPENSSH PRIVATE KEY", Buffer.concat(file), WIDTH), `${putty.join("\n")}\n`];
}

/** Each form with its name: texts, and files where it is bytes. `folder` is for what OpenSSL writes. */
export async function privateKeys(folder) {
  const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
  const ec = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
  const ed = generateKeyPairSync("ed25519").privateKey;
  const pem = (key, type, more = {}) => key.export({ format: "pem", type, ...more });
  const [openssh, putty] = ofSsh(ed.export({ format: "jwk" }));
  const at = (name) => join(folder, name);
  await writeFile(at("key.pem"), pem(rsa, "pkcs8"));
  const openssl = (...line) => execFileSync("openssl", line, { encoding: "utf8", stdio: "pipe" });
  openssl("req", "-x509", "-key", at("key.pem"), "-subj", "/CN=pfx.whitlock.example", "-days", "2", "-out", at("cert.pem"));
  openssl("pkcs12", "-export", "-inkey", at("key.pem"), "-in", at("cert.pem"), "-passout", "pass:a long passphrase", "-out", at("key.p12"));
  const csr = openssl("req", "-new", "-key", at("key.pem"), "-subj", "/CN=own.whitlock.example");
  const half = pem(ec, "sec1").split("\n").slice(1, 3).join("\n");
  const file = async (name, bytes) => {
    await writeFile(at(name), bytes);
    return at(name);
  };
  const texts = {
    "PKCS#8": pem(rsa, "pkcs8"),
    "encrypted PKCS#8": pem(ec, "pkcs8", { cipher: "aes-256-cbc", passphrase: "a long passphrase" }),
    "SEC 1": pem(ec, "sec1"),
    "PKCS#1": pem(rsa, "pkcs1"),
    OpenSSH: openssh,
    PuTTY: putty,
    "JSON Web Key": JSON.stringify(ec.export({ format: "jwk" })),
    "a CSR, then a key": csr + pem(ec, "pkcs8"),
    "a CSR, then half a key": `${csr}${half}\n`,
  };
  const files = {
    "PKCS#8 in DER": await file("key.der", rsa.export({ format: "der", type: "pkcs8" })),
    "SEC 1 in DER": await file("sec1.der", ec.export({ format: "der", type: "sec1" })),
    "PKCS#12": at("key.p12"),
  };
  for (const [name, text] of Object.entries(texts)) {
    files[name] = await file(`${Object.keys(files).length}.txt`, text);
  }
  // What must not be seen in any request: a piece of each line, in either alphabet of base64.
  const der = [rsa, ec, ed].flatMap((key) => lines(key.export({ format: "der", type: "pkcs8" }), 40));
  const long = Object.values(texts).flatMap((text) => text.match(/[A-Za-z0-9+/_-]{24,}/g) ?? []);
  const ofCsr = new Set(csr.match(/[A-Za-z0-9+/]{24,}/g));
  const pieces = [...der, ...long].filter((piece) => piece.length >= 24 && !ofCsr.has(piece) && !/^-+$/.test(piece));
  return { texts, files, pieces };
}
