"""A made-up language that shows which texts are not in the catalogue: all its letters have accents, so plain ones are not of it."""

import json
import re

from visits import ROOT

import languages

# What a translation must keep: values, looks, numbered elements.
KEPT = re.compile(r"(\{\{\w+\}\}|\{[^{}|]*\}|\{\w+\||%\(\w+\)[sd]|%[sd]|</?\d+>)")
PLAIN = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
ACCENTED = "åƀçđéƒĝĥîĵķļɱñöþǫŕšţûṽŵẋýžÅƁÇĐÉƑĜĤÎĴĶĻṀÑÖÞǪŔŠŢÛṼŴẊÝŽ"
LETTERS = str.maketrans(PLAIN, ACCENTED)

# Plain words of two letters and more that can be seen or heard, each with where it stands.
PLAIN_WORDS = """([known, data]) => {
    const found = {};
    const look = (element, text, where) => {
        if (!text || element.closest(data) || !element.checkVisibility({ visibilityProperty: true })) return;
        for (const word of text.match(/[A-Za-z]{2,}/g) ?? []) {
            if (!known.includes(word.toLowerCase())) found[word] ??= `${where} of ${element.tagName} #${element.id} .${element.className.baseVal ?? element.className}: ${text.slice(0, 80)}`;
        }
    };
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) look(texts.currentNode.parentElement, texts.currentNode.data, "text");
    for (const name of ["aria-label", "title", "placeholder", "aria-valuetext"]) {
        document.querySelectorAll(`[${name}]`).forEach((element) => look(element, element.getAttribute(name), name));
    }
    for (const element of document.querySelectorAll("[data-empty]:empty")) look(element, element.dataset.empty, "data-empty");
    return found;
}"""


def catalogue():
    """The catalogue of the language, as the page fetches it."""
    texts = {"": languages.FORMAT}
    for message in languages.messages(ROOT).values():
        for key in message.keys(["one", "other"]):
            english = message.other if key.endswith("|other") and message.other else message.text
            texts[key] = accented(english)
    return texts


def accented(text):
    """A text with an accent on every letter that is not a mark."""
    return "".join(part if KEPT.fullmatch(part) else part.translate(LETTERS) for part in KEPT.split(text))


def speak(page):
    """Let the page find it in the place of German."""
    texts = languages.file_texts(catalogue(), languages.messages(ROOT))
    files = dict(zip([path.name for path in languages.paths_of(ROOT, "de")], texts, strict=True))
    answer = lambda route: route.fulfill(body=files[route.request.url.rsplit("/", 1)[1]], content_type="application/json")
    page.context.route("**/static/languages/*.json", answer)


def words_of_dataset():
    """What the shipped data say: names of classes and what images show."""
    index = json.loads((ROOT / "static/dataset.json").read_text(encoding="utf-8"))
    said = " ".join([*index["classes"], *index["alt"], *index["ids"][:1]])
    return sorted(set(re.findall(r"[a-z]{2,}", said.lower())))


def plain_words(page, known=(), data="style"):
    """The words that are not of the language, but those known and those within what a selector finds."""
    return page.evaluate(PLAIN_WORDS, [["vizzy", *known], f"script, noscript, style, [translate=no], {data}"])
