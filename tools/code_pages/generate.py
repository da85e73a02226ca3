#!/usr/bin/env python3
"""Writes the code page tables of src/base/code_pages/, one text file a page.

    tools/code_pages/generate.py [FOLDER]     default: src/base/code_pages

A table is 256 rows `BYTE CODE_POINT` in hexadecimal, in byte order; `-` stands for a byte that the page leaves
undefined. The source is glibc's iconv (ICU 72 lacks RK1048 and PT154); Python's own codecs, which come from the
Unicode consortium's mapping files, must agree on every byte, or nothing is written.

Not a converter: the product reads only the tables.
"""
import pathlib
import subprocess
import sys

# file, iconv name, Python codec, what it is
PAGES = [
    ("ascii", "ANSI_X3.4-1968", "ascii", "US-ASCII: bytes above 7F are undefined"),
    ("cp866", "CP866", "cp866", "MS-DOS Cyrillic (IBM 866)"),
    ("cp1251", "CP1251", "cp1251", "Windows Cyrillic"),
    ("kz1048", "RK1048", "kz1048", "Kazakh standard ST RK 1048-2002 (RK1048, STRK1048-2002)"),
    ("pt154", "PT154", "ptcp154", "ParaType Asian Cyrillic (PTCP154): Kazakh, Kyrgyz, Uzbek"),
    ("koi8-r", "KOI8-R", "koi8_r", "Russian Cyrillic, RFC 1489"),
]


def by_iconv(page, byte):
    run = subprocess.run(["iconv", "-f", page, "-t", "UTF-8"], input=bytes([byte]), capture_output=True)
    return run.stdout.decode("utf-8") if run.returncode == 0 else None


def by_python(page, byte):
    try:
        return bytes([byte]).decode(page)
    except UnicodeDecodeError:
        return None


def table(name, iconv_name, codec, title):
    lines = [
        f"# {name}: {title}",
        f"# Written by tools/code_pages/generate.py from glibc iconv {iconv_name}, equal to Python's {codec}.",
        "# BYTE CODE_POINT; - is undefined.",
    ]
    for byte in range(256):
        character = by_iconv(iconv_name, byte)
        if character != by_python(codec, byte):
            sys.exit(f"{name}: iconv and Python differ at byte {byte:02X}")
        lines.append(f"{byte:02X} {ord(character):04X}" if character is not None else f"{byte:02X} -")
    return "\n".join(lines) + "\n"


def main():
    root = pathlib.Path(__file__).resolve().parents[2]
    folder = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else root / "src/base/code_pages"
    folder.mkdir(parents=True, exist_ok=True)
    for page in PAGES:
        (folder / f"{page[0]}.txt").write_text(table(*page), encoding="utf-8", newline="\n")


main()
