// What Python cannot tell because it does not run yet: what the browser lacks, or what of the page did not arrive.
// JavaScript for that reason alone, and in words that an old browser understands.
(function () {
  var RETRIED = "vizzy:retried";
  var SECONDS = 60; // one retry by itself within these
  var TRANSLATE = "static/translate.js";
  var LANGUAGE = "vizzy:language"; // where the browser remembers the choice
  var NAMES_DATA = /[?&](dataset|work)=/.test(location.search); // other data than those that open by themselves
  var catalogue = null; // of the language, once it is there
  var root = document.documentElement;
  var needed = {
    WebAssembly: window.WebAssembly,
    "web workers": window.Worker,
    "dialog boxes": window.HTMLDialogElement,
    "JavaScript modules": "noModule" in document.createElement("script"),
    "Promise.withResolvers": window.Promise && Promise.withResolvers,
  };
  // The index of the dataset that a page opens which is told of no other, on its way before Python asks for it.
  function preloadIndex() {
    if (NAMES_DATA) return;
    var link = document.createElement("link");
    link.rel = "preload";
    link.as = "fetch";
    link.crossOrigin = "anonymous";
    link.media = "(min-width: 40rem)"; // as the links in index.html
    link.href = "static/dataset.json";
    document.head.append(link);
  }

  var missing = Object.keys(needed).filter(function (name) { return !needed[name]; });

  function whenTranslated(action) {
    if (!window.vizzyTexts) action();
    else window.vizzyTexts.then(function (arrived) { catalogue = arrived; action(); });
  }

  function translated(english) {
    return (catalogue && catalogue.texts.get(english)) || english;
  }

  function tell(sentence) {
    root.setAttribute("data-vizzy", "error");
    var box = document.getElementById("cannot-start");
    box.querySelector("p").textContent = sentence;
    box.querySelector("button").onclick = function () { location.reload(); };
    box.hidden = false;
  }

  // The language: asked for by ?lang=, chosen in the menu, or the first of the browser's that the menu has. English stands
  // in the page; of another one, translate.js has the texts before main.py imports what shows them.
  function chooseLanguage() {
    var menu = document.getElementById("language");
    var asked = new URLSearchParams(location.search).get("lang");
    var wanted = [asked, window.vizzyStorage("localStorage", "getItem", LANGUAGE)].concat(navigator.languages || []);
    var offered = wanted.map(function (name) { return findLanguage(menu, name); }).filter(Boolean);
    menu.value = offered[0] || "en";
    menu.onchange = function () {
      window.vizzyStorage("localStorage", "setItem", LANGUAGE, menu.value);
      var address = new URL(location.href);
      address.searchParams.delete("lang");
      if (address.search === location.search) location.reload();
      else location.replace(address);
    };
    if (menu.value === "en") return;
    root.lang = menu.value;
    window.vizzyTexts = new Promise(function (resolve) { window.vizzyTextsArrived = resolve; });
    var script = document.createElement("script");
    script.src = TRANSLATE;
    script.onerror = function () { window.vizzyTextsArrived(null); };
    document.head.append(script);
  }

  function findLanguage(menu, name) {
    return Array.from(menu.options, function (option) { return option.value; }).find(function (value) {
      return name && value.split("-")[0] === name.toLowerCase().split("-")[0];
    });
  }

  function mayRetry() {
    try {
      var last = Number(sessionStorage.getItem(RETRIED));
      sessionStorage.setItem(RETRIED, String(Date.now()));
      return Date.now() - last > 1000 * SECONDS;
    } catch (error) {
      return false; // it would not be remembered, and so never end
    }
  }

  function isLoading() {
    return root.getAttribute("data-vizzy") === "loading";
  }

  function failed(event) {
    var part = event.target && event.target.src;
    if (!isLoading() || (part && part.endsWith(TRANSLATE))) return; // without it the page is English
    var reason = part ? part.replace(/.*\//, "") + " did not arrive" : String((event.reason && event.reason.message) || event.message);
    // What was rejected may be a nicety, such as a storage that this browser refuses: then the page comes up all the same.
    setTimeout(function () { if (isLoading()) giveUp(reason); }, part ? 0 : 4000);
  }

  function giveUp(reason) {
    if (mayRetry()) location.reload();
    else whenTranslated(function () {
      tell(translated("Vizzy could not load all of itself ({}). Are you online? Your labels and thresholds are kept in the address.").replace("{}", reason));
    });
  }

  // vizzy.page.site.local_storage calls this: what a storage throws when it is refused, or full, MicroPython cannot catch.
  window.vizzyStorage = function (storage, action, key, value) {
    try {
      var answer = window[storage][action](key, value);
      return action === "setItem" ? true : answer;
    } catch (error) {
      return null;
    }
  };

  try {
    chooseLanguage();
  } catch (error) {
    console.log("English:", String(error)); // a browser too old to be asked
  }
  if (missing.length) {
    document.querySelector("script[type=mpy]").remove(); // before PyScript, which comes after this, has seen it
    whenTranslated(function () {
      tell(translated("Vizzy runs Python in the browser, which needs {}. This browser lacks that, or has it switched off: please update it or try another.").replace("{}", missing.join(", ")));
    });
    return;
  }
  // On a phone what the start loads waits until the first screen is there: see tools/manifest.py.
  requestAnimationFrame(function () {
    setTimeout(function () {
      document.querySelectorAll("link[rel$=preload][media]").forEach(function (link) { link.removeAttribute("media"); });
    });
  });
  // The rows in the markup are of the dataset that opens by itself, with the labels that it comes with.
  var rows = document.querySelector(".sheet[data-folder]");
  if (rows && (NAMES_DATA || location.hash)) rows.parentNode.removeChild(rows);
  // A button pressed before Python has wired it: main.py presses it again then.
  window.addEventListener("click", function (event) {
    var button = isLoading() && event.target.closest(".masthead button[id], #train, #train-here, .choice");
    if (button) window.vizzyPressedEarly = button;
  }, true);
  window.addEventListener("error", failed, true);
  preloadIndex();
  window.addEventListener("unhandledrejection", failed);
})();
