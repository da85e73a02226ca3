#!/usr/bin/env python3
"""Writes the code page tables of src/base/code_pages/, one text file a page.

    tools/code_pages/generate.py [FOLDER]     default: src/base/code_pages

A table is 256 rows `BYTE CODE_POINT` in hexadecimal, in byte order; `-` stands for a byte that the page leaves
undefined. The source is glibc's iconv (ICU 72 lacks 880, 1166, RK1048 and PT154). Where Python has the page too, from
the Unicode consortium's mapping files, it must agree on every byte but those of DIFFER, or nothing is written.

Pages that shift to double-byte characters have below it a row `LEAD CHARACTERS` for every first byte of a pair: what its
pairs with 41 to FE are, in their order, U+FFFD for one that is undefined, or that would come back as other bytes. 4040 is the blank.

On EBCDIC pages byte 15 is NEL (U+0085) and 25 is LF, as IBM's tables have it; some converters exchange the two.

Not a converter: the product reads only the tables.
"""
import ctypes
import pathlib
import sys

# file, iconv name, Python codec, what it is
PAGES = [
    ("ascii", "ANSI_X3.4-1968", "ascii", "US-ASCII: bytes above 7F are undefined"),
    ("cp437", "CP437", "cp437", "MS-DOS (IBM 437)"),
    ("cp850", "CP850", "cp850", "MS-DOS Western European (IBM 850)"),
    ("cp852", "CP852", "cp852", "MS-DOS Central European (IBM 852)"),
    ("cp855", "CP855", "cp855", "MS-DOS Cyrillic (IBM 855)"),
    ("cp866", "CP866", "cp866", "MS-DOS Cyrillic (IBM 866)"),
    ("cp1250", "CP1250", "cp1250", "Windows Central European"),
    ("cp1251", "CP1251", "cp1251", "Windows Cyrillic"),
    ("cp1252", "CP1252", "cp1252", "Windows Western European"),
    ("iso8859-1", "ISO-8859-1", "latin_1", "ISO/IEC 8859-1"),
    ("iso8859-2", "ISO-8859-2", "iso8859_2", "ISO/IEC 8859-2, Central European"),
    ("iso8859-5", "ISO-8859-5", "iso8859_5", "ISO/IEC 8859-5, Cyrillic"),
    ("iso8859-15", "ISO-8859-15", "iso8859_15", "ISO/IEC 8859-15, Western European with the euro"),
    ("kz1048", "RK1048", "kz1048", "Kazakh standard ST RK 1048-2002 (RK1048, STRK1048-2002)"),
    ("pt154", "PT154", "ptcp154", "ParaType Asian Cyrillic (PTCP154): Kazakh, Kyrgyz, Uzbek"),
    ("koi8-r", "KOI8-R", "koi8_r", "Russian Cyrillic, RFC 1489"),
    ("koi8-u", "KOI8-U", "koi8_u", "Ukrainian Cyrillic, RFC 2319"),
    ("cp037", "IBM037", "cp037", "EBCDIC: USA, Canada, Netherlands, Portugal, Brazil"),
    ("cp273", "IBM273", "cp273", "EBCDIC: Germany, Austria"),
    ("cp277", "IBM277", None, "EBCDIC: Denmark, Norway"),
    ("cp278", "IBM278", None, "EBCDIC: Finland, Sweden"),
    ("cp280", "IBM280", None, "EBCDIC: Italy"),
    ("cp284", "IBM284", None, "EBCDIC: Spain, Latin America"),
    ("cp285", "IBM285", None, "EBCDIC: United Kingdom"),
    ("cp297", "IBM297", None, "EBCDIC: France"),
    ("cp500", "IBM500", "cp500", "EBCDIC: international"),
    ("cp871", "IBM871", None, "EBCDIC: Iceland"),
    ("cp875", "IBM875", "cp875", "EBCDIC: Greek"),
    ("cp880", "IBM880", None, "EBCDIC: Cyrillic, the old page"),
    ("cp1025", "IBM1025", None, "EBCDIC: Cyrillic"),
    ("cp1047", "IBM1047", None, "EBCDIC: Latin 1, open systems"),
    ("cp1140", "IBM1140", "cp1140", "EBCDIC: cp037 with the euro"),
    ("cp1141", "IBM1141", None, "EBCDIC: cp273 with the euro"),
    ("cp1142", "IBM1142", None, "EBCDIC: cp277 with the euro"),
    ("cp1143", "IBM1143", None, "EBCDIC: cp278 with the euro"),
    ("cp1144", "IBM1144", None, "EBCDIC: cp280 with the euro"),
    ("cp1145", "IBM1145", None, "EBCDIC: cp284 with the euro"),
    ("cp1146", "IBM1146", None, "EBCDIC: cp285 with the euro"),
    ("cp1147", "IBM1147", None, "EBCDIC: cp297 with the euro"),
    ("cp1148", "IBM1148", None, "EBCDIC: cp500 with the euro"),
    ("cp1149", "IBM1149", None, "EBCDIC: cp871 with the euro"),
    ("cp1154", "IBM1154", None, "EBCDIC: cp1025 with the euro"),
    ("cp1158", "IBM1158", None, "EBCDIC: Ukrainian with the euro"),
    ("cp1166", "IBM1166", None, "EBCDIC: Cyrillic with the Kazakh and Kyrgyz letters"),
]

