// The capture protocol, one function for each call. An answer is what the server said; a refusal says why and is final;
// everything else (no network, a proxy's page, a server that is down or busy) is no contact, and worth another try.

const PIECE = 256 * 1024;
const SMALL_PIECE = 64 * 1024; // after a failure: on a thin connection a large piece may never get through
const PATIENCE = { piece: 120_000, call: 30_000 };

export class Refused extends Error {
  constructor(problem) {
    super(problem.detail);
    this.code = problem.code;
    this.facts = problem.facts ?? {};
  }
}

export class NoContact extends Error {
  constructor(cause, retryAfterSeconds = 0) {
    super("no contact", { cause });
    this.retryAfter = retryAfterSeconds * 1000;
  }
}

export function openSession({ token, claim, nonce, publicKey, offline = false, session = null }, { patience } = {}) {
  const body = { nonce, public_key: publicKey, offline, session, device_at: new Date().toISOString() };
  return post(token, `/capture/claims/${claim}/sessions`, body, (answer) => answer.session, patience);
}

export function submit({ token, session, ...body }) {
  const said = { ...body, device_at: new Date().toISOString() };
  return post(token, `/capture/sessions/${session}/submit`, said, (answer) => answer.submission);
}

// Send one file from where the server has it to its end. Said again, it changes nothing.
export async function upload({ token, id, bytes, again }, { onProgress = () => {} } = {}) {
  let offset = again ? await progress(token, id) : 0;
  const size = bytes.byteLength;
  const most = again ? SMALL_PIECE : PIECE;
  let sha256 = null;
  while (offset < size) {
    onProgress(offset);
    const headers = { "Upload-Offset": String(offset), "Upload-Length": String(size) };
    const body = bytes.slice(offset, offset + most);
    try {
      const answer = await call(token, `/capture/uploads/${id}`, { method: "PUT", headers, body }, PATIENCE.piece);
      ({ offset, sha256 } = await json(answer, (given) => Number.isInteger(given.offset) && given.offset > offset));
    } catch (refusal) {
      // Another try of ours got further, or an answer was lost: the server knows where to go on.
      if (refusal.code !== "offset_mismatch" || refusal.facts.offset === offset) throw refusal;
      offset = refusal.facts.offset;
    }
  }
  onProgress(size);
  return sha256;
}

async function progress(token, id) {
  const answer = await call(token, `/capture/uploads/${id}`, { method: "HEAD" }, PATIENCE.call, [404]);
  return answer.status === 404 ? 0 : Number(answer.headers.get("Upload-Offset"));
}

async function post(token, path, body, isWhole, patience = PATIENCE.call) {
  const headers = { "Content-Type": "application/json" };
  return json(await call(token, path, { method: "POST", headers, body: JSON.stringify(body) }, patience), isWhole);
}

async function call(token, path, options, patience, alsoGood = []) {
  let answer;
  try {
    answer = await fetch(path, {
      ...options,
      headers: { ...options.headers, Authorization: `Bearer ${token}` },
      // The token is all that counts: no login is sent along, none is needed.
      credentials: "omit",
      cache: "no-store",
      redirect: "error",
      signal: AbortSignal.timeout(patience),
    });
  } catch (error) {
    throw new NoContact(error);
  }
  if (answer.ok || alsoGood.includes(answer.status)) return answer;
  throw await failure(answer);
}

async function failure(answer) {
  const ours = (answer.headers.get("Content-Type") ?? "").startsWith("application/problem+json");
  const problem = ours ? await answer.json().catch(() => null) : null;
  const passing = answer.status >= 500 || answer.status === 429 || answer.status === 408 || problem?.retryable;
  if (!problem?.code || passing) return new NoContact(answer.status, problem?.retry_after ?? 0);
  return new Refused(problem);
}

// A hotel's sign-in page answers 200 to anything: what is not ours is no answer.
async function json(answer, isWhole) {
  const given = await answer.json().catch(() => null);
  if (!given || !isWhole(given)) throw new NoContact("not our answer");
  return given;
}
