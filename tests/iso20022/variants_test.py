#!/usr/bin/env python3
"""Schemas of schemes (Swiss, German, Brazilian): imported, used at once, and equal to the originals.

Twice over: component by component, with derivations followed to their end, by Python's XML library; and by what libxml2
and Xerces, loaded with the original, say of samples made from what was imported.
"""
import json
import os
import pathlib
import re
import subprocess
import xml.etree.ElementTree as ElementTree

import program
from program import tilmash

XS = "{http://www.w3.org/2001/XMLSchema}"
KEYS = pathlib.Path(__file__).parent / "keys.xsd"
VARIANTS = program.SHARED / "iso20022/xsd-scheme-variants"
CONSTRAINTS = (XS + "unique", XS + "key")

OWN = """<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:own" xmlns="urn:own"
    elementFormDefault="qualified">
<xs:element name="Note" type="Note"/>
<xs:complexType name="Note">
  <xs:sequence>
    <xs:element name="Count" type="Count"/>
    <xs:element name="Small" type="Small" minOccurs="0"/>
    <xs:element name="Date" type="Date"/>
    <xs:element ref="Total" minOccurs="0"/>
  </xs:sequence>
</xs:complexType>
<xs:simpleType name="Small"><xs:restriction base="xs:byte"/></xs:simpleType>
<xs:simpleType name="Count">
  <xs:restriction base="xs:positiveInteger"><xs:maxInclusive value="999"/></xs:restriction>
</xs:simpleType>
<xs:simpleType name="Date">
  <xs:restriction base="xs:dateTime"><xs:pattern value="[^.]*\\.[0-9]{3}Z"/></xs:restriction>
</xs:simpleType>
<xs:element name="Total">
<xs:complexType>
  <xs:sequence>
    <xs:element name="Amount" maxOccurs="unbounded"><xs:simpleType><xs:restriction base="xs:integer"/></xs:simpleType></xs:element>
  </xs:sequence>
</xs:complexType>
</xs:element>
</xs:schema>
"""


