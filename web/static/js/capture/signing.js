// The device's key, and what it signs: ECDSA P-256 / SHA-256 over RFC 8785 JSON. tests/vectors/capture.json holds this
// file and the server's verification/capture/signature.py to the same bytes.

import { get, write } from "./store.js";

const CURVE = { name: "ECDSA", namedCurve: "P-256" };

// The canonical form of what a capture is made of: strings, whole numbers, null, lists and objects. Keys go by their
// UTF-16 code units, which is how JavaScript sorts by itself.
export function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value !== null && typeof value === "object") {
    const parts = Object.keys(value).sort().map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`);
    return `{${parts.join(",")}}`;
  }
  if (typeof value === "number" && !Number.isSafeInteger(value)) throw new RangeError("only whole numbers are signed");
  return JSON.stringify(value);
}

export function whole(value, scale) {
  return Math.round(value * scale) + 0; // no negative zero
}

// One answer of the device's geolocation, as it is signed.
export function fixOf({ timestamp, coords }) {
  const known = (value, scale) => (Number.isFinite(value) ? whole(value, scale) : null);
  return {
    at: new Date(timestamp).toISOString(),
    lat: whole(coords.latitude, 1e7),
    lng: whole(coords.longitude, 1e7),
    accuracy_cm: whole(coords.accuracy, 100),
    speed_cms: known(coords.speed, 100),
    heading_cdeg: known(coords.heading, 100),
  };
}

export function toSigned({ session, nonce, captured_at, media, fixes }) {
  return canonical({ v: 1, session, nonce, captured_at, media, fixes });
}

export async function sha256(bytes) {
  return hex(await crypto.subtle.digest("SHA-256", bytes));
}

export async function sign(privateKey, text) {
  const hash = { name: "ECDSA", hash: "SHA-256" };
  return base64url(await crypto.subtle.sign(hash, privateKey, new TextEncoder().encode(text)));
}

// This device's key, made the first time. Nobody can take the private half out of the browser, us included.
export async function device() {
  const known = await get("device", "key");
  if (known) return known;
  const pair = await crypto.subtle.generateKey(CURVE, false, ["sign", "verify"]);
  const publicKey = base64url(await crypto.subtle.exportKey("spki", pair.publicKey));
  const made = { name: "key", privateKey: pair.privateKey, publicKey };
  await write({ put: [["device", made]] });
  return made;
}

function hex(buffer) {
  return [...new Uint8Array(buffer)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function base64url(buffer) {
  return btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}
