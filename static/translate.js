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
  let texts;

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

  // For markup that comes late.
  window.vizzyTranslate = translate;

  async function read(address) {
    const catalogue = await (await fetch(address)).json();
    return [catalogue[""], Object.entries(catalogue).filter(([, text]) => text)];
  }

  // The texts of what loads late, once; where they do not arrive, the next that needs them tries again.
  const lateAddress = `static/languages/${language}.late.json`;
  let late;

  function addLate() {
    late ??= read(lateAddress).then(([, added]) => added.forEach(([key, text]) => texts.set(key, text)));
    late.catch(() => (late = null));
    return late;
  }

  read(`static/languages/${language}.json`)
    .then(([format, start]) => {
      texts = new Map(start);
      translate(document.documentElement);
      const rules = new Intl.PluralRules(language);
      const asText = () => JSON.stringify({ language, written: format, texts: Object.fromEntries(texts) });
      window.vizzyTextsArrived({ ...format, language, texts, addLate, lateAddress, asText, plural: (count) => rules.select(count) });
    })
    .catch((error) => {
      console.log("not translated:", String(error));
      document.documentElement.lang = "en";
      window.vizzyTextsArrived(null);
    });
})();
