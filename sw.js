// Vizzy without a network: keeps what a visit loaded, so that the next one starts from this machine.
//
// JavaScript, because a service worker can be nothing else. Three rules keep versions from mixing:
// - Online, a page that is opened gets the site's own files from the network; offline, all of it comes from the
//   last visit that was kept whole.
// - What a visit loads goes into a cache of its own, in two stages. Once what a start needs is there, the visit can be
//   opened offline. Once it is whole, what the visit asks for later comes from there: a version published meanwhile is
//   for the next one.
// - The runtime (runtime/, large and slow to change) comes from the cache as long as its manifest, asked for
//   anew with each page, names the same fingerprint.
// What goes wrong in here must not break the page: whatever cannot be answered is fetched as if this were absent.

const SITE = "vizzy-site-"; // and the id of the visit's window
const RUNTIME = "vizzy-runtime-"; // and its fingerprint
const scope = new URL(self.registration.scope);
const manifest = new URL("runtime/manifest.json", scope).href;
const reference = new URL("reference/", scope).href; // pages of their own, for developers
// Marks in a visit's cache: all that a start needs is there, all that the visit may need is there. Their text is the name
// of the runtime's cache.
const STARTABLE = "startable";
const WHOLE = "whole";
const visits = new Map(); // client id -> {site, runtime: names of its caches, kept: a mark or null, isOffline}, null, or a promise of either
// Gzip files, since hosts may not compress: how their names end, and as what they are kept, unpacked.
const PACKED = { ".wasm.bin": "application/wasm", "/snapshot.bin": "application/x-snapshot" };
const PARALLEL = 4; // files fetched at a time: hundreds at once leave the page too little of a small machine
const NOT_KEPT = {
  en: [
    "Vizzy is not kept yet",
    "There is no network, and this browser has not kept Vizzy for offline use: that takes some seconds after its start. " +
      "Your labels and thresholds are in the address. Reload this page once you are online.",
  ],
  de: [
    "Vizzy ist noch nicht gespeichert",
    "Es gibt kein Netz, und dieser Browser hat Vizzy noch nicht für die Nutzung ohne Netz gespeichert: Das dauert nach dem " +
      "Start einige Sekunden. Ihre Labels und Schwellen stehen in der Adresse. Laden Sie diese Seite neu, sobald Sie online sind.",
  ],
  "zh-Hans": ["Vizzy 尚未保存", "没有网络，而且此浏览器尚未保存 Vizzy 以供离线使用：这需要在启动后几秒钟。你的标签和阈值保存在网址中。联网后请重新加载本页。"],
};

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("message", (event) => event.waitUntil(onMessage(event)));
self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET" || !request.url.startsWith(scope.href) || request.url.startsWith(reference)) return;
  event.respondWith(request.mode === "navigate" ? openPage(event) : answer(event));
});

// A message is a part of what is to be kept; the answer is whether the next may come.
async function onMessage({ data, source, ports }) {
  let goesOn = false;
  try {
    goesOn = await keep(data, source.id);
  } finally {
    ports[0].postMessage(goesOn);
  }
}

async function openPage(event) {
  const { request, resultingClientId: id } = event;
  const { origin, pathname } = new URL(request.url);
  const address = origin + pathname.replace(/\/index\.html$/, "/");
  try {
    const [page, runtime] = await Promise.all([fetch(request.url, { cache: "no-cache" }), currentRuntime()]);
    const visit = { site: SITE + id, runtime, kept: null };
    visits.set(id, visit);
    if (page.ok && address === scope.href) event.waitUntil(putAside(visit, address, page.clone()));
    return page;
  } catch (error) {
    const visit = await lastKept();
    visits.set(id, visit && { ...visit, isOffline: true });
    const page = visit && (await caches.match(address, { cacheName: visit.site }));
    return page ?? (address === scope.href ? notKept() : Response.error());
  }
}

function notKept() {
  const wanted = navigator.languages.map((name) => ({ d: "de", z: "zh-Hans", e: "en" })[name[0]]).find(Boolean) ?? "en";
  const [title, text] = NOT_KEPT[wanted];
  const page = `<!doctype html><html lang="${wanted}"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark"><title>${title}</title>
<body style="font: 1rem/1.5 system-ui; max-width: 34rem; margin: 15vh auto; padding: 0 1rem"><h1>${title}</h1><p>${text}</p>`;
  return new Response(page, { status: 503, headers: { "Content-Type": "text/html; charset=utf-8" } });
}

