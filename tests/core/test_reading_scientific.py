"""MATLAB's files and HDF5: arrays by name, as other programs write them."""

import io

import numpy as np
import pytest
import scipy.io
import scipy.sparse
from brought_files import CLASSES, GIVEN, array, given_labels, opened, probabilities, table

from vizzy import reading
from vizzy.reading import InputFile
from vizzy.reading.formats import hdf5
from vizzy.reading.formats.matlab import variables_of
from vizzy.reading.limits import IN_BROWSER, NATIVE

NUMBERS = np.array([CLASSES.index(label) + 1 for label in GIVEN])
VECTORS = np.random.default_rng(0).normal(size=(30, 4)) + NUMBERS[:, None]


def of_matlab(variables, name="data.mat", **options):
    out = io.BytesIO()
    scipy.io.savemat(out, variables, **options)
    return InputFile(name, out.getvalue())


def of_hdf5(fill, name="data.h5", **options):
    h5py = pytest.importorskip("h5py")
    out = io.BytesIO()
    with h5py.File(out, "w", **options) as file:
        fill(file)
    return InputFile(name, out.getvalue())


def refusal(*files, **options):
    with pytest.raises(reading.ReadingError) as caught:
        reading.read(list(files), **options)
    return str(caught.value)


@pytest.mark.parametrize("compressed", [False, True])
def test_variables_of_matlab_are_what_scipy_reads(compressed):
    written = {
        "doubles": VECTORS,
        "single": np.float32([[1.5, -2]]),
        "bytes": np.arange(6, dtype=np.uint8).reshape(2, 3),
        "large": np.array([[2**60]]),
        "logical": np.array([[True, False]]),
        "cube": np.arange(24.0).reshape(2, 3, 2, 2),
    }
    file = of_matlab(written, do_compression=compressed)
    arrays, left_out = variables_of(file, NATIVE)
    read = scipy.io.loadmat(io.BytesIO(file.content))
    assert left_out == []
    for name in written:
        np.testing.assert_array_equal(arrays[name], read[name])
        assert arrays[name].dtype.kind == ("b" if name == "logical" else read[name].dtype.kind)


def test_texts_cells_structures_and_sparse_arrays_of_matlab_are_read_and_complex_numbers_named():
    file = of_matlab({
        "labels": np.array(["cat", "d\u00f6g"], dtype=object),
        "letters": np.array(["ab", "cde"]),
        "data": {"size": 1.5, "names": np.array(["x", "yy"], dtype=object)},
        "many": np.array([(1, "a"), (2, "b")], dtype=[("number", "O"), ("text", "O")]),
        "sparse": scipy.sparse.csc_matrix([[0, 2.5], [0, 0], [1, 0]]),
        "waves": np.array([1j]),
    })
    arrays, left_out = variables_of(file, NATIVE)
    assert {name: values.tolist() for name, values in arrays.items()} == {
        "labels": ["cat", "d\u00f6g"], "letters": ["ab", "cde"], "data/size": [[1.5]], "data/names": ["x", "yy"],
        "many/number": [1, 2], "many/text": ["a", "b"], "sparse": [[0, 2.5], [0, 0], [1, 0]],
    }  # fmt: skip
    assert left_out == ["waves"]


@pytest.mark.parametrize("variables", [{"X": VECTORS, "y": NUMBERS}, {"data": {"X": VECTORS, "Y": NUMBERS[:, None]}}, {"features": VECTORS, "labels": np.array(GIVEN, dtype=object)}])
def test_a_matlab_file_of_vectors_and_labels_is_a_dataset(variables):
    one = opened(of_matlab(variables))
    assert given_labels(one) == (GIVEN if "labels" in variables else list(map(str, NUMBERS)))
    np.testing.assert_allclose(one.dataset.embeddings, VECTORS, rtol=1e-6)


def test_probabilities_of_matlab_stand_beside_a_table():
    one = opened(table({"label": GIVEN}), of_matlab({"scores": probabilities()}))
    assert given_labels(one) == GIVEN and one.dataset.pred_probs.shape == (30, 3)


def test_a_matlab_file_that_is_cut_off_damaged_or_unpacks_to_too_much_gets_a_sentence():
    file = of_matlab({"X": VECTORS, "y": NUMBERS}, do_compression=True)
    assert "data.mat cannot be read as a MATLAB file" in refusal(InputFile("data.mat", file.content[:300]))
    assert "holds no arrays of numbers or texts" in refusal(of_matlab({"a": 1.0}))
    assert "no HDF5 file and none of MATLAB's" in refusal(InputFile("data.mat", b"label,text\ncat,a\n"))
    bomb = of_matlab({"X": np.zeros(30_000_000)}, do_compression=True)
    assert len(bomb.content) < 1_000_000
    assert "data.mat unpacks to more than the 200 MB that fit" in refusal(bomb, limits=IN_BROWSER)


