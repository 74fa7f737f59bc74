"""Small files as people bring them, with three classes and thirty rows."""

import io
import zipfile
import json

import numpy as np

from vizzy import reading
from vizzy.reading import InputFile

CLASSES = ("cat", "dog", "fox")
GIVEN = [CLASSES[row % 3] for row in range(30)]


def probabilities(given=GIVEN, classes=CLASSES):
    """Of a model that agrees with every label."""
    values = np.full((len(given), len(classes)), 0.1 / (len(classes) - 1))
    values[np.arange(len(given)), [classes.index(label) for label in given]] = 0.9
    return values


def array(values, name="pred_probs.npy"):
    out = io.BytesIO()
    np.save(out, values)
    return InputFile(name, out.getvalue())


def table(columns, name="data.csv"):
    rows = [",".join(columns)] + [",".join(map(str, row)) for row in zip(*columns.values(), strict=True)]
    return InputFile(name, ("\n".join(rows) + "\n").encode())


def json_lines(records, name="data.jsonl"):
    return InputFile(name, "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records).encode())


def opened(*files, **choices):
    return reading.read(files, reading.Choices(**choices)).make()


def given_labels(one):
    return [one.dataset.classes[label] for label in one.dataset.given_label]


def open_document(rows):
    """An .ods file of texts, of rows that are XML or lists of cells."""
    kinds = "urn:oasis:names:tc:opendocument:xmlns"
    media = "application/vnd.oasis.opendocument.spreadsheet"
    written = [
        row if isinstance(row, str) else f"<table:table-row>{''.join(map(open_document_cell, row))}</table:table-row>" for row in rows
    ]
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("mimetype", media)
        archive.writestr(
            "META-INF/manifest.xml",
            f'<manifest:manifest xmlns:manifest="{kinds}:manifest:1.0"><manifest:file-entry manifest:full-path="/" '
            f'manifest:media-type="{media}"/></manifest:manifest>',
        )
        archive.writestr(
            "content.xml",
            f'<office:document-content xmlns:office="{kinds}:office:1.0" xmlns:table="{kinds}:table:1.0" xmlns:text="{kinds}:text:1.0">'
            f'<office:body><office:spreadsheet><table:table table:name="S">{"".join(written)}</table:table></office:spreadsheet>'
            "</office:body></office:document-content>",
        )
    return out.getvalue()


def open_document_cell(text, attributes=""):
    """A cell of an .ods file: str."""
    return f'<table:table-cell office:value-type="string"{attributes}><text:p>{text}</text:p></table:table-cell>'


def rewritten(zipped, change):
    """A zip in which each part has become what `change(name, content)` makes of it, compressed."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(zipped)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, change(name, old.read(name)))
    return out.getvalue()


def workbook(sheets):
    """An .xlsx file of texts and numbers: {name of a sheet: rows}."""
    out = io.BytesIO()
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    rels = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    kinds = "http://schemas.openxmlformats.org/package/2006"
    with zipfile.ZipFile(out, "w") as archive:
        numbered = list(enumerate(sheets, start=1))
        overrides = "".join(
            f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="application/vnd.openxmlformats-officedocument.'
            'spreadsheetml.worksheet+xml"/>'
            for n, _ in numbered
        )
        archive.writestr(
            "[Content_Types].xml",
            f'<Types xmlns="{kinds}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.'
            'relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" '
            'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>' + overrides + "</Types>",
        )
        archive.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{kinds}/relationships"><Relationship Id="r1" Type="{rels}/officeDocument" '
            'Target="xl/workbook.xml"/></Relationships>',
        )
        names = "".join(f'<sheet name="{name}" sheetId="{n}" r:id="r{n}"/>' for n, name in numbered)
        archive.writestr("xl/workbook.xml", f'<workbook xmlns="{main}" xmlns:r="{rels}"><sheets>{names}</sheets></workbook>')
        links = "".join(
            f'<Relationship Id="r{n}" Type="{rels}/worksheet" Target="worksheets/sheet{n}.xml"/>' for n, _ in numbered
        )
        archive.writestr("xl/_rels/workbook.xml.rels", f'<Relationships xmlns="{kinds}/relationships">{links}</Relationships>')
        for n, name in numbered:
            body = "".join("<row>" + "".join(map(cell, row)) + "</row>" for row in sheets[name])
            archive.writestr(f"xl/worksheets/sheet{n}.xml", f'<worksheet xmlns="{main}"><sheetData>{body}</sheetData></worksheet>')
    return out.getvalue()


def cell(value):
    if isinstance(value, str):
        return f'<c t="inlineStr"><is><t>{value}</t></is></c>'
    return f"<c><v>{value}</v></c>"
