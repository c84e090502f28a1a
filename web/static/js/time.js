// Keeps every `<time data-left>` true: how long is left until its moment. The words are the server's; see told.py.

function length(milliseconds) {
  const all = Math.max(0, Math.floor(milliseconds / 60000));
  const [days, hours, minutes] = [Math.floor(all / 1440), Math.floor(all / 60) % 24, all % 60];
  const parts = [];
  if (days) {
    parts.push(`${days} d`);
    if (hours && days < 7) parts.push(`${hours} h`);
  } else if (hours) {
    parts.push(`${hours} h`);
    if (minutes) parts.push(`${minutes} min`);
  } else parts.push(`${minutes} min`);
  return parts.join(" ").replaceAll(" ", "\u00a0");
}

function tell() {
  for (const each of document.querySelectorAll("time[data-left]")) {
    const left = Date.parse(each.dateTime) - Date.now();
    const text = (each.dataset.left || "{time}").replace("{time}", length(left));
    if (each.textContent !== text) each.textContent = text;
    const part = each.closest("[data-until]");
    if (part) {
      part.classList.toggle("soon", left < 10 * 60000);
      // What the page shows once the time is over is the server's to say.
      if (left <= 0 && !part.dataset.over) {
        part.dataset.over = "yes";
        part.dispatchEvent(new CustomEvent("over", { bubbles: true }));
      }
    }
  }
}

tell();
setInterval(tell, 5000);
document.addEventListener("visibilitychange", tell);
document.addEventListener("over", () => location.reload());
