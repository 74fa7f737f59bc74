// Vizzy without a network: keeps what a visit loaded, so that the next one starts from this machine.
//
// JavaScript, because a service worker can be nothing else. Three rules keep versions from mixing:
// - Online, a page that is opened gets the site's own files from the network; offline, all of it comes from the
//   last visit that was kept whole.
// - What a visit loads goes into a cache of its own. Once that is whole, what the visit asks for later comes from
//   there: a version published meanwhile is for the next one.
// - The runtime (runtime/, large and slow to change) comes from the cache as long as its manifest, asked for
//   anew with each page, names the same fingerprint.
// What goes wrong in here must not break the page: whatever cannot be answered is fetched as if this were absent.

const SITE = "vizzy-site-"; // and the id of the visit's window
const RUNTIME = "vizzy-runtime-"; // and its fingerprint
const scope = new URL(self.registration.scope);
const manifest = new URL("runtime/manifest.json", scope).href;
const reference = new URL("reference/", scope).href; // pages of their own, for developers
const whole = new URL("whole", scope).href; // stands in a visit's cache when nothing is missing there, and names its runtime's
const visits = new Map(); // client id -> {site, runtime: names of its caches, whole}, null, or a promise of either

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("message", (event) => event.waitUntil(event.data.rare ? keepRare(event.data.rare, event.source.id) : keep(event.data.files, event.source.id)));
self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET" || !request.url.startsWith(scope.href) || request.url.startsWith(reference)) return;
  event.respondWith(request.mode === "navigate" ? openPage(event) : answer(event));
});

async function openPage(event) {
  const { request, resultingClientId: id } = event;
  const { origin, pathname } = new URL(request.url);
  const address = origin + pathname.replace(/\/index\.html$/, "/");
  try {
    const [page, runtime] = await Promise.all([fetch(request.url, { cache: "no-cache" }), currentRuntime()]);
    const visit = { site: SITE + id, runtime, whole: false };
    visits.set(id, visit);
    if (page.ok && address === scope.href) event.waitUntil(putAside(visit, address, page.clone()));
    return page;
  } catch (error) {
    const visit = await lastKept();
    visits.set(id, visit);
    return (visit && (await caches.match(address, { cacheName: visit.site }))) ?? (await caches.match(address)) ?? Response.error();
  }
}

async function currentRuntime() {
  const { fingerprint } = await (await fetch(manifest, { cache: "no-cache" })).json();
  return RUNTIME + fingerprint;
}

async function answer(event) {
  const { request } = event;
  const visit = await visitOf(event.clientId);
  if (visit?.runtime && isRuntime(request.url)) return (await caches.match(request, { cacheName: visit.runtime })) ?? fetch(request);
  if (visit?.whole) return (await caches.match(request, { cacheName: visit.site })) ?? fetch(request);
  try {
    // A page that is new with modules that are old is the mixture to avoid: all but images are asked for anew.
    const response = await fetch(request, request.destination === "image" ? {} : { cache: "no-cache" });
    // The page itself was put aside when it was opened; a later one may be of another version.
    if (visit && response.ok && request.url !== scope.href) event.waitUntil(putAside(visit, request, response.clone()));
    return response;
  } catch (error) {
    const kept = visit ? undefined : await caches.match(request); // a page older than this script
    if (kept) return kept;
    throw error;
  }
}

function isRuntime(url) {
  return url.startsWith(new URL("runtime/", scope).href) && url !== manifest;
}

async function putAside(visit, request, response) {
  if (!isRuntime(request.url ?? request)) await (await caches.open(visit.site)).put(request, response);
}

// --- whose visit it is --------------------------------------------------------------------------------

function visitOf(id) {
  if (!visits.has(id)) visits.set(id, found(id));
  return visits.get(id);
}

// Browsers stop this script when it idles, and it forgets. A worker is of the page's visit, where only one is open.
async function found(id) {
  if (await caches.has(SITE + id)) return inCache(SITE + id);
  const windows = await self.clients.matchAll({ type: "window" });
  return windows.length === 1 && windows[0].id !== id ? visitOf(windows[0].id) : null;
}

async function inCache(site) {
  const mark = await caches.match(whole, { cacheName: site });
  return { site, runtime: mark ? await mark.text() : null, whole: Boolean(mark) };
}

async function lastKept() {
  for (const name of (await caches.keys()).reverse()) {
    const visit = name.startsWith(SITE) ? await inCache(name) : null;
    if (visit?.whole) return visit;
  }
  return null;
}

// --- keeping it -----------------------------------------------------------------------------------------

// Keep a visit whole: what of its files is not yet put aside is fetched. If the page is another one by then, a new
// version was published while this went on, and nothing is kept of the mixture.
async function keep(files, id) {
  const visit = (await visitOf(id)) ?? { site: SITE + id, whole: false };
  if (visit.whole) return;
  visit.runtime ??= await currentRuntime();
  const site = await caches.open(visit.site);
  await addMissing(await caches.open(visit.runtime), files.filter(isRuntime));
  await addMissing(site, [scope.href, ...files.filter((url) => !isRuntime(url))]);
  const [page, runtime] = await Promise.all([fetch(scope.href, { cache: "no-cache" }), currentRuntime()]);
  const mine = await site.match(scope.href);
  if (runtime !== visit.runtime || (await page.text()) !== (await mine.text())) return void (await caches.delete(visit.site));
  await site.put(whole, new Response(runtime));
  visit.whole = true;
  visits.set(id, visit);
  await sweep(visit);
}

// Parts of the runtime that a visit kept only once it had used them.
async function keepRare(files, id) {
  const runtime = (await visitOf(id))?.runtime ?? (await currentRuntime());
  await addMissing(await caches.open(runtime), files);
}

// Take away what no visit needs any more: all but this one and those whose windows are open.
async function sweep(kept) {
  const open = (await self.clients.matchAll({ type: "window", includeUncontrolled: true })).map((page) => SITE + page.id);
  for (const name of await caches.keys()) {
    const isOld = name.startsWith(SITE) && name !== kept.site && !open.includes(name);
    const isUnused = name.startsWith(RUNTIME) && name !== kept.runtime && open.length < 2;
    if (isOld || isUnused) await caches.delete(name);
  }
}

// One after another: hundreds at once leave the page too little of a small machine.
async function addMissing(cache, urls) {
  for (const url of new Set(urls)) if (!(await cache.match(url))) await cache.add(url);
}
