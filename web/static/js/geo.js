// Distance and bearing between two places, for what a person is shown while walking. The server measures on the
// ellipsoid when it counts; on a sphere it is the same to half a percent, however far the places are apart. What decides
// at the shutter is capture/place.js: right to a centimetre, like the server, but only near the place; and its page
// may load no file that the service worker does not keep.

const RADIUS = 6371008.8;
const radians = (degrees) => (degrees * Math.PI) / 180;

export function distance(from, to) {
  const [a, b] = [radians(from.lat), radians(to.lat)];
  const height = Math.sin((b - a) / 2) ** 2;
  const width = Math.sin(radians(to.lng - from.lng) / 2) ** 2;
  return 2 * RADIUS * Math.asin(Math.min(1, Math.sqrt(height + Math.cos(a) * Math.cos(b) * width)));
}

// Degrees from north over east, below 360.
export function bearing(from, to) {
  const [a, b] = [radians(from.lat), radians(to.lat)];
  const turn = radians(to.lng - from.lng);
  const east = Math.sin(turn) * Math.cos(b);
  const north = Math.cos(a) * Math.sin(b) - Math.sin(a) * Math.cos(b) * Math.cos(turn);
  return ((Math.atan2(east, north) * 180) / Math.PI + 360) % 360;
}

const decimals = (number) => (number >= 9.95 || Math.round(number * 10) % 10 === 0 ? 0 : 1);

// As web/telling.py writes it: see there. `units` is the page's.
export function written(metres, units, language) {
  const say = (number, unit, digits = 0) =>
    `${new Intl.NumberFormat(language, { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(number)} ${unit}`;
  if (units === "imperial") {
    const miles = metres / 1609.344;
    if (miles < 0.19) return say(Math.max(10, Math.round((metres * 3.28084) / 10) * 10), language.startsWith("es") ? "pies" : "ft");
    return say(miles, "mi", decimals(miles));
  }
  if (metres < 995) return say(metres >= 100 ? Math.round(metres / 10) * 10 : Math.round(metres), "m");
  return say(metres / 1000, "km", decimals(metres / 1000));
}
