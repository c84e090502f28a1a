// On every page: keep the outbox going, show how much waits, and bring in the service worker.

import { announce, listen, sendAll, waiting } from "./sending.js";
import { takeAlong } from "./passes.js";

let timer;

// Whether there is a network is found out by trying: a phone that says it is online may be in a lift, and the other way
// round.
export async function sendNow(options = {}) {
  clearTimeout(timer);
  const next = await sendAll(options);
  await showCount();
  if (next !== null) timer = setTimeout(sendNow, Math.max(1_000, next));
  return next;
}

async function showCount() {
  const count = (await waiting()).length;
  for (const part of document.querySelectorAll("[data-outbox-count]")) {
    part.textContent = String(count);
    part.hidden = count === 0;
  }
}

// After the page itself: the worker fetches all that works without contact, and on a thin line the page would wait for it.
async function bringInWorker() {
  if (!("serviceWorker" in navigator)) return;
  if (document.readyState !== "complete") await new Promise((done) => addEventListener("load", done, { once: true }));
  const worker = await navigator.serviceWorker.register("/sw.js", { type: "module", updateViaCache: "none" });
  // Where the browser can, it sends by itself once there is a network again, even with no page open.
  if ((await waiting()).length) await worker.sync?.register("outbox").catch(() => {});
}

export function begin() {
  listen(() => showCount());
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && sendNow());
  addEventListener("online", () => sendNow({ now: true }));
  addEventListener("pageshow", () => sendNow());
  bringInWorker().catch(() => {}); // without one, everything but opening pages offline still works
  takeAlong().then((known) => known && announce({ passes: true })).catch(() => {});
}

export async function askForSync() {
  const worker = await navigator.serviceWorker?.getRegistration();
  await worker?.sync?.register("outbox").catch(() => {});
}
