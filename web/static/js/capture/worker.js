// The service worker: the shells and their files are kept here, so that they open without a network; and where the
// browser has background sync, what waits is sent with no page open.

import { sendAll } from "./sending.js";
import { listen } from "./told.js";

const PREFIX = "shells-";
const PATIENCE = 12_000;
const AWAY = [502, 503, 504]; // what stands in front answers, and nobody behind it: as good as no contact
const CAPTURE = /^\/capture\/clm_[0-9a-z]{26}$/;

export function serve({ version, files, shells, icon }) {
  const ours = PREFIX + version;
  listen({ icon });

  addEventListener("install", (event) => {
    event.waitUntil(fill(ours, [...Object.values(shells), ...files]).then(() => skipWaiting()));
  });

  addEventListener("activate", (event) => {
    event.waitUntil(leaveOnly(ours).then(() => clients.claim()));
  });

  addEventListener("sync", (event) => {
    if (event.tag === "outbox") event.waitUntil(sendOrFail());
  });

  addEventListener("fetch", (event) => {
    const { request } = event;
    const url = new URL(request.url);
    if (request.method !== "GET" || url.origin !== location.origin) return;
    if (request.mode === "navigate") event.respondWith(page(request, url, shells, ours));
    else if (files.includes(url.pathname)) event.respondWith(kept(ours, url.pathname, request));
  });
}

// All of a version or none of it: half of one would open pages that do not work.
async function fill(name, paths) {
  const cache = await caches.open(name);
  await cache.addAll(paths.map((path) => new Request(path, { cache: "reload" })));
}

async function leaveOnly(name) {
  const names = await caches.keys();
  await Promise.all(names.filter((each) => each.startsWith(PREFIX) && each !== name).map((each) => caches.delete(each)));
}

async function page(request, { pathname }, shells, ours) {
  if (CAPTURE.test(pathname)) return kept(ours, shells.capture_shell, request);
  if (pathname === shells.outbox) return kept(ours, shells.outbox, request);
  try {
    const answer = await withPatience(fetch(request));
    if (!AWAY.includes(answer.status)) return answer;
  } catch {
    // told below
  }
  return kept(ours, shells.offline, request);
}

// What is not there any more (the browser may throw a cache away) is fetched.
async function kept(name, path, request) {
  const cache = await caches.open(name);
  return (await cache.match(path, { ignoreVary: true })) ?? fetch(request);
}

// A page that does not come is worse than one from the phone's own store.
function withPatience(answer) {
  const late = new Promise((_, reject) => setTimeout(() => reject(new Error("too slow")), PATIENCE));
  return Promise.race([answer, late]);
}

// A failed sync is tried again by the browser, in its own time.
async function sendOrFail() {
  if ((await sendAll({ now: true })) !== null) throw new Error("something still waits");
}
