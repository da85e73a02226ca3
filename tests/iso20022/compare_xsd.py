#!/usr/bin/env python3
"""Compares schemas component by component: elements, order, occurrence, types, facets, attributes, wildcards.

usage: compare_xsd.py TILMASH OFFICIAL_FOLDER WORK_FOLDER

Imports every official schema with `tilmash schema import`, exports each again with `tilmash schema export`, and
compares the export with the official file. This script reads XML with Python's library: it shares nothing with ours.
Skips (prints SKIP:) where the folder is absent; under CI=true that is a failure.
"""
import os
import pathlib
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ElementTree

XS = "{http://www.w3.org/2001/XMLSchema}"




def particle(element):
    kind = element.tag.removeprefix(XS)
    occurs = (element.get("minOccurs", "1"), element.get("maxOccurs", "1"))
    if kind == "element":
        return ("element", element.get("name"), element.get("type"), occurs)
    if kind == "any":
        return ("any", element.get("namespace", "##any"), element.get("processContents", "strict"), occurs)
    return (kind, occurs, tuple(particle(child) for child in element if child.tag != XS + "annotation"))


def type_of(element):
    kind = element.tag.removeprefix(XS)
    if kind == "simpleType":
        restriction = element.find(XS + "restriction")
        facets = sorted((facet.tag, facet.get("value")) for facet in restriction)
        return ("simple", restriction.get("base"), tuple(facets))
    content = element.find(XS + "simpleContent")
    if content is not None:
        extension = content.find(XS + "extension")
        attributes = tuple((a.get("name"), a.get("type"), a.get("use", "optional")) for a in extension)
        return ("value", extension.get("base"), attributes)
    body = particle(element[0])
    # A sequence that holds one choice only is that choice.
    if body[0] == "sequence" and len(body[2]) == 1 and body[2][0][0] == "choice" and body[1] == ("1", "1"):
        body = body[2][0]
    return ("content", body)


def components(text):
    root = ElementTree.fromstring(text)
    head = (root.get("targetNamespace"), root.get("elementFormDefault"))
    roots = [(e.get("name"), e.get("type")) for e in root.findall(XS + "element")]
    types = {e.get("name"): type_of(e) for e in root if e.tag in (XS + "simpleType", XS + "complexType")}
    return head, roots, types


def main():
    tilmash, official, work = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
    if not official.is_dir():
        print(f"SKIP: {official} is not here")
        return 1 if os.environ.get("CI") == "true" else 0
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    files = sorted(official.glob("*.xsd"))
    subprocess.run([tilmash, "schema", "import", *map(str, files), "--share", "--into", str(work)], check=True,
                   stdout=subprocess.DEVNULL)
    built_in = subprocess.run([tilmash, "schema", "list"], check=True, capture_output=True, text=True).stdout
    built_in = [line.split()[0] for line in built_in.splitlines()]
    ids = [file.stem for file in files]
    for overlay, messages, folder in ((["--data", str(work)], ids, work / "all"), ([], built_in, work / "built_in")):
        subprocess.run([tilmash, *overlay, "schema", "export", "--into", str(folder), *messages], check=True)
    wrong = 0
    for file in files:
        expected = components(file.read_bytes())
        for exported in (work / "all" / file.name, work / "built_in" / file.name):
            if exported.parent.name == "built_in" and file.stem not in built_in:
                continue
            if components(exported.read_bytes()) != expected:
                print(f"{file.name}: the export in {exported.parent.name} differs")
                wrong += 1
    print(f"{len(files)} schemas compared, {wrong} differ")
    return 1 if wrong or len(files) < 548 else 0


if __name__ == "__main__":
    sys.exit(main())
