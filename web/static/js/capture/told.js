// In the service worker: shows what a push message says, and opens its page on a tap.

export function listen({ icon }) {
  addEventListener("push", (event) => {
    const { title, text, path, tag } = event.data.json();
    event.waitUntil(registration.showNotification(title, { body: text, tag, icon, data: { path } }));
  });

  addEventListener("notificationclick", (event) => {
    event.notification.close();
    event.waitUntil(open(new URL(event.notification.data.path, location.origin).href));
  });
}

async function open(address) {
  for (const client of await clients.matchAll({ type: "window" })) {
    if (client.url === address) return client.focus();
  }
  return clients.openWindow(address);
}
