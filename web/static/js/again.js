// A page that waits for something looks again from time to time, and says it when it has come. Less and less often.

const part = document.querySelector("[data-again]");
let wait = Number(part.dataset.again) * 1000;

async function look() {
  try {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    if (answer.ok) {
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.getElementById(part.id);
      if (fresh && !fresh.hasAttribute("data-again")) return location.reload();
    }
  } catch {
    // No contact just now: the next look may have it.
  }
  wait = Math.min(wait * 1.5, 30000);
  setTimeout(look, wait);
}

setTimeout(look, wait);
