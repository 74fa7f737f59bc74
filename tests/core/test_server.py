"""The server of the command and the notebook: only Vizzy's own page, with the secret, gets the page and the data."""

import http.client
import json
from pathlib import Path

import pytest

from vizzy.native.page_commands import TableWriter
from vizzy.native.page_files import CheckoutPage
from vizzy.native.server import PageServer, ServedData
from vizzy.reading import ReadingError

TABLE = b"id,label\na,cat\n"


class TinyPage:
    """A page of two files."""

    def read(self, name):
        return {"index.html": b"<head></head>", "static/a.svg": b"<svg/>"}.get(name)


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setattr("vizzy.native.server.page", TinyPage)
    one = PageServer(ServedData([("pets.csv", TABLE)], write=lambda name, content: f"{name}: {len(content)} bytes")).start()
    yield one
    one.close()


def ask(server, path, method="GET", body=None, **headers):
    """(status, body, headers) of an answer; headers replace those of Vizzy's page, and None leaves one out."""
    own = {"Host": f"127.0.0.1:{server.server_port}"}
    if method == "POST":
        own["Origin"] = f"http://127.0.0.1:{server.server_port}"
    sent = {name: value for name, value in {**own, **{key.replace("_", "-"): value for key, value in headers.items()}}.items() if value}
    connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=10)
    connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
    for name, value in {**sent, **({"Content-Length": str(len(body))} if body is not None else {})}.items():
        connection.putheader(name, value)
    connection.endheaders(body)
    response = connection.getresponse()
    content = response.read()
    connection.close()
    return response.status, content, response.headers


def below(server, name):
    return f"/{server.secret}/{name}"


def test_the_page_gets_its_files_and_the_data(server):
    status, page, headers = ask(server, below(server, ""))
    assert status == 200 and b'<meta name="vizzy-data" content="data/files.json">' in page
    assert headers["Content-Type"].startswith("text/html") and headers["X-Content-Type-Options"] == "nosniff"
    assert ask(server, below(server, "static/a.svg"))[2]["Content-Type"] == "image/svg+xml"
    described = json.loads(ask(server, below(server, "data/files.json"))[1])
    assert described["files"] == [{"name": "pets.csv", "address": "data/0"}] and described["preview"]
    assert ask(server, below(server, "data/0"))[:2] == (200, TABLE)


def test_it_listens_to_this_machine_alone(server):
    assert server.server_address[0] == "127.0.0.1"
    assert len(server.secret) >= 32 and server.address.endswith(f"/{server.secret}/")


@pytest.mark.parametrize("path", ["/", "/data/0", "/wrong/data/0", "//data/0", "/{half}/data/0", "/{secret}x/data/0"])
def test_without_the_secret_there_is_nothing(server, path):
    path = path.format(secret=server.secret, half=server.secret[:16])
    status, content, _ = ask(server, path)
    assert status == 404 and TABLE not in content


@pytest.mark.parametrize("host", [None, "evil.example", "evil.example:{port}", "127.0.0.1", "127.0.0.1:1", "127.0.0.1.evil.example:{port}"])
def test_another_host_is_refused(server, host):
    host = host and host.format(port=server.server_port)
    assert ask(server, below(server, "data/0"), Host=host)[0] == 403


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://127.0.0.1:1", "https://127.0.0.1:{port}", "http://localhost:{port}"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_another_origin_is_refused(server, origin, method):
    path = below(server, "data/0" if method == "GET" else "decisions")
    origin = origin.format(port=server.server_port)
    assert ask(server, path, method, b"{}" if method == "POST" else None, Origin=origin)[0] == 403
    assert server.data.fields is None


def test_whoever_sends_something_must_say_from_where(server):
    assert ask(server, below(server, "decisions"), "POST", b"{}", Origin=None)[0] == 403


@pytest.mark.parametrize(("site", "mode", "status"), [
    ("cross-site", "no-cors", 403),
    ("same-site", "cors", 403),
    ("cross-site", "navigate", 200),  # the notebook's frame
    ("same-origin", "cors", 200),
    ("none", "navigate", 200),
])
def test_another_sites_page_may_frame_the_page_but_not_read_from_it(server, site, mode, status):
    assert ask(server, below(server, ""), Sec_Fetch_Site=site, Sec_Fetch_Mode=mode)[0] == status


@pytest.mark.parametrize("name", [
    "../pyproject.toml", "..%2f..%2fetc/passwd", "%2e%2e/%2e%2e/etc/passwd", "static/../../pyproject.toml", "/etc/passwd",
    "%2fetc%2fpasswd", "..\\..\\x", "data/1", "data/-1", "data/0/../0", "data/%00", "data/99999999999999999999", "data/%C2%B2", "sw.js",
])
def test_only_the_files_of_the_page_and_of_the_data_are_read(server, name):
    assert ask(server, below(server, name))[0] == 404


