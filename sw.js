// Vizzy without a network: keeps what a visit loaded, so that the next one starts from this machine.
//
// JavaScript, because a service worker can be nothing else. Two rules keep versions from mixing:
// - A visit is either online or offline, decided when its page is opened. Online, the site's own files come
//   from the network; offline, all come from the last visit that was kept whole.
// - The runtime (runtime/, large and slow to change) comes from the cache as long as its manifest, asked for
//   anew with each page, names the same fingerprint.
// What goes wrong in here must not break the page: whatever cannot be answered is fetched as if this were absent.

const SITE = "vizzy-site";
const COMING = "vizzy-site-coming";
const RUNTIME = "vizzy-runtime-";
const scope = new URL(self.registration.scope);
const manifest = new URL("runtime/manifest.json", scope).href;
const visits = new Map(); // client id -> {online, runtime: name of the runtime's cache}

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("message", (event) => event.waitUntil(keep(event.data)));
self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET" || !request.url.startsWith(scope.href)) return;
  if (request.mode === "navigate") event.respondWith(openPage(event));
  else event.respondWith(answer(event, visits.get(event.clientId)));
});

async function openPage({ request, resultingClientId }) {
  try {
    const [page, runtime] = await Promise.all([fetch(request.url, { cache: "no-cache" }), currentRuntime(), caches.delete(COMING)]);
    visits.set(resultingClientId, { online: true, runtime });
    return page;
  } catch (error) {
    visits.set(resultingClientId, { online: false, runtime: null });
    return (await caches.match(request, { ignoreSearch: true, cacheName: SITE })) ?? Response.error();
  }
}

async function currentRuntime() {
  const { fingerprint } = await (await fetch(manifest, { cache: "no-cache" })).json();
  return RUNTIME + fingerprint;
}

async function answer(event, visit) {
  const { request } = event;
  if (visit?.online === false) return (await caches.match(request)) ?? fetch(request);
  if (isRuntime(request.url) && visit?.runtime) {
    return (await caches.match(request, { cacheName: visit.runtime })) ?? fetch(request);
  }
  try {
    // A page that is new with modules that are old is the mixture to avoid: all but images are asked for anew.
    const response = await fetch(request, request.destination === "image" ? {} : { cache: "no-cache" });
    if (visit && response.ok) event.waitUntil(putAside(request, response.clone()));
    return response;
  } catch (error) {
    const kept = visit ? undefined : await caches.match(request); // a worker, or a page older than this script
    if (kept) return kept;
    throw error;
  }
}

function isRuntime(url) {
  return url.startsWith(new URL("runtime/", scope).href) && url !== manifest;
}

async function putAside(request, response) {
  if (!isRuntime(request.url)) await (await caches.open(COMING)).put(request, response);
}

// Keep a visit whole: what of its files is not yet put aside is fetched, then all takes the place of the last one.
async function keep({ files }) {
  const runtime = await currentRuntime();
  await addMissing(await caches.open(runtime), files.filter(isRuntime));
  const coming = await caches.open(COMING);
  await addMissing(coming, files.filter((url) => !isRuntime(url)));
  await caches.delete(SITE);
  const site = await caches.open(SITE);
  for (const request of await coming.keys()) await site.put(request, await coming.match(request));
  await caches.delete(COMING);
  for (const name of await caches.keys()) {
    if (name.startsWith(RUNTIME) && name !== runtime) await caches.delete(name);
  }
}

async function addMissing(cache, urls) {
  const missing = [];
  for (const url of urls) if (!(await cache.match(url))) missing.push(url);
  await cache.addAll(missing);
}
