"""Guesses the encoding of a text that is not UTF-8 and does not declare one: the one in which it consists of a language's letters.

Each encoding comes with the letters, beyond ASCII, that its languages use most. A text is decoded in each; how common the letters are
that come out, and where they stand, tells the right one: in a wrong one there are signs within words, capitals behind small letters,
and letters that hardly any language uses. No library that does this is in Pyodide's start, and on tables, whose letters beyond ASCII
are few, those for any text guess worse.
"""

import io
import re
from collections import Counter
from functools import lru_cache

# (encoding, its name, letters by how common they are for each of its languages): the likelier encoding first, since it wins a tie.
_WEST = (
    "äüößÄÜÖ", "éèàêçôîùûâœëïÉÀÈ", "óáíéúñ¿¡ü", "ãçáéóêíõâúàô", "èàòùéì", "åäöÅÄÖ", "æøåÆØÅé", "ëéïüö",
)
_CENTRAL = ("łąężóśćńźŚŻŁ", "íáéřěýčžšůúňťďóŠČŘ", "áéíóöőúüű", "čšžćđŠČŽ", "ăîâșțşţ", "áíčéžýľšúťôňäďŕĺó")
_CYRILLIC = ("оаеинтсрвлкмдпуяызьбгчйхжюшцщэфъё", "оаинтвеірсклмудпязьбгчйхжїюшєцщфґ", "аоеитнрсвлкдмпузгъбчщшцжйхяюф")
_TURKISH = ("ıüşçğöİŞÇÖÜâ",)
_GREEK = ("αοιετσνηυρπκμλςίόάέήωγδύχθφβώξζψ",)
_HEBREW = ("יוהלאתשרמבנםחדקעכפטןגצסזךףץ",)
_ARABIC = ("المينرتوبةعدسفهكقحجأطصىشخزإضذثغءآئظؤ،؟",)
_THAI = ("านรอกเงมยลวดทตสปบคะแขจหพชใไผโถ่้ัีิุูำ์ื็ึ",)
_BALTIC = ("ėšųžąįčūęāīēņļģķ", "āīēšņļčžģūķ", "äõüöš")
_KANA = ("のにいるたはをがとてしでなれかりすまもこっくらさあどけそえおきよだんやわみめうせつちーンスルイトラリクドアックタシレ、。",)
_SIMPLIFIED = (
    "的一是不了在人有我他这中大来上个国和说们为子你地出道也时年得就那要下以生会自着去之过家学对可她里后小么心多天而能好都然没"
    "日于起还发成事只作当想看文无开手用主行方又如前所本见经头面公同三已老从动两长知民样现分将外但身些与高意进把法此实回二理美"
    "点月明其种声全工己话儿者向情部正名定女问力机给等几很业最间新什打便位因重被走电四第门相次东政海口使教西再平真听世气信北少"
    "关并内加化由却代军产入先山五太水万市题快差评质量价格服务态度喜欢推荐买货物品东包装客，。！？",
)
_TRADITIONAL = (
    "的一是不了在人有我他這中大來上個國和說們為子你地出道也時年得就那要下以生會自著去之過家學對可她裡後小麼心多天而能好都然沒"
    "日於起還發成事只作當想看文無開手用主行方又如前所本見經頭面公同三已老從動兩長知民樣現分將外但身些與高意進把法此實回二理美"
    "點月明其種聲全工己話兒者向情部正名定女問力機給等幾很業最間新什打便位因重被走電四第門相次東政海口使教西再平真聽世氣信北少"
    "關並內加化由卻代軍產入先山五太水萬市題快差評質量價格服務態度喜歡推薦買貨物品包裝客，。！？",
)
_HANGUL = ("이다는에가을의하고지은기리한사서도로어나자시정인대보아수스라일상해있요전습니들여만게구제트공원그부주안성것",)
ENCODINGS = (
    ("cp1252", "Windows-1252", _WEST),
    ("cp1250", "Windows-1250", _CENTRAL),
    ("cp1251", "Windows-1251", _CYRILLIC),
    ("gb18030", "GB 18030", _SIMPLIFIED),
    ("cp932", "Shift JIS", _KANA),
    ("cp949", "EUC-KR", _HANGUL),
    ("big5", "Big5", _TRADITIONAL),
    ("cp1254", "Windows-1254", _TURKISH),
    ("cp1253", "Windows-1253", _GREEK),
    ("cp1256", "Windows-1256", _ARABIC),
    ("cp1255", "Windows-1255", _HEBREW),
    ("euc_jp", "EUC-JP", _KANA),
    ("mac_roman", "Mac Roman", _WEST),
    ("iso8859_2", "ISO 8859-2", _CENTRAL),
    ("koi8_r", "KOI8-R", _CYRILLIC[:1]),
    ("cp850", "code page 850", _WEST),
    ("cp852", "code page 852", _CENTRAL),
    ("cp866", "code page 866", _CYRILLIC),
    ("cp874", "Windows-874", _THAI),
    ("cp1257", "Windows-1257", _BALTIC),
    ("koi8_u", "KOI8-U", _CYRILLIC[1:2]),
    ("mac_cyrillic", "Mac Cyrillic", _CYRILLIC),
)
NAMES = {encoding: name for encoding, name, _ in ENCODINGS}
# Signs that stand in texts of any language, between words or numbers.
_SIGNS = frozenset("“”‘’„‚–—…«»‹›€£§°©®™·•²³½¼±×÷µ´\u00a0、。，！？：；（）「」【】￥％～《》")
_WITHIN_WORDS = frozenset("’–—·´\u00a0、。，！？：；")
SAMPLE_BYTES = 200_000
LEAST_OF_RARE, MANY_LETTERS, LEAST_OF_MANY = 0.35, 100, 0.7  # what the rarest letter counts, the most common one counting 1
SIGN, OTHER_IDEOGRAPH, BESIDE_ANOTHER, OTHER, MISPLACED = 0.9, 0.55, 0.5, 0.0, -1.0
HALF_WIDTH = "\uff61", "\uff9f"  # katakana that hardly anybody writes
CAPITAL_WITHIN = 0.1  # a capital behind another counts so much less
# So much less counts an encoding for each place behind the first one in `ENCODINGS`, and the less text there is, the more.
A_PLACE, LAST_PLACE, FEW_LETTERS = 0.005, 10, 12
SHARE_OF_UTF_8 = 0.9  # of the characters beyond ASCII, where the others are damage and no other encoding

