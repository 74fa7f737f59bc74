// What Python cannot tell because it does not run yet: what the browser lacks, or what of the page did not arrive.
// JavaScript for that reason alone, and in words that an old browser understands.
(function () {
  var RETRIED = "vizzy:retried";
  var SECONDS = 60; // one retry by itself within these
  var PYSCRIPT = "runtime/pyscript/core.js";
  var WIDE = "(min-width: 40rem)"; // as the links in index.html
  var MS_WITHOUT_FRAME = 5000; // in a tab that is not shown, there is none
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
  // PyScript, and with it Python. The links fetch ahead what it will ask for, and so does the one of the dataset's index,
  // which a page opens that is told of no other.
  function startPython() {
    if (document.querySelector("script[src='" + PYSCRIPT + "']")) return;
    document.querySelectorAll("link[rel$=preload][media]").forEach(function (link) { link.removeAttribute("media"); });
    append("script", { type: "module", src: PYSCRIPT });
    if (!NAMES_DATA) append("link", { rel: "preload", as: "fetch", crossOrigin: "anonymous", href: "static/dataset.json" });
  }

  // A callback of the frame would come before the picture is on the screen, and what it fetches would delay that.
  function whenPainted(action) {
    var told = (window.PerformanceObserver && PerformanceObserver.supportedEntryTypes) || [];
    if (told.indexOf("paint") < 0) {
      requestAnimationFrame(function () { setTimeout(action); });
      return;
    }
    new PerformanceObserver(function (painted, observer) {
      if (!painted.getEntriesByName("first-contentful-paint").length) return;
      observer.disconnect();
      action();
    }).observe({ type: "paint", buffered: true });
  }

  function append(name, properties) {
    document.head.append(Object.assign(document.createElement(name), properties));
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
    whenTranslated(function () {
      tell(translated("Vizzy runs Python in the browser, which needs {}. This browser lacks that, or has it switched off: please update it or try another.").replace("{}", missing.join(", ")));
    });
    return;
  }
  // The rows in the markup are of the dataset that opens by itself, with the labels that it comes with.
  var rows = document.querySelector(".sheet[data-folder]");
  if (rows && (NAMES_DATA || location.hash)) rows.parentNode.removeChild(rows);
  // A button pressed before Python has wired it: main.py presses it then. It is told no more of this press: while the page is
  // drawn it is wired already, and would do twice what it was pressed for once.
  window.addEventListener("click", function (event) {
    var button = isLoading() && event.target.closest(".masthead button[id], #train, #train-here, .choice");
    if (!button) return;
    window.vizzyPressedEarly = button;
    event.stopPropagation();
  }, true);
  window.addEventListener("error", failed, true);
  window.addEventListener("unhandledrejection", failed);
  // On a phone, whose network and processor are slow, Python waits until the first screen is there.
  if (matchMedia(WIDE).matches) startPython();
  else {
    whenPainted(startPython);
    setTimeout(startPython, MS_WITHOUT_FRAME);
  }
})();
