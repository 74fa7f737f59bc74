"""In which encoding a table is read that is not UTF-8 and does not say."""

import pytest

from vizzy.reading import Choices, InputFile, read
from vizzy.reading.encodings import encoding_of, is_damaged_utf_8
from vizzy.reading.formats import read_table, write_table

SENTENCES = {
    "cp1252": ["Die Lieferung war früh da;gut", "Das Gerät fällt ständig aus;schlecht"],
    "mac_roman": ["très déçu par la qualité du matériel reçu;négatif", "léger, très élégant pour l'été;positif"],
    "cp850": ["Größe und Gewicht wie beschrieben;gut", "Das Gerät fällt ständig aus;schlecht"],
    "cp1250": ["dostawa była szybka, świetna obsługa;dobry", "żałuję tego zakupu, słaba jakość;zły"],
    "iso8859_2": ["kvalita je špatná, nedoporučuji;špatný", "výborný výrobek za rozumnou cenu;dobrý"],
    "cp1251": ["доставка была быстрой и приятной;хорошо", "устройство сломалось в первый день;плохо"],
    "koi8_r": ["доставка была быстрой и приятной;хорошо", "устройство сломалось в первый день;плохо"],
    "cp866": ["доставка была быстрой и приятной;хорошо", "устройство сломалось в первый день;плохо"],
    "cp1253": ["η παράδοση ήταν γρήγορη και ευχάριστη;καλό", "η συσκευή χάλασε την πρώτη μέρα;κακό"],
    "cp1254": ["kargo çok hızlı geldi teşekkür ederim;iyi", "ürün ilk günden bozuldu çok üzgünüm;kötü"],
    "cp1255": ["המשלוח היה מהיר ונעים מאוד;טוב", "המכשיר התקלקל ביום הראשון;רע"],
    "cp1256": ["كان التوصيل سريعا ولطيفا جدا;جيد", "تعطل الجهاز في اليوم الأول;سيئ"],
    "cp932": ["配送がとても早くて助かりました。;良い", "初日に壊れてしまい残念です。;悪い"],
    "euc_jp": ["配送がとても早くて助かりました。;良い", "初日に壊れてしまい残念です。;悪い"],
    "gb18030": ["快递很快，服务态度也非常好。;好评", "第一天就坏了，太让人失望了。;差评"],
    "big5": ["快遞很快，服務態度也非常好。;好評", "第一天就壞了，太讓人失望了。;差評"],
    "cp949": ["배송이 정말 빠르고 친절했습니다;긍정", "첫날부터 고장나서 실망했습니다;부정"],
}
TEXT = "text;label\n" + "".join(f"a text of number {row};{label}\n" for row in range(20) for label in ("cat", "dog"))


def table_of(lines):
    return "text;label\r\n" + "".join(f"{row} {line}\r\n" for row in range(6) for line in lines)


@pytest.mark.parametrize("encoding", SENTENCES)
def test_a_table_of_sentences_is_read_in_its_encoding_which_is_said_and_written_back_byte_for_byte(encoding):
    content = table_of(SENTENCES[encoding]).encode(encoding)
    proposal = read([InputFile("data.csv", content)])
    opened = proposal.make()
    assert opened.texts[0] == f"0 {SENTENCES[encoding][0].partition(';')[0]}"
    assert set(opened.dataset.classes) == {line.partition(";")[2] for line in SENTENCES[encoding]}
    assert any("data.csv is not UTF-8" in note and "check its accents" in note for note in proposal.notes)
    assert write_table(read_table(InputFile("data.csv", content))) == content


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("it’s “quoted” – 5 €", "cp1252"), ("naïve café señor", "cp1252"), ("10 µm, 15 °C, ½", "cp1252"), ("smörgåsbord;Ærø", "cp1252"),
        ("Kätzchen;Hündchen", "cp1252"), ("zły;świetny", "cp1250"), ("žluťoučký kůň", "cp1250"), ("хорошо;плохо", "cp1251"),
        ("kötü;iyi ış", "cp1254"), ("体育;财经;科技", "gb18030"), ("體育;財經;科技", "big5"), ("はい;いいえ", "cp932"),
        ("Größe;Gerät", "mac_roman"), ("café crème", "cp850"),
    ],
)  # fmt: skip
def test_a_few_letters_tell_an_encoding(text, encoding):
    content = f"id;label\n1;{text}\n".encode(encoding)
    assert content.decode(encoding_of(content)) == f"id;label\n1;{text}\n"


def test_a_chosen_encoding_counts_for_more_than_a_guessed_one():
    content = table_of(SENTENCES["cp1251"]).encode("cp1251")
    table = read([InputFile("data.csv", content)], Choices(encoding="koi8_r")).contents.table
    assert table.form.encoding == "koi8_r" and "доставка" not in table.rows[0][0]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_a_mark_is_read_in_any_letters(encoding):
    content = table_of(SENTENCES["cp1251"]).encode(encoding)
    assert set(read([InputFile("data.csv", content)]).make().dataset.classes) == {"хорошо", "плохо"}


def test_a_letter_that_was_cut_in_two_does_not_make_utf_8_another_encoding():
    content = ("text;label\n" + "".join(f"{row} schön war’s und größer;{label}\n" for row in range(10) for label in ("süß", "sauer"))).encode()
    damaged = content.replace("3 schö".encode(), "3 schö".encode()[:-1], 1)
    assert is_damaged_utf_8(damaged) and not is_damaged_utf_8("Größe;Gerät;Müller".encode("cp1252"))
    proposal = read([InputFile("data.csv", damaged)])
    assert set(proposal.make().dataset.classes) == {"süß", "sauer"}
    assert any("UTF-8 with damaged letters, first at byte" in note for note in proposal.notes)


@pytest.mark.parametrize("end", ["\x1a", "\0" * 100], ids=["the end of a file in DOS", "a block of zeros"])
def test_what_ends_a_file_and_is_no_text_is_left_out(end):
    assert len(read([InputFile("data.csv", (TEXT + end).encode())]).make().dataset) == 40
