// What this phone takes along for each claim. Fetched while there is contact and a login; kept until it is of no use.

import { all, get, write } from "./store.js";

const PATIENCE = 15_000;

let asking; // one request at a time, whoever asks

// Fetch the passes of all live claims. Answers whether the server knows us: null says that it could not be reached.
export function takeAlong() {
  asking ??= ask().finally(() => (asking = undefined));
  return asking;
}

async function ask() {
  let answer;
  try {
    const response = await fetch("/capture/passes", { cache: "no-store", signal: AbortSignal.timeout(PATIENCE) });
    answer = response.ok ? await response.json() : null;
  } catch {
    return null;
  }
  if (!Array.isArray(answer?.passes)) return null;
  // Without a login nothing is taken away: a session may end in the middle of a walk, a claim does not.
  if (answer.signed_in) await keep(answer);
  return answer.signed_in;
}

async function keep({ passes, server_at }) {
  const ahead = Date.parse(server_at) - Date.now();
  const known = new Map((await all("passes")).map((pass) => [pass.claim, pass]));
  const live = new Set(passes.map((pass) => pass.claim));
  const put = passes.map((pass) => {
    const { spent = [], online = null, session = null } = known.get(pass.claim) ?? {};
    return ["passes", { ...pass, spent, online, session, server_ahead_ms: ahead, live: true }];
  });
  const over = [...known.values()].filter((pass) => !live.has(pass.claim));
  const gone = over.filter((pass) => Date.parse(pass.upload_by) < Date.now());
  for (const pass of over) if (!gone.includes(pass)) put.push(["passes", { ...pass, live: false }]);
  if (put.length || gone.length) await write({ put, remove: gone.map((pass) => ["passes", pass.claim]) });
}

export function passOf(claim) {
  return get("passes", claim);
}

// Claims that this phone believes to be running, what ends first first.
export async function running() {
  const passes = (await all("passes")).filter((pass) => pass.live && Date.parse(pass.expires_at) > serverNow(pass));
  return passes.sort((one, other) => Date.parse(one.expires_at) - Date.parse(other.expires_at));
}

export function serverNow(pass) {
  return Date.now() + (pass.server_ahead_ms ?? 0);
}

export async function keepPass(pass) {
  await write({ put: [["passes", pass]] });
  return pass;
}
