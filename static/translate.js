// The page in another language than English: fetches its catalogue, and puts its texts into the markup.
// static/start.js loads this where it is wanted; vizzy/page/language.py takes the texts that the Python shows.
//
// A message is what an element says that has text of its own. Elements in it are numbered: "Press <1>Train</1> now." They
// stay the nodes they are, whatever their order in the translation. Those at either end that say nothing stay outside.
// tools/languages.py reads the same messages from the files.
(() => {
  const SAID = ["title", "aria-label", "placeholder", "data-empty"];
  const language = document.documentElement.lang;
  const letters = /\p{L}/u;
  let texts, format;

  // The children that a message is made of, or none where the element has no text of its own.
  function said(element) {
    const nodes = [...element.childNodes].filter((node) => node.nodeType !== Node.COMMENT_NODE);
    const isText = (node) => node.nodeType === Node.TEXT_NODE;
    if (!nodes.some((node) => isText(node) && hasLetters(node.data))) return [];
    while (!hasLetters(nodes[0].textContent)) nodes.shift();
    while (!hasLetters(nodes.at(-1).textContent) && !(isText(nodes.at(-1)) && nodes.at(-1).data.trim())) nodes.pop();
    return nodes;
  }

  // A single letter is a key's name.
  function hasLetters(text) {
    return text.trim().length > 1 && letters.test(text);
  }

  function message(nodes, elements) {
    const parts = nodes.map((node) => {
      if (node.nodeType === Node.TEXT_NODE) return node.data;
      const number = elements.push(node);
      return `<${number}>${message([...node.childNodes], elements)}</${number}>`;
    });
    return parts.join("");
  }

  // The nodes that a translation comes to, with the elements that it numbers.
  function written(translation, elements) {
    const top = [];
    let rest = translation;
    while (rest) {
      const found = /<(\d+)>(.*?)<\/\1>/s.exec(rest);
      if (!found) break;
      if (found.index) top.push(document.createTextNode(rest.slice(0, found.index)));
      const element = elements[found[1] - 1];
      element.replaceChildren(...written(found[2], elements));
      top.push(element);
      rest = rest.slice(found.index + found[0].length);
    }
    if (rest) top.push(document.createTextNode(rest));
    return top;
  }

  function translateText(element) {
    const nodes = said(element);
    if (!nodes.length) return false;
    const elements = [];
    const original = message(nodes, elements);
    const translation = texts.get(original.replace(/\s+/g, " ").trim());
    if (translation) {
      const [before] = original.match(/^\s*/);
      const [after] = original.match(/\s*$/);
      const place = nodes.at(-1).nextSibling;
      nodes.forEach((node) => node.remove());
      const made = written(before + translation + after, elements);
      made.forEach((node) => element.insertBefore(node, place));
    }
    return true;
  }

  function translate(element) {
    if (["SCRIPT", "STYLE", "NOSCRIPT"].includes(element.tagName)) return;
    translateAttributes(element);
    if (element.translate === false) return;
    if (translateText(element)) element.querySelectorAll("*").forEach(translateAttributes);
    else [...element.children].forEach(translate);
  }

  function translateAttributes(element) {
    for (const name of SAID) {
      const translation = texts.get(element.getAttribute(name));
      if (translation) element.setAttribute(name, translation);
    }
  }

  // A sentence of the worker's, by the one that its kind has in the catalogue: what fills it in goes where the translation
  // has it. One that is of no kind stays English.
  const WORKER = "worker: ";
  let kinds;

  function ofWorker(sentence) {
    kinds ??= [...texts].filter(([key]) => key.startsWith(WORKER)).map(([key, text]) => [pattern(key.slice(WORKER.length)), text]);
    for (const [kind, translation] of kinds) {
      const found = kind.exec(sentence);
      if (!found) continue;
      let next = 0;
      return translation.replace(/\{(\d*)\}/g, (_, place) => value(found[1 + (place ? Number(place) : next++)]));
    }
    return sentence;
  }

  function pattern(template) {
    return new RegExp(`^${template.split("{}").map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("(.+?)")}$`, "s");
  }

  function value(text) {
    const number = /^\d{1,3}(,\d{3})*(\.\d+)?( %)?$/.exec(text);
    if (!number) return texts.get(text) ?? ofWorker(text);
    const written = text.replace(" %", "").replace(/[.,]/g, (mark) => format[mark === "." ? "decimal" : "thousands"]);
    return number[3] ? format.percent.replace("{}", written) : written;
  }

  // For markup that comes late.
  window.vizzyTranslate = translate;

  fetch(`static/languages/${language}.json`)
    .then((response) => response.json())
    .then((catalogue) => {
      format = catalogue[""];
      texts = new Map(Object.entries(catalogue).filter(([, text]) => text));
      translate(document.documentElement);
      const rules = new Intl.PluralRules(language);
      window.vizzyTextsArrived({ ...format, texts, ofWorker, plural: (count) => rules.select(count) });
    })
    .catch((error) => {
      console.log("not translated:", String(error));
      document.documentElement.lang = "en";
      window.vizzyTextsArrived(null);
    });
})();
