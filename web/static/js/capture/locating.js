// Where the phone is: a trail of fixes, and a fresh one when it counts.

import { fixOf } from "./signing.js";

const MOST = 200; // of a trail; the protocol takes 500
const FRESH_WITHIN = 4_000;
const STALE_AFTER = 30_000;
const ASK = { enableHighAccuracy: true, maximumAge: 0 };

export class Trail {
  #next = new Set(); // who waits for a fix

  constructor({ onChange, onTrouble }) {
    this.fixes = [];
    this.onChange = onChange;
    this.onTrouble = onTrouble;
  }

  start() {
    this.stop();
    const options = { ...ASK, timeout: 30_000 };
    const heard = (position) => this.add(position);
    this.watch = navigator.geolocation.watchPosition(heard, (error) => this.fail(error), options);
    // A phone that stands still may say nothing more by itself, and several fixes may be wanted.
    this.asking = setInterval(() => this.#nudge(), 4_000);
  }

  stop() {
    if (this.watch !== undefined) navigator.geolocation.clearWatch(this.watch);
    clearInterval(this.asking);
    this.watch = undefined;
  }

  add(position) {
    const fix = fixOf(position);
    if (this.fixes.at(-1)?.at === fix.at) return;
    this.fixes = [...this.fixes, fix].slice(-MOST);
    for (const resolve of this.#next) resolve(fix);
    this.#next.clear();
    this.onChange();
  }

  fail(error) {
    if (error.code === error.PERMISSION_DENIED) this.stop();
    this.onTrouble(error.code === error.PERMISSION_DENIED ? "refused" : "unavailable");
  }

  // The next thing the receiver says. One that stands still may be silent: then what it said last, while that is young.
  fresh() {
    return new Promise((resolve, reject) => {
      this.#next.add(resolve);
      this.#nudge();
      setTimeout(() => {
        this.#next.delete(resolve);
        const last = this.fixes.at(-1);
        if (last && Date.parse(last.at) > Date.now() - STALE_AFTER) resolve(last);
        else reject(new Error("the receiver is silent"));
      }, FRESH_WITHIN);
    });
  }

  #nudge() {
    const options = { ...ASK, timeout: FRESH_WITHIN };
    navigator.geolocation.getCurrentPosition((position) => this.add(position), () => {}, options);
  }
}
