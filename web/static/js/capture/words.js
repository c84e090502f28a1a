// The page's texts by name, and amounts, lengths and times as its reader writes them.

const language = document.documentElement.lang || "en";
const IMPERIAL = ["US", "GB", "LR", "MM"]; // as in web/telling.py
const FEET = 3.28084;

let texts;

export function say(name, values = {}) {
  texts ??= JSON.parse(document.getElementById("texts").textContent);
  return (texts[name] ?? "").replace(/%\((\w+)\)s/g, (_, key) => values[key]);
}

// Why the server refused, in the reader's language where we have it.
export function whyRefused({ code, detail }) {
  const words = say(`refused.${code}`);
  return words || detail;
}

const formats = new Map();

// Made once each: making one takes a slow phone longer than all else that is done every second.
function format(Kind, style) {
  const name = Kind.name + JSON.stringify(style);
  if (!formats.has(name)) formats.set(name, new Kind(language, style));
  return formats.get(name);
}

export function length(metres) {
  const [amount, unit] = isImperial() ? inFeet(metres) : inMetres(metres);
  const digits = unit === "meter" || unit === "foot" ? 0 : 1;
  return format(Intl.NumberFormat, { style: "unit", unit, maximumFractionDigits: digits }).format(amount);
}

// As was chosen on the page Me; else as the region measures that the browser's language names, like the server's pages.
function isImperial() {
  const chosen = /(?:^|; )units=(\w+)/.exec(document.cookie)?.[1];
  return chosen ? chosen === "imperial" : IMPERIAL.includes(navigator.language.split("-").at(-1).toUpperCase());
}

function inMetres(metres) {
  return metres < 995 ? [rounded(metres), "meter"] : [metres / 1000, "kilometer"];
}

function inFeet(metres) {
  const feet = metres * FEET;
  return feet < 1000 ? [rounded(feet), "foot"] : [metres / 1609.344, "mile"];
}

// To the step a person can do something about: nobody walks three metres of a hundred.
function rounded(amount) {
  return amount < 20 ? Math.ceil(amount) : Math.ceil(amount / 5) * 5;
}

export function money(amount) {
  return format(Intl.NumberFormat, { style: "currency", currency: "USD" }).format(Number(amount));
}

export function percent(share) {
  return format(Intl.NumberFormat, { style: "percent" }).format(share);
}

// As in the reader's own region, and by 24 hours like the server's pages.
export function day(moment) {
  const region = navigator.languages.find((each) => each.split("-")[0] === language) ?? language;
  const style = { weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
  return new Intl.DateTimeFormat(region, style).format(moment);
}

// "in 2 hours", "in 40 seconds"
export function fromNow(milliseconds) {
  const relative = format(Intl.RelativeTimeFormat, { numeric: "always" });
  const seconds = Math.max(1, Math.round(milliseconds / 1000));
  if (seconds < 90) return relative.format(seconds, "second");
  if (seconds < 5400) return relative.format(Math.round(seconds / 60), "minute");
  return seconds < 129_600 ? relative.format(Math.round(seconds / 3600), "hour") : relative.format(Math.round(seconds / 86_400), "day");
}

// "1 hr, 20 min"
export function lasting(milliseconds) {
  const minutes = Math.max(0, Math.floor(milliseconds / 60_000));
  const part = (amount, unit) => format(Intl.NumberFormat, { style: "unit", unit, unitDisplay: "short" }).format(amount);
  return minutes < 60 ? part(minutes, "minute") : `${part(Math.floor(minutes / 60), "hour")} ${part(minutes % 60, "minute")}`;
}