# EBCDIC with double-byte characters between shift-out (0E) and shift-in (0F).
MIXED_PAGES = [
    ("cp930", "IBM930", "EBCDIC: Japan, Katakana, and Kanji"),
    ("cp933", "IBM933", "EBCDIC: Korea"),
    ("cp935", "IBM935", "EBCDIC: China, simplified"),
    ("cp937", "IBM937", "EBCDIC: Taiwan, traditional"),
    ("cp939", "IBM939", "EBCDIC: Japan, Latin, and Kanji"),
]
SHIFT_OUT, SHIFT_IN = 0x0E, 0x0F
BLANK, TRAILS = 0x40, range(0x41, 0xFF)

# Bytes on which Python has something else, and why that is not taken.
DIFFER = {
    "cp273": {0xBC},  # an overline where IBM's table and ICU have the macron
    # A later edition of the page, and 1A (substitute) where a byte is undefined.
    "cp875": {0x6A, 0x74, 0xDC, 0xDD, 0xE1, 0xEC, 0xED, 0xFC, 0xFD},
}

LIBC = ctypes.CDLL(None)
LIBC.iconv_open.restype = ctypes.c_void_p
LIBC.iconv_close.argtypes = [ctypes.c_void_p]
LIBC.iconv.argtypes = [ctypes.c_void_p] + 2 * [ctypes.POINTER(ctypes.c_char_p), ctypes.POINTER(ctypes.c_size_t)]
LIBC.iconv.restype = ctypes.c_size_t
FAILED = ctypes.c_size_t(-1).value


def convert(source, target, text):
    handle = LIBC.iconv_open(target.encode(), source.encode())
    if handle == ctypes.c_void_p(-1).value:
        sys.exit(f"iconv does not know {source} or {target}")
    made = ctypes.create_string_buffer(16)
    at, left = ctypes.c_char_p(text), ctypes.c_size_t(len(text))
    out, room = ctypes.c_char_p(ctypes.addressof(made)), ctypes.c_size_t(len(made))
    result = LIBC.iconv(handle, ctypes.byref(at), ctypes.byref(left), ctypes.byref(out), ctypes.byref(room))
    if result != FAILED:
        result = LIBC.iconv(handle, None, None, ctypes.byref(out), ctypes.byref(room))  # back to single bytes
    LIBC.iconv_close(handle)
    return None if result == FAILED else made.raw[:len(made) - room.value]


def by_iconv(page, byte):
    made = convert(page, "UTF-8", bytes([byte]))
    return None if made is None else made.decode("utf-8")


def by_pair(page, lead, trail):
    """The character of a pair that comes back as the same pair; None when there is none."""
    text = bytes([SHIFT_OUT, lead, trail, SHIFT_IN])
    made = convert(page, "UTF-8", text)
    if not made or convert("UTF-8", page, made) != text:
        return None
    character = made.decode("utf-8")
    return character if len(character) == 1 and ord(character) < 0x10000 else None


def by_python(page, byte):
    try:
        return bytes([byte]).decode(page)
    except UnicodeDecodeError:
        return None


def table(name, iconv_name, codec, title):
    differ = DIFFER.get(name, set())
    equal = "" if codec is None else f", equal to Python's {codec}"
    if differ:
        equal += " but for " + " ".join(f"{byte:02X}" for byte in sorted(differ))
    lines = [
        f"# {name}: {title}",
        f"# Written by tools/code_pages/generate.py from glibc iconv {iconv_name}{equal}.",
        "# BYTE CODE_POINT; - is undefined.",
    ]
    for byte in range(256):
        character = by_iconv(iconv_name, byte)
        if codec is not None and (character != by_python(codec, byte)) != (byte in differ):
            sys.exit(f"{name}: iconv and Python are not as expected at byte {byte:02X}")
        lines.append(f"{byte:02X} {ord(character):04X}" if character is not None else f"{byte:02X} -")
    return "\n".join(lines) + "\n"


def mixed_table(name, iconv_name, title):
    lines = [
        f"# {name}: {title}",
        f"# Written by tools/code_pages/generate.py from glibc iconv {iconv_name}.",
        "# BYTE CODE_POINT, - is undefined; then LEAD CHARACTERS of the pairs with 41 to FE.",
    ]
    for byte in range(256):
        character = None if byte in (SHIFT_OUT, SHIFT_IN) else by_iconv(iconv_name, byte)
        back = convert("UTF-8", iconv_name, character.encode()) if character else None
        lines.append(f"{byte:02X} {ord(character):04X}" if back == bytes([byte]) else f"{byte:02X} -")
    for lead in TRAILS:
        row = "".join(by_pair(iconv_name, lead, trail) or "\ufffd" for trail in TRAILS)
        if row.strip("\ufffd"):
            lines.append(f"{lead:02X} {row}")
    if by_pair(iconv_name, BLANK, BLANK) != "\u3000":
        sys.exit(f"{name}: the pair 4040 is no ideographic blank")
    return "\n".join(lines) + "\n"


def main():
    root = pathlib.Path(__file__).resolve().parents[2]
    folder = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else root / "src/base/code_pages"
    folder.mkdir(parents=True, exist_ok=True)
    for page in PAGES:
        (folder / f"{page[0]}.txt").write_text(table(*page), encoding="utf-8", newline="\n")
    for page in MIXED_PAGES:
        (folder / f"{page[0]}.txt").write_text(mixed_table(*page), encoding="utf-8", newline="\n")


main()