class Flat:
    """A schema with its derivations followed, its nameless types named as the importer names them."""

    def __init__(self, text):
        self.root = ElementTree.fromstring(text)
        self.prefixes = dict(re.findall(r"""xmlns:([\w.-]+)=["']([^"']*)["']""", text))
        self.named = {e.get("name"): e for e in self.root if e.tag in (XS + "simpleType", XS + "complexType")}
        self.globals = {e.get("name"): e for e in self.root.findall(XS + "element")}
        self.types = {}
        for name, element in self.named.items():
            self.types[name] = self.type_of(element, name)
        referred = {e.get("ref") for e in self.root.iter(XS + "element")}
        self.elements = [(name, e.get("type"), self.constraints(e)) for name, e in self.globals.items()
                         if name not in referred]
        self.head = (self.root.get("targetNamespace"), self.root.get("elementFormDefault"))

    def type_of(self, element, name):
        if element.tag == XS + "simpleType":
            return ("simple", *self.simple(element))
        body = [child for child in element if child.tag != XS + "annotation"][0]
        if body.tag == XS + "simpleContent":
            return self.value(body, name)
        if body.tag == XS + "complexContent":
            derived = body[0]
            own = self.particle(derived[0], name)
            if derived.tag == XS + "restriction":
                return ("content", self.bare(own))
            base = self.type_of(self.named[derived.get("base")], derived.get("base"))[1]
            return ("content", ("sequence", ("1", "1"), (*self.parts(base), *self.parts(own))))
        return ("content", self.bare(self.particle(body, name)))

    def constraints(self, element):
        """Identity constraints with their paths' names in full."""
        def full(path):
            names = re.sub(r"([\w.-]+):([\w.-]+)", lambda m: f"{{{self.prefixes[m[1]]}}}{m[2]}", path)
            return re.sub(r"(?<![^|/])\./", "", re.sub(r"\s+", "", names))
        return tuple((c.tag, c.get("name"), *((part.tag, full(part.get("xpath"))) for part in c
                                              if part.tag != XS + "annotation"))
                     for c in element if c.tag in CONSTRAINTS)

    @staticmethod
    def bare(body):
        """A sequence that holds one choice only is that choice."""
        once = body[0] == "sequence" and body[1] == ("1", "1") and len(body[2]) == 1 and body[2][0][0] == "choice"
        return body[2][0] if once else body

    @staticmethod
    def parts(body):
        return (body,) if body[0] == "choice" else body[2]

    def simple(self, element):
        restriction = element.find(XS + "restriction")
        return self.restricted(restriction.get("base"), restriction)

    def restricted(self, base, restriction):
        facets = {}
        if not base.startswith(("xs:", "xsd:")):
            base, facets = self.simple(self.named[base])
            facets = dict(facets)
        if base == "xs:integer":  # what it comes to (XML Schema part 2, 3.3.13)
            base, facets = "xs:decimal", {"fractionDigits": ("0",), "pattern": ("[+\\-]?[0-9]+",)}
        own = {}
        for facet in restriction:
            if facet.tag not in (XS + "attribute", XS + "annotation"):
                own.setdefault(facet.tag.removeprefix(XS), []).append(facet.get("value"))
        if "length" in own:
            own["minLength"] = own["maxLength"] = own.pop("length")
        if "enumeration" in own:
            facets = {}
        facets.update({name: tuple(values) for name, values in own.items()})
        return base, tuple(sorted(facets.items()))

    def value(self, body, name):
        derived = body[0]
        attributes = {}
        base = derived.get("base")
        if derived.tag == XS + "restriction":
            _, value, inherited = self.type_of(self.named[base], base)
            attributes.update({a[0]: a for a in inherited})
            self.types[name + "_SimpleType"] = ("simple", *self.restricted(value, derived))
            base = name + "_SimpleType"
        for a in derived.findall(XS + "attribute"):
            attributes[a.get("name")] = (a.get("name"), a.get("type"), a.get("use", "optional"))
        return ("value", base, tuple(attributes.values()))

    def particle(self, element, owner):
        kind = element.tag.removeprefix(XS)
        occurs = (element.get("minOccurs", "1"), element.get("maxOccurs", "1"))
        if kind == "element":
            element = self.globals[element.get("ref")] if element.get("ref") else element
            inner = [child for child in element if child.tag not in (XS + "annotation", *CONSTRAINTS)]
            type_name = element.get("type")
            if inner:
                type_name = owner + "_" + element.get("name")
                self.types[type_name] = self.type_of(inner[0], type_name)
            return ("element", element.get("name"), type_name, occurs, self.constraints(element))
        if kind == "any":
            return ("any", element.get("namespace", "##any"), element.get("processContents", "strict"), occurs)
        return (kind, occurs, tuple(self.particle(c, owner) for c in element if c.tag != XS + "annotation"))


def used(flat):
    """The types that the root reaches: an export holds no others."""
    reached, wanted = {}, [flat.elements[0][1]]
    while wanted:
        name = wanted.pop()
        if name in reached or name is None:
            continue
        reached[name] = flat.types[name]
        wanted += [n for n in re.findall(r"'([^']+)'", repr(flat.types[name])) if n in flat.types]
    return reached


