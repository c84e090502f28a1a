// What is kept on this phone, in IndexedDB: the device's key, passes, captures, and the bytes of their photos.
// What is written here is on the disk before the promise resolves. Nothing here speaks to the server.

const NAME = "sightline";
const STORES = { device: "name", passes: "claim", captures: "id", files: "id" };

let opened;

function database() {
  opened ??= new Promise((resolve, reject) => {
    // Without a version: whatever is there. Stores are only ever added, by a newer version with a number here, so a page of an older version, still open while
    // a newer one has moved in, goes on keeping what it captures.
    const asked = indexedDB.open(NAME);
    asked.onupgradeneeded = () => {
      const there = asked.result.objectStoreNames;
      for (const [name, keyPath] of Object.entries(STORES)) {
        if (!there.contains(name)) asked.result.createObjectStore(name, { keyPath });
      }
    };
    asked.onsuccess = () => {
      asked.result.onversionchange = () => {
        asked.result.close();
        opened = undefined;
      };
      asked.result.onclose = () => (opened = undefined);
      resolve(asked.result);
    };
    asked.onerror = () => {
      opened = undefined;
      reject(asked.error);
    };
  });
  return opened;
}

function answerOf(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

async function reading(store) {
  return (await database()).transaction(store).objectStore(store);
}

export async function get(store, key) {
  return answerOf((await reading(store)).get(key));
}

export async function all(store) {
  return answerOf((await reading(store)).getAll());
}

// All of it or nothing, and on the disk: `strict` is what makes it outlive a browser that is killed the next moment.
export async function write({ put = [], remove = [] }) {
  const names = [...new Set([...put, ...remove].map(([store]) => store))];
  const transaction = (await database()).transaction(names, "readwrite", { durability: "strict" });
  const done = new Promise((resolve, reject) => {
    transaction.oncomplete = resolve;
    transaction.onabort = () => reject(transaction.error);
  });
  for (const [store, value] of put) transaction.objectStore(store).put(value);
  for (const [store, key] of remove) transaction.objectStore(store).delete(key);
  await done;
}

// Change one record as it is now, whoever else has changed it meanwhile. `change` answers the new one, or nothing.
export async function change(store, key, change) {
  const transaction = (await database()).transaction(store, "readwrite", { durability: "strict" });
  const done = new Promise((resolve, reject) => {
    transaction.oncomplete = resolve;
    transaction.onabort = () => reject(transaction.error);
  });
  const record = change(await answerOf(transaction.objectStore(store).get(key)));
  if (record) transaction.objectStore(store).put(record);
  await done;
  return record;
}
