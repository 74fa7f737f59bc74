"""What a file's suffix says: how the file is read, or, where it is not read, what it is and what to do. A new format's suffix is entered here.

Suffixes are in lower case. Whether a file is what its suffix says is seen by `vizzy.reading.formats.recognition`.
"""

from vizzy.sentences import sentence

# Texts that hold a table, and texts that are read as one where nothing is surer to be it.
TABLE_SUFFIXES = (".csv", ".tsv", ".tab", ".psv", ".ssv", ".jsonl", ".ndjson", ".manifest", ".arff", ".libsvm", ".svm", ".svmlight")
PERHAPS_TABLE_SUFFIXES = (".txt", ".json", ".dat", ".data", ".lst", "")  # and files of any other suffix that are texts
SPREADSHEET_SUFFIXES = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
COLUMNAR_SUFFIXES = (".parquet", ".pq", ".feather", ".arrow", ".ipc")
STATA_SUFFIXES = (".dta",)
DATABASE_SUFFIXES = (".db", ".sqlite", ".sqlite3")
WEB_PAGE_SUFFIXES = (".html", ".htm", ".xhtml")
ARRAY_SUFFIXES = (".npy", ".npz")
SCIENTIFIC_SUFFIXES = (".mat", ".h5", ".hdf5", ".hdf")  # of files that hold arrays among other things
SUFFIXES_OF_ARRAYS = (*ARRAY_SUFFIXES, *SCIENTIFIC_SUFFIXES)
COMPRESSED_SUFFIXES = (".gz", ".gzip", ".bz2", ".xz", ".lzma", ".zst")
ZIP_SUFFIX = ".zip"
# What reads an image says of one that it cannot decode, as browsers most TIFF and HEIC, and Pillow SVG.
IMAGE_SUFFIXES = (
    *(".png", ".jpg", ".jpeg", ".jpe", ".jfif", ".webp", ".gif", ".avif", ".bmp", ".svg", ".tif", ".tiff", ".heic", ".heif"),
    *(".jp2", ".ppm", ".pgm", ".pbm", ".tga"),
)
# What else a folder may hold that is read: annotations, lists of classes, and texts of which each is a file.
SUFFIXES_IN_FOLDERS = (".xml", ".yaml", ".yml", ".geojson", ".names", ".tar", ".tgz", ".md", ".text", ".eml", ".asc", ".pos", ".neg")
# Which files in a folder are read.
READ_SUFFIXES = (
    *TABLE_SUFFIXES,
    *PERHAPS_TABLE_SUFFIXES,
    *SPREADSHEET_SUFFIXES,
    *COLUMNAR_SUFFIXES,
    *STATA_SUFFIXES,
    *DATABASE_SUFFIXES,
    *WEB_PAGE_SUFFIXES,
    *SUFFIXES_OF_ARRAYS,
    *COMPRESSED_SUFFIXES,
    *IMAGE_SUFFIXES,
    *SUFFIXES_IN_FOLDERS,
)

PICKLE = sentence("a Python pickle, which could run anything and is never loaded: save the table as CSV and the numbers with numpy.save")
# Files that carry labels or numbers, but in a form that is not read: what they are, and what to do.
FOREIGN_SUFFIXES = {
    ".pt": sentence("a PyTorch file: save tensor.cpu().numpy() with numpy.save"),
    ".pth": sentence("a PyTorch file: save tensor.cpu().numpy() with numpy.save"),
    ".ckpt": sentence("a model's checkpoint: save what it predicts with numpy.save"),
    ".safetensors": sentence("a file of tensors: save each with numpy.save"),
    ".pkl": PICKLE,
    ".pickle": PICKLE,
    ".joblib": PICKLE,
    ".rds": sentence("a file of R's: save the table as CSV with write.csv"),
    ".rda": sentence("a file of R's: save the table as CSV with write.csv"),
    ".rdata": sentence("a file of R's: save the table as CSV with write.csv"),
    ".sav": sentence("an SPSS file: save the table as CSV (pandas.read_spss reads it, and haven in R)"),
    ".zsav": sentence("an SPSS file: save the table as CSV (pandas.read_spss reads it, and haven in R)"),
    ".por": sentence("an SPSS file: save the table as CSV"),
    ".dta": sentence("a Stata file older than Stata 8, or none: save the table as CSV (export delimited in Stata)"),
    ".sas7bdat": sentence("a SAS file: save the table as CSV (pandas.read_sas reads it)"),
    ".xpt": sentence("a SAS file: save the table as CSV (pandas.read_sas reads it)"),
    ".numbers": sentence("a document of Apple's Numbers: export it as CSV or Excel"),
    ".gsheet": sentence("a link to a Google Sheet, without its cells: download it as CSV or Excel"),
    ".md": sentence("a Markdown text: save a table in it as CSV"),
    ".tex": sentence("a LaTeX text: save a table in it as CSV"),
    ".orc": sentence("an ORC file: save the table as Parquet or CSV"),
    ".avro": sentence("an Avro file: save the table as Parquet or CSV"),
    ".mdb": sentence("a database: export the table as CSV"),
    ".accdb": sentence("a database: export the table as CSV"),
    ".sql": sentence("a database: export the table as CSV"),
    ".vw": sentence("a file for Vowpal Wabbit: save the table as CSV, or as LIBSVM"),
    ".tfrecord": sentence("a file of TensorFlow's records: save the labels as CSV and the numbers with numpy.save"),
    ".xml": sentence("an XML file, such as CVAT or Pascal VOC write: export the labels as CSV or JSON, one row for each image"),
    ".yaml": sentence("a YAML file: save the labels as CSV"),
    ".yml": sentence("a YAML file: save the labels as CSV"),
    ".zip": sentence("a zip within a zip, beside images or within another zip: bring it alone if it holds the data"),
    ".7z": sentence("a 7z archive: unpack it, or make it a zip"),
    ".rar": sentence("a RAR archive: unpack it, or make it a zip"),
    ".zst": sentence("compressed by Zstandard: unpack it, or compress it as .gz"),
    ".tgz": sentence("a tar archive: unpack it, or make it a zip"),
    ".tar": sentence("a tar archive: unpack it, or make it a zip"),
    ".pdf": sentence("a PDF document: save the table as CSV"),
    ".docx": sentence("a Word document: save the table as CSV"),
    ".db": sentence("a database: export the table as CSV"),
}
WORD_LABEL_SUFFIXES = (".ann", ".conll", ".conllu", ".conllx", ".bio", ".iob", ".iob2", ".bioes")
LABELS_OF_WORDS = sentence("a file of labels within texts, as for names of people and places: bring a table with a label for each text")
FOREIGN_SUFFIXES |= dict.fromkeys(WORD_LABEL_SUFFIXES, LABELS_OF_WORDS)
UNKNOWN = sentence("of no kind that is read: save the table as CSV, or the numbers with numpy.save")
# Texts that are never taken for a table.
NO_TABLE_SUFFIXES = (".py", ".ipynb", ".r", ".html", ".htm", ".log", ".toml", ".ini", ".cfg", ".js", ".css", ".sh", ".rtf", ".eml", ".mbox")