async function currentRuntime() {
  const { fingerprint } = await (await fetch(manifest, { cache: "no-cache" })).json();
  return RUNTIME + fingerprint;
}

async function answer(event) {
  const { request } = event;
  const visit = await visitOf(event.clientId);
  if (visit?.runtime && isRuntime(request.url)) return (await caches.match(request, { cacheName: visit.runtime })) ?? fetch(request);
  if (visit?.kept === WHOLE || visit?.isOffline) return (await caches.match(request, { cacheName: visit.site })) ?? fetch(request);
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
  for (const kept of [WHOLE, STARTABLE]) {
    const mark = await caches.match(markAddress(kept), { cacheName: site });
    if (mark) return { site, runtime: await mark.text(), kept };
  }
  return { site, runtime: null, kept: null };
}

function markAddress(kept) {
  return new URL(kept, scope).href;
}

// The newest visit that is whole; if none is, the newest that can be started.
async function lastKept() {
  const names = (await caches.keys()).filter((name) => name.startsWith(SITE)).reverse();
  const found = await Promise.all(names.map(inCache));
  return found.find(({ kept }) => kept === WHOLE) ?? found.find(({ kept }) => kept) ?? null;
}

// --- keeping it -----------------------------------------------------------------------------------------

// Keep some files of a visit, what of them is not yet put aside; `completes` is the mark that they are the last for. If
// the site's page is not of the visit's version, or another one by the end, a new one was published meanwhile, and nothing
// is kept of the mixture. Answers whether to go on.
async function keep({ files, completes, version }, id) {
  const visit = (await visitOf(id)) ?? { site: SITE + id, kept: null };
  visits.set(id, visit);
  if (visit.isOffline) return false; // what it could fetch by now may be of another version
  await self.clients.claim();
  const runtime = await currentRuntime();
  if (runtime !== (visit.runtime ??= runtime)) return false;
  const addRuntime = async () => addMissing(await caches.open(visit.runtime), files.filter(isRuntime));
  if (visit.kept === WHOLE) {
    await addRuntime(); // of the site's own files nothing is missing
    return true;
  }
  const site = await caches.open(visit.site);
  await addMissing(site, [scope.href]); // first, so that a version published meanwhile shows
  if (!(await (await site.match(scope.href)).text()).includes(`>${version}<`)) return refuse(visit);
  await addRuntime();
  await addMissing(site, files.filter((url) => !isRuntime(url)));
  return completes ? complete(visit, site, completes) : true;
}

async function complete(visit, site, mark) {
  const [page, runtime] = await Promise.all([fetch(scope.href, { cache: "no-cache" }), currentRuntime()]);
  const mine = await site.match(scope.href);
  if (runtime !== visit.runtime || (await page.text()) !== (await mine.text())) return refuse(visit);
  await site.put(markAddress(mark), new Response(runtime));
  visit.kept = mark;
  await sweep(visit);
  return true;
}

async function refuse(visit) {
  await caches.delete(visit.site);
  return false;
}

// Take away what no visit needs any more: all but this one, the last that is kept, and those whose windows are open.
async function sweep(visit) {
  const open = (await self.clients.matchAll({ type: "window", includeUncontrolled: true })).map((page) => SITE + page.id);
  const needed = [visit, await lastKept()];
  for (const name of await caches.keys()) {
    const isOld = name.startsWith(SITE) && !needed.some(({ site }) => site === name) && !open.includes(name);
    const isUnused = name.startsWith(RUNTIME) && !needed.some(({ runtime }) => runtime === name) && open.length < 2;
    if (isOld || isUnused) await caches.delete(name);
  }
}

// What a start would have to unpack is kept unpacked; and browsers keep beside WebAssembly what they have compiled of it.
async function add(cache, url) {
  const ending = Object.keys(PACKED).find((end) => url.endsWith(end));
  return ending ? addUnpacked(cache, url, PACKED[ending]) : cache.add(url);
}

async function addUnpacked(cache, url, type) {
  const packed = await fetch(url);
  if (!packed.ok) throw new TypeError(`${url}: status ${packed.status}`);
  const unpacked = packed.body.pipeThrough(new DecompressionStream("gzip"));
  await cache.put(url, new Response(unpacked, { headers: { "Content-Type": type } }));
}

async function addMissing(cache, urls) {
  const waiting = new Set(urls).values(); // shared: each takes the next
  const addNext = async () => {
    for (const url of waiting) if (!(await cache.match(url))) await add(cache, url);
  };
  await Promise.all(Array.from({ length: PARALLEL }, addNext));
}