_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]")
_WELL_FORMED = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")


def encoding_of(content: bytes) -> str:
    """The likeliest encoding of a text that is no UTF-8.

    Parameters
    ----------
    content : bytes

    Returns
    -------
    str
        One of those in `ENCODINGS`, in which all of the text can be decoded; ``cp1252`` where none makes letters of it.

    Examples
    --------
    >>> encoding_of("Größe;Käfer".encode("cp1252")), encoding_of("хорошо;плохо".encode("koi8_r"))
    ('cp1252', 'koi8_r')
    """
    sample = _sample(content)
    scores = {}
    for place, (encoding, _, languages) in enumerate(ENCODINGS):
        text = _decoded(sample, encoding)
        if text is not None:
            unlikely = A_PLACE * min(place, LAST_PLACE) * (1 + FEW_LETTERS / max(1, len(_BEYOND_ASCII.findall(text))))
            scores[encoding] = max(_score(text, letters) for letters in languages) - unlikely
    likely = sorted((encoding for encoding in scores if scores[encoding] > 0), key=lambda encoding: -scores[encoding])
    return next((encoding for encoding in likely if _decoded(content, encoding) is not None), ENCODINGS[0][0])


def is_damaged_utf_8(content: bytes) -> bool:
    """Whether a text is UTF-8 but for a few bytes, such as a letter that was cut in two or lines of another file."""
    sample = _sample(content)
    formed = len(_WELL_FORMED.findall(sample))
    others = len(re.findall(rb"[\x80-\xff]", _WELL_FORMED.sub(b"", sample)))
    return formed > 0 and formed >= SHARE_OF_UTF_8 * (formed + others)


def _sample(content):
    """The lines that hold bytes beyond ASCII, so many as are enough."""
    lines, size = [], 0
    for line in io.BytesIO(content):
        if not line.isascii():
            lines.append(line)
            size += len(line)
            if size > SAMPLE_BYTES:
                break
    return b"".join(lines)


def _decoded(content, encoding):
    """Bytes as text; None where they are not in that encoding."""
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        return None


@lru_cache(maxsize=64)
def _weights(letters):
    """How much each letter counts, the more the more common it is, in either case."""
    count, least = max(1, len(letters) - 1), LEAST_OF_MANY if len(letters) > MANY_LETTERS else LEAST_OF_RARE
    weights = {}
    for place, letter in enumerate(letters):
        for form in (letter, letter.upper()):
            weights.setdefault(form, 1 - (1 - least) * place / count)
    return weights


def _score(text, letters):
    """How well a text beyond ASCII fits the letters of a language: 1 at most."""
    weights = _weights(letters)
    pairs = Counter((text[match.start() - 1 : match.start()], match[0], text[match.end() : match.end() + 1]) for match in _BEYOND_ASCII.finditer(text))
    total = sum(pairs.values())
    return sum(count * _weight(*pair, weights) for pair, count in pairs.items()) / max(1, total)


def _weight(before, letter, after, weights):
    """What a letter counts for a language where it stands between two others."""
    if letter in _SIGNS:
        return MISPLACED if before.isalpha() and after.isalpha() and letter not in _WITHIN_WORDS else SIGN
    beside = [other for other in (before, after) if other.isalpha()]
    is_latin, is_ideograph = letter < "\u0250", "\u3040" <= letter
    if letter not in weights and (not letter.isalpha() or HALF_WIDTH[0] <= letter <= HALF_WIDTH[1]) or letter.isupper() and before.islower():
        return MISPLACED
    if not is_latin and not is_ideograph and any(other.isascii() for other in beside):
        return MISPLACED  # letters of two scripts in a word
    weight = weights.get(letter, OTHER_IDEOGRAPH if is_ideograph and letter.isalpha() else OTHER)
    if is_latin and not all(other.isascii() for other in beside) or is_ideograph and any(other.isascii() for other in beside):
        weight *= BESIDE_ANOTHER
    return weight - CAPITAL_WITHIN * (letter.isupper() and before.isupper())