class Test_variants_of_schemes_are_imported_and_mean_the_same(program.Case):
    def write(self, name, text):
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return path

    def imported(self, file):
        into = self.folder / file.stem
        run = tilmash("schema", "import", file, "--into", into)
        if run.status != 0:
            return None, run
        return into, next((into / "schemas/iso20022/messages").glob("*.message")).name.removesuffix(".message")

    def test_components(self):
        self.need(VARIANTS)
        files = sorted(VARIANTS.glob("*.xsd"))
        self.assertEqual(len(files), 13)
        for file in files:
            with self.subTest(file.name):
                into, message = self.imported(file)
                self.assertIsNotNone(into, message)
                exported = Flat(tilmash("--data", into, "schema", "export", message).out)
                original = Flat(file.read_text(encoding="utf-8"))
                self.assertEqual((exported.head, exported.elements), (original.head, original.elements))
                self.assertEqual(used(exported), used(original))

    def test_samples(self):
        """The three verdicts on samples of each message: valid ones, and broken ones of the commonest kinds."""
        self.need(VARIANTS)
        oracle = os.environ.get("XERCES_ORACLE")
        judged = 0
        for file in sorted(VARIANTS.glob("*.xsd")):
            into, message = self.imported(file)
            # What a strict wildcard wants is in another schema, which the other two would need: they get a lax one.
            text = file.read_text(encoding="utf-8")
            judged_by = self.write("for_others.xsd", re.sub(r'(<xs:any namespace="http://www.w3.org/2000/09/xmldsig#")',
                                                            r'\1 processContents="lax"', text))
            samples = {}
            for arguments in (["--min"], ["--max"], *(["--seed", n] for n in range(1, 6)),
                              *(["--invalid", c] for c in ("ISO-0202", "ISO-0207", "ISO-0301", "ISO-0302", "ISO-0303",
                                                           "ISO-0304", "ISO-0305", "ISO-0306", "ISO-0308", "ISO-0216"))):
                sample = tilmash("--data", into, "schema", "sample", message, *arguments)
                if sample.status != 0:
                    self.assertNotIn(arguments[0], ("--min", "--max"), sample.err)
                    continue
                if any(ord(c) > 0xFFFF for c in sample.out):
                    continue  # Xerces counts such a character as two (docs/iso20022.md)
                path = into / ("_".join(map(str, arguments)).strip("-") + ".xml")
                path.write_text(sample.out, encoding="utf-8")
                samples[path] = arguments[0] != "--invalid"
            for path, valid in samples.items():
                with self.subTest(f"{file.name} {path.name}"):
                    ours = tilmash("--data", into, "validate", path)
                    self.assertEqual(ours.status == 0, valid, ours.out)
                    libxml2 = subprocess.run(["xmllint", "--noout", "--schema", judged_by, path], capture_output=True,
                                             text=True, check=False)
                    self.assertEqual(libxml2.returncode == 0, valid, libxml2.stderr)
                    xerces = subprocess.run([oracle, judged_by, path], capture_output=True, text=True, check=False)
                    self.assertEqual(xerces.returncode == 0, valid, xerces.stdout)
                    judged += 1
        self.assertGreater(judged, 150)

    def test_real_messages(self):
        """Messages of Brazil's scheme, in its own envelope: whole but for the signature, which was taken out."""
        folder = program.SHARED / "iso20022/samples/Martyzaum_ISO20022/pacs008"
        schema = VARIANTS / "pacs.008.spi.1.13.xsd"
        self.need(folder)
        self.need(schema)
        into, message = self.imported(schema)
        files = sorted(folder.glob("*.xml"))
        self.assertEqual(len(files), 6)
        for file in files:
            found = tilmash("--data", into, "validate", file)
            self.assertEqual(found.status, 1)
            self.assertIn("/Envelope/AppHdr/Sgntr", found.out)
            self.assertIn(f"{message}: INVALID, 1 finding(s)", found.out)
            signed = self.write("signed.xml", re.sub(
                r"<Sgntr>\s*</Sgntr>|<Sgntr */>", '<Sgntr><s xmlns="http://www.w3.org/2000/09/xmldsig#"/></Sgntr>',
                file.read_text(encoding="utf-8")))
            self.check_status(tilmash("--data", into, "validate", signed), 0)

    def test_what_schemes_make_of_xsd(self):
        """A schema with constructs that stand in one of a scheme each: whole numbers, elements that others refer to."""
        file = self.write("own.xsd", OWN)
        into = self.folder / "own"
        self.check_status(tilmash("schema", "import", file, "--into", into), 0)
        notation = tilmash("--data", into, "schema", "export", "--notation", "own").out
        self.assertIn("Count = decimal .0 min 1 max 999", notation)
        good = ["<Count>7</Count><Date>2026-11-21T09:30:00.000Z</Date>", "<Count>+007</Count><Small>-5</Small><Date>"
                "2026-11-21T09:30:00.123Z</Date><Total><Amount>1</Amount><Amount>-2</Amount></Total>"]
        bad = ["<Count>7.0</Count><Date>2026-11-21T09:30:00.000Z</Date>", "<Count>0</Count>"
               "<Date>2026-11-21T09:30:00.000Z</Date>", "<Count>7</Count><Small>128</Small>"
               "<Date>2026-11-21T09:30:00.000Z</Date>", "<Count>7</Count><Date>2026-11-21T09:30:00Z</Date>",
               "<Count>7</Count><Date>2026-11-21T09:30:00.000Z</Date><Total/>"]
        documents = [(f'<Note xmlns="urn:own">{body}</Note>', body in good) for body in good + bad]
        for arguments in (["--min"], ["--max"], *(["--seed", n] for n in range(1, 9))):
            documents.append((tilmash("--data", into, "schema", "sample", "own", *arguments).out, True))
        for number, (text, valid) in enumerate(documents):
            with self.subTest(text):
                path = self.write(f"{number}.xml", text)
                self.assertEqual(tilmash("--data", into, "validate", path).status == 0, valid)
                for judge in (["xmllint", "--noout", "--schema"], [os.environ.get("XERCES_ORACLE")]):
                    run = subprocess.run([*judge, file, path], capture_output=True, text=True, check=False)
                    self.assertEqual(run.returncode == 0, valid, run.stdout + run.stderr)

    def test_what_is_not_taken_is_said(self):
        for old, new, line, reason in (
            ('<xs:element ref="Total" minOccurs="0"/>', '<xs:element ref="Other"/>', 9, "element Other is not defined"),
            ('<xs:element ref="Total" minOccurs="0"/>', "", 19, "more than one global element that may be the root"),
            ('base="xs:byte"', 'base="xs:token"', 12, "a restriction of token is not taken"),
        ):
            with self.subTest(reason):
                self.assertIn(old, OWN)
                run = tilmash("schema", "import", self.write("own.xsd", OWN.replace(old, new)), "--into", self.folder)
                self.check_status(run, 1)
                self.assertIn(f"own.xsd:{line}:1", run.err)
                self.assertIn(reason, run.err)

    def test_constraints_that_are_not_taken_are_said(self):
        text = KEYS.read_text(encoding="utf-8")
        for old, new, reason in (
            ('xpath="k:Entry"/>\n      <xs:field xpath="k:Id"', 'xpath=".//k:Entry"/>\n      <xs:field xpath="k:Id"',
             "it searches at any depth"),
            ('"k:Line"', '"k:*"', "its steps are names"),
            ('"k:Line"', '"Line"', "Line is not of this schema's namespace"),
            ('"k:Line"', '"k:Lines"', "the selector Lines leads to no element"),
            ('"k:Line"', '"@No"', "an attribute stands at the end of a field only"),
            ('"@No"', '"@Other"', "the field @Other leads to no value"),
            ('"k:Id"', '"k:Acct"', "the field Acct leads to no value"),
            ('"k:IBAN | k:Othr/k:Id"', '"k:IBAN | k:IBAN"', "more than one branch may have a value"),
            ('xpath="k:Line"/>\n            <xs:field xpath="@No"', 'xpath="."/>\n            <xs:field xpath="k:Line"',
             "Line is no element of Part, or may stand there more than once"),
            ('name="numbers"', 'name="lines"', "a constraint lines stands already"),
            ('<xs:field xpath="k:Id"/>\n    </xs:key>', '<xs:field xpath="k:Id"/>\n    </xs:key><xs:keyref name="r" '
             'refer="ids"><xs:selector xpath="k:Entry"/><xs:field xpath="k:Id"/></xs:keyref>',
             "xs:keyref r is not taken: it would not be checked"),
        ):
            with self.subTest(reason):
                self.assertIn(old, text)
                line = 1 + text[:text.index(old)].count("\n")
                run = tilmash("schema", "import", self.write("own.xsd", text.replace(old, new, 1)), "--into",
                              self.folder)
                self.check_status(run, 1)
                found = re.search(r"own\.xsd:(\d+):1", run.err)
                self.assertIn(reason, run.err)
                self.assertLessEqual(abs(int(found[1]) - line), 3, run.err)

    def test_constraints_in_all_forms(self):
        into, message = self.imported(KEYS)
        exported = Flat(tilmash("--data", into, "schema", "export", message).out)
        original = Flat(KEYS.read_text(encoding="utf-8"))
        self.assertEqual((exported.head, exported.elements), (original.head, original.elements))
        self.assertEqual(used(exported), used(original))
        # The forms say the same, and come back.
        again, _ = self.imported(self.write("again.xsd", tilmash("--data", into, "schema", "export", message).out))
        notation = [tilmash("--data", folder, "schema", "export", "--notation", name).out
                    for folder, name in ((into, message), (again, "again"))]
        self.assertEqual(*notation)
        self.assertIn("\n  key ids Entry Id\n  unique accounts Entry/Acct|Owner IBAN|Othr/Id\n", notation[0])
        self.assertIn("\n    Part Part\n      unique lines Line @No .\n      key numbers Line @No\n", notation[0])
        tree = tilmash("--data", into, "schema", "show", message).out
        self.assertIn("Batch\n  key ids: Id of Entry\n  unique accounts: IBAN|Othr/Id of Entry/Acct|Owner\n", tree)
        schema = json.loads(tilmash("--data", into, "schema", "export", "--json-schema", message).out)
        self.assertEqual(schema["$comment"], "key ids: Id of Entry; unique accounts: IBAN|Othr/Id of Entry/Acct|Owner")
        self.assertEqual(schema["$defs"]["Entry"]["properties"]["Sub"],
                         {"$ref": "#/$defs/Batch", "$comment": "unique amounts: Amt, Amt/@Ccy of Entry"})
        without = KEYS.read_text(encoding="utf-8").replace("urn:keys", "urn:other")
        without = re.sub(r'<xs:unique name="days">.*?</xs:unique>', "", without, flags=re.S)
        other = self.write("other.xsd", without.replace("xs:key", "xs:unique"))
        both = self.folder / "both"
        self.check_status(tilmash("schema", "import", KEYS, other, "--into", both), 0)
        changes = tilmash("--data", both, "schema", "diff", message, "other").out
        for line in ("key ids Entry Id", "unique ids Entry Id", "unique days Day ."):
            self.assertIn(line, changes)

    def test_values_that_stand_twice(self):
        """`validate` as a user meets it, alone and with the other two; JSON; what is masked."""
        into, message = self.imported(KEYS)
        for code in ("ISO-0216", "ISO-0217", "ISO-0218"):
            sample = self.write(f"{code}.xml", tilmash("--data", into, "schema", "sample", message, "--invalid", code).out)
            found = tilmash("--data", into, "validate", sample, *(["--with", "xerces"] if code != "ISO-0218" else []))
            self.check_status(found, 1)
            self.assertIn(f"error[{code}]", found.out)
        twice = self.write("twice.xml", '<Batch xmlns="urn:keys"><Entry><Id>secret</Id><Note>n</Note></Entry>\n'
                                        '<Entry><Id>secret</Id><Note>n</Note></Entry></Batch>')
        found = tilmash("--data", into, "validate", twice)
        self.assertIn("twice.xml:2:12, /Batch/Entry[2]/Id", found.out)
        self.assertIn("the same stands already, at byte 35", found.out)
        self.assertIn("expected: key ids: Id of Entry", found.out)
        self.assertNotIn("secret", found.out)
        once = self.write("once.xml", twice.read_text(encoding="utf-8").replace("secret", "first", 1))
        # What converts a message needs one without a type that holds itself.
        self.assertIn("PIP-0018", tilmash("--data", into, "convert", once, "--to", "json").err)
        text = KEYS.read_text(encoding="utf-8")
        begin = text.index('<xs:element name="Sub"')
        end = text.index("</xs:element>", begin) + len("</xs:element>")
        into, message = self.imported(self.write("flat.xsd", text[:begin] + text[end:]))
        as_json = tilmash("--data", into, "convert", once, "--to", "json").out
        back = self.write("back.json", as_json.replace("first", "secret", 1))
        run = tilmash("--data", into, "convert", back, "--to", "xml")
        self.assertNotEqual(run.status, 0)
        self.assertIn("ISO-0216", run.err + run.out)


if __name__ == "__main__":
    program.main()
