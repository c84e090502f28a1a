// The page's steps, and its parts by name. One step is shown at a time; its heading has the focus when it comes.

export function part(name) {
  return document.querySelector(`[data-${name}]`);
}

export function button(name, step = document) {
  return step.querySelector(`[data-do=${name}]`);
}

export function step() {
  return document.querySelector("section[data-step]:not([hidden])")?.dataset.step ?? null;
}

export function go(name) {
  if (step() === name) return;
  for (const each of document.querySelectorAll("section[data-step]")) each.hidden = each.dataset.step !== name;
  scrollTo(0, 0);
  document.querySelector(`section[data-step=${name}] h2`).focus({ preventScroll: true });
}

export function text(name, words) {
  const where = part(name);
  if (where.textContent !== words) where.textContent = words;
  where.hidden = !words;
}

// What a screen reader should say by itself: seldom enough that it can be listened to, at once when it matters.
const QUIET = 8_000;
let last = { words: "", at: 0 };

export function speak(words, { atOnce = false } = {}) {
  if (words === last.words || (!atOnce && Date.now() - last.at < QUIET)) return;
  last = { words, at: Date.now() };
  part("spoken").textContent = words;
}