@pytest.mark.parametrize("place", range(128, 420, 7))
def test_a_matlab_file_with_a_wrong_byte_is_read_or_gets_a_sentence(place):
    content = bytearray(of_matlab({"X": VECTORS[:3], "labels": np.array(GIVEN[:3], dtype=object)}).content)
    content[place] ^= 0xFF
    try:
        variables_of(InputFile("data.mat", bytes(content)), IN_BROWSER)
    except reading.ReadingError as error:
        assert "data.mat" in str(error)


def test_arrays_texts_and_columns_of_tables_in_hdf5_are_read():
    def fill(file):
        file.create_dataset("vectors", data=VECTORS, compression="gzip", chunks=(7, 2))
        file["group/labels"] = np.array(GIVEN, dtype=object)
        file["table"] = np.array([(1, b"a"), (2, b"b")], dtype=[("number", "i4"), ("text", "S3")])
        file["waves"] = np.array([1j])
        file["again"] = file["group"]

    file = of_hdf5(fill)
    arrays, left_out = hdf5.variables_of(file, NATIVE)
    assert set(arrays) == {"vectors", "group/labels", "again/labels", "table/number", "table/text"}
    assert left_out == ["waves"]
    one = opened(of_hdf5(lambda file: file.update({"train_x": VECTORS, "train_y": np.array(GIVEN, dtype=object)})))
    assert given_labels(one) == GIVEN
    np.testing.assert_allclose(one.dataset.embeddings, VECTORS, rtol=1e-6)


def test_a_matlab_file_of_version_7_3_is_read_as_matlab_means_it():
    h5py = pytest.importorskip("h5py")

    def fill(file):
        file["X"] = VECTORS.T
        file["X"].attrs["MATLAB_class"] = np.bytes_("double")
        for row, label in enumerate(GIVEN):
            file[f"#refs#/{row}"] = np.array([[ord(letter)] for letter in label], dtype="u2")
        file.create_dataset("labels", data=np.array([[file[f"#refs#/{row}"].ref for row in range(30)]], dtype=h5py.ref_dtype))
        file["labels"].attrs["MATLAB_class"] = np.bytes_("cell")

    file = of_hdf5(fill, "data.mat", userblock_size=512)
    one = opened(InputFile("data.mat", b"MATLAB 7.3 MAT-file".ljust(512) + file.content[512:]))
    assert given_labels(one) == GIVEN
    np.testing.assert_allclose(one.dataset.embeddings, VECTORS, rtol=1e-6)


def test_links_out_of_an_hdf5_file_are_not_followed(tmp_path):
    h5py = pytest.importorskip("h5py")
    (tmp_path / "secret.bin").write_bytes(bytes(80))

    def fill(file):
        file["labels"] = np.array(GIVEN, dtype=object)
        file["X"] = VECTORS
        file["outside"] = h5py.ExternalLink(str(tmp_path / "other.h5"), "/X")
        file.create_dataset("raw", (10,), "f8", external=[(str(tmp_path / "secret.bin"), 0, 80)])

    arrays, left_out = hdf5.variables_of(of_hdf5(fill), NATIVE)
    assert set(arrays) == {"labels", "X"} and left_out == ["raw"]


def test_hdf5_of_other_programs_is_named_and_what_is_damaged_or_too_large_gets_a_sentence(monkeypatch):
    def model(file):
        file.attrs["keras_version"] = "3.0"

    def frame(file):
        file.create_group("df").attrs["pandas_type"] = "frame"

    assert "the weights of a Keras model" in refusal(of_hdf5(model))
    assert "a table of pandas', partly pickled" in refusal(of_hdf5(frame))
    large = of_hdf5(lambda file: file.create_dataset("X", (30_000_000,), "f8", chunks=(1000,)) and None)
    assert "data.h5 unpacks to more than the 200 MB that fit" in refusal(large, limits=IN_BROWSER)
    assert "data.h5 cannot be read as HDF5" in refusal(InputFile("data.h5", large.content[:300]))
    monkeypatch.setattr(hdf5.importlib.util, "find_spec", lambda name: None)
    assert "an HDF5 file, which h5py reads outside the browser: pip install h5py, or save the table as CSV" in refusal(large)


def test_a_matlab_file_beside_an_array_of_numpy_s_and_its_leftovers_are_told():
    proposal = reading.read([array(probabilities()), of_matlab({"labels": np.array(GIVEN, dtype=object), "waves": np.array([1j, 2j])})])
    assert proposal.problem is None
    assert any(str(note).startswith("'waves' in data.mat are neither numbers nor texts") for note in proposal.notes)


def test_examples_that_matlab_keeps_along_the_last_axis_are_turned_and_said_so():
    one = opened(of_matlab({"X": VECTORS.T, "y": NUMBERS}))
    np.testing.assert_allclose(one.dataset.embeddings, VECTORS, rtol=1e-6)
    assert "'X' in data.mat were read with an example in each column, as there are labels." in map(str, one.notes)
    pixels = np.random.default_rng(1).integers(0, 255, (4, 4, 3, 30), dtype=np.uint8)
    one = opened(of_matlab({"X": pixels, "y": NUMBERS[:, None].astype(np.uint8)}))
    assert given_labels(one) == list(map(str, NUMBERS)) and one.dataset.embeddings.shape == (30, 48)
