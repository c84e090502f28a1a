// Distances, and what a fix is worth. Pure. The server judges (verification/checks/geofence.py, fix_accuracy.py); this
// says beforehand what it would say.

const E7 = 1e7;
const RADIANS = Math.PI / 180;

// Along the ellipsoid near a point: within a city it agrees with the server's geodesic to a centimetre or so.
export function distance(one, other) {
  const north = (((one.lat + other.lat) / 2) / E7) * RADIANS;
  const squash = 1 - 0.00669437999014 * Math.sin(north) ** 2;
  const metresNorth = (6_378_137 * (1 - 0.00669437999014)) / squash ** 1.5;
  const metresEast = (6_378_137 / Math.sqrt(squash)) * Math.cos(north);
  let east = (one.lng - other.lng) / E7;
  if (Math.abs(east) > 180) east -= Math.sign(east) * 360;
  return Math.hypot((((one.lat - other.lat) / E7) * RADIANS) * metresNorth, east * RADIANS * metresEast);
}

export function accuracyOf(fix) {
  return fix.accuracy_cm / 100;
}

// What stands against the button, the first thing first; null: nothing. `fixes` are those still young enough.
export function obstacle({ pass, fixes, now, camera, located }) {
  const { place } = pass.bounty;
  if (now >= Date.parse(pass.expires_at)) return { why: "over" };
  if (now < Date.parse(pass.opens_at)) return { why: "early", wait: Date.parse(pass.opens_at) - now };
  if (!camera) return { why: "camera" };
  const fix = sharpest(fixes);
  if (!fix) return { why: located ? "no_fix" : "no_place" };
  if (accuracyOf(fix) > pass.wanted.accuracy_m) return { why: "accuracy", accuracy: accuracyOf(fix) };
  const beyond = surelyBeyond(pass, fixes);
  if (beyond > 0) return { why: "far", metres: distance(fix, place) - place.radius_m, beyond };
  if (fixes.length < pass.wanted.fixes) return { why: "fixes", had: fixes.length, wanted: pass.wanted.fixes };
  return null;
}

// By how many metres every fix lies outside the circle, its own uncertainty counted in the scout's favour.
export function surelyBeyond(pass, fixes) {
  const { place } = pass.bounty;
  return Math.min(...fixes.map((fix) => distance(fix, place) - accuracyOf(fix) - place.radius_m));
}

// How much closer makes it certain; 0 when it is.
export function unsure(pass, fix) {
  const { place } = pass.bounty;
  return Math.max(0, distance(fix, place) + accuracyOf(fix) - place.radius_m);
}

export function sharpest(fixes) {
  return fixes.reduce((best, fix) => (best && best.accuracy_cm <= fix.accuracy_cm ? best : fix), null);
}

const LATELY = 20_000;

// Where the scout is, by the fixes of the last moments, or by the last few where they are not enough. One of two minutes
// ago would put a walker a hundred metres back: the server too takes the sharpest of the last moments, where it has one.
export function young(fixes, pass, now) {
  const within = (milliseconds) => fixes.filter((fix) => Date.parse(fix.at) >= now - milliseconds);
  const lately = within(LATELY);
  const { fixes: wanted, fix_age_seconds: seconds } = pass.wanted;
  return lately.length >= wanted ? lately : within(seconds * 1000).slice(-wanted);
}