@pytest.mark.parametrize("name", [
    "../secret", "vizzy/../../secret", "vizzy/../.git/config", ".git/config", "pyproject.toml", "static/link", "static/./../.git/config",
    "/etc/passwd", "C:/x", "static\\..\\x", "", "static",
])
def test_a_checkout_serves_the_page_and_nothing_beside_it(tmp_path, name):
    root = tmp_path / "checkout"
    for path, text in {"secret": "no", "checkout/.git/config": "no", "checkout/pyproject.toml": "no", "checkout/static/a.svg": "yes"}.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    (root / "static/link").symlink_to(tmp_path / "secret")
    assert CheckoutPage(root).read("static/a.svg") == b"yes"
    assert CheckoutPage(root).read(name) is None


def test_what_the_page_sends_is_kept_for_the_next_time_it_asks(server):
    fields = {"reviews": [[0, "changed"]], "changed_labels": [[0, 1]]}
    assert ask(server, below(server, "index"), "POST", b"{}")[0] == 200
    assert ask(server, below(server, "choices"), "POST", b'{"header": true}')[0] == 200
    assert ask(server, below(server, "decisions"), "POST", json.dumps(fields).encode())[0] == 200
    described = json.loads(ask(server, below(server, "data/files.json"))[1])
    assert described["fields"] == fields and described["choices"] == {"header": True} and not described["preview"]
    assert json.loads(ask(server, below(server, "table?name=a%20b.csv"), "POST", b"abc")[1]) == {"written": "a b.csv: 3 bytes"}
    assert ask(server, below(server, "elsewhere"), "POST", b"{}")[0] == 404
    assert ask(server, below(server, "decisions"), "POST", None)[0] == 411


def test_it_knows_whether_what_was_decided_is_on_disk(server):
    def decide(view, *reviews):
        fields = {"reviews": [list(pair) for pair in reviews], "changed_labels": [], "view": view}
        ask(server, below(server, "decisions"), "POST", json.dumps(fields).encode())
        return server.data.is_unwritten

    assert not decide("explore", (0, "kept"))  # as the table had it
    assert not decide("review", (0, "kept"))
    assert decide("review", (0, "kept"), (1, "kept"))
    assert decide("explore", (0, "kept"), (1, "kept"))
    ask(server, below(server, "table?name=a.csv"), "POST", b"abc")
    assert not decide("review", (0, "kept"), (1, "kept"))
    assert decide("review")


def test_the_address_is_not_printed_to_a_log(server, capfd):
    ask(server, below(server, ""))
    assert server.secret not in "".join(capfd.readouterr())


# --- writing the table ----------------------------------------------------------------------------------------


@pytest.fixture
def table(tmp_path):
    (tmp_path / "pets.csv").write_bytes(TABLE)
    return tmp_path / "pets.csv"


def test_the_table_is_written_beside_the_input_and_over_no_other_file(table):
    (table.parent / "pets-corrected.csv").write_text("somebody's")
    writer = TableWriter([("emb.npy", table.parent / "emb.npy"), ("pets.csv", table)])
    assert writer.write("pets-corrected.csv", b"one") == str(table.parent / "pets-corrected-2.csv")
    assert writer.write("pets-corrected.csv", b"two") == str(table.parent / "pets-corrected-2.csv")
    assert table.read_bytes() == TABLE
    assert sorted(path.name for path in table.parent.iterdir()) == ["pets-corrected-2.csv", "pets-corrected.csv", "pets.csv"]
    assert (table.parent / "pets-corrected-2.csv").read_bytes() == b"two"
    assert (table.parent / "pets-corrected.csv").read_text() == "somebody's"


def test_a_corrected_table_that_is_opened_again_is_not_written_over(tmp_path):
    again = tmp_path / "pets-corrected.csv"
    again.write_bytes(TABLE)
    assert TableWriter([(again.name, again)]).write("pets-corrected.csv", b"new") == str(tmp_path / "pets-corrected-2.csv")
    assert again.read_bytes() == TABLE


def test_in_place_the_input_is_written_over_where_its_format_is_written(table):
    assert TableWriter([(table.name, table)], in_place=True).write("pets-corrected.csv", b"new") == str(table)
    assert table.read_bytes() == b"new"
    sheet = table.rename(table.with_suffix(".xlsx"))
    with pytest.raises(ReadingError, match="pets.xlsx can be read but not written: leave out --in-place"):
        TableWriter([(sheet.name, sheet)], in_place=True).write("pets-corrected.csv", b"newer")
    assert sheet.read_bytes() == b"new"


@pytest.mark.parametrize("name", ["../../out.csv", "/tmp/out.csv", "..\\out.csv", ""])
def test_a_name_leads_out_of_no_folder(table, name):
    written = Path(TableWriter([(table.name, table)]).write(name, b"new"))
    assert written.parent == table.parent and written != table


def test_output_says_where_and_must_have_the_tables_format(table):
    out = table.parent / "out.csv"
    assert TableWriter([(table.name, table)], output=out).write("pets-corrected.csv", b"new") == str(out)
    with pytest.raises(ReadingError, match="The corrected table is a .csv file"):
        TableWriter([(table.name, table)], output=out.with_suffix(".parquet")).write("pets-corrected.csv", b"new")
