"""Documents and schemas that ask for other files and addresses: the program opens none of them, seen from the kernel.

Each runs under a system-call trace (strace). Before the named input is opened only the loader's files may be; from then
on nothing but libraries that were not needed before (base/late_library.h), and no socket at any time. Not a test of the
verdicts: those are in the differential and reader tests, and here only as a sign that the document was read as far as it
should be.
"""
import re
import subprocess
import sys

from program import ROOT, TILMASH, Case, main

CALLS = "open,openat,openat2,creat,socket,socketpair,connect,bind,sendto,execve,execveat,io_uring_setup"
# Opened by the loader and the C library before the program's own first line; the rest of /proc by sanitizers.
START_UP = re.compile(r"^(/etc/ld\.so\.|/lib|/usr/lib|/proc/self/|/sys/devices/system/cpu)")
LIBRARY = re.compile(r"^(/etc/ld\.so\.cache|(/usr)?/lib/[\w-]+/lib[\w.+-]+\.so[\d.]*)$")
OPENED = re.compile(r'\b(open|openat|openat2|creat)\((?:AT_FDCWD, )?"((?:[^"\\]|\\.)*)"')
OTHER = re.compile(r"\b(socket|socketpair|connect|bind|sendto|execve|execveat|io_uring_setup)\(")

VALID = (ROOT / "samples/demo-kz/status/accepted.xml").read_text(encoding="utf-8")
XSI = ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
NOWHERE = "http://127.0.0.1:9/"


def prolog(text):
    head, declaration, body = VALID.partition("?>") if VALID.startswith("<?xml") else ("", "", VALID)
    return head + declaration + text + body


def on_root(attributes):
    return re.sub(r"<Document\b", "<Document" + attributes, VALID, count=1)


def in_root(markup):
    return re.sub(r"(<Document\b[^>]*>)", lambda tag: tag[1] + markup, VALID, count=1)


# name: (document, what the program must say; None = valid)
DOCUMENTS = {
    "external entity of a file": (
        prolog('<!DOCTYPE Document [<!ENTITY e SYSTEM "file:///etc/passwd">]>').replace("<MsgId>", "<MsgId>&e;"), "ISO-0103"),
    "external entity of an address": (
        prolog(f'<!DOCTYPE Document [<!ENTITY e SYSTEM "{NOWHERE}e">]>').replace("<MsgId>", "<MsgId>&e;"), "ISO-0103"),
    "external subset": (prolog(f'<!DOCTYPE Document SYSTEM "{NOWHERE}x.dtd">'), "ISO-0103"),
    "public external subset": (
        prolog(f'<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" "{NOWHERE}x.dtd">'), "ISO-0103"),
    "parameter entity": (
        prolog(f'<!DOCTYPE Document [<!ENTITY % p SYSTEM "{NOWHERE}p"> %p;]>'), "ISO-0103"),
    "unparsed entity": (
        prolog('<!DOCTYPE Document [<!NOTATION n SYSTEM "/bin/true"><!ENTITY u SYSTEM "/etc/passwd" NDATA n>]>'), "ISO-0103"),
    "schema location of an address": (on_root(XSI + f' xsi:schemaLocation="urn:x {NOWHERE}x.xsd"'), None),
    "schema location of a file": (on_root(XSI + ' xsi:schemaLocation="urn:x file:///etc/passwd"'), None),
    "schema location of the message's own namespace": (
        on_root(XSI + ' xsi:schemaLocation="urn:iso:std:iso:20022:tech:xsd:pacs.002.001.10 /etc/passwd"'), None),
    "schema location without namespace": (on_root(XSI + f' xsi:noNamespaceSchemaLocation="{NOWHERE}x.xsd"'), None),
    "style sheet": (prolog(f'<?xml-stylesheet type="text/xsl" href="{NOWHERE}x.xsl"?>'), None),
    "style sheet of a file": (prolog('<?xml-stylesheet type="text/xsl" href="/etc/passwd"?>'), None),
    "catalogue instruction": (prolog(f'<?oasis-xml-catalog catalog="{NOWHERE}c.xml"?>'), None),
    "XInclude": (
        in_root('<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="/etc/passwd" parse="text"/>'), "ISO-0205"),
    "XInclude of an address": (
        in_root(f'<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="{NOWHERE}x"/>'), "ISO-0205"),
    "namespace that is an address": (
        re.sub(r'xmlns="[^"]*"', f'xmlns="{NOWHERE}ns"', VALID, count=1), "ISO-0214"),
    "base address": (on_root(f' xml:base="{NOWHERE}"'), "ISO-0209"),
}

SCHEMA = """<xs:schema xmlns="urn:x" xmlns:xs="http://www.w3.org/2001/XMLSchema" elementFormDefault="qualified"
  targetNamespace="urn:x">{0}<xs:element name="Document" type="Document"/><xs:complexType name="Document"><xs:sequence>
  <xs:element name="A" type="B"/></xs:sequence></xs:complexType><xs:simpleType name="B"><xs:restriction
  base="xs:string"/></xs:simpleType></xs:schema>"""
SCHEMAS = {
    "external entity of a file": (
        '<!DOCTYPE xs:schema [<!ENTITY e SYSTEM "file:///etc/passwd">]>' + SCHEMA.format("&e;"), "ISO-0002"),
    "external subset": (f'<!DOCTYPE xs:schema SYSTEM "{NOWHERE}x.dtd">' + SCHEMA.format(""), "ISO-0002"),
    "include": (SCHEMA.format(f'<xs:include schemaLocation="{NOWHERE}x.xsd"/>'), "ISO-0003"),
    "include of a file": (SCHEMA.format('<xs:include schemaLocation="/etc/passwd"/>'), "ISO-0003"),
    "import": (SCHEMA.format(f'<xs:import namespace="urn:y" schemaLocation="{NOWHERE}x.xsd"/>'), "ISO-0003"),
    "redefine": (SCHEMA.format(f'<xs:redefine schemaLocation="{NOWHERE}x.xsd"/>'), "ISO-0003"),
}


class Traced(Case):
    def need_trace(self):
        """Skips where a process may not be traced, as in some containers; there is no other reason to skip."""
        probe = subprocess.run(["strace", "-o", self.folder / "probe", "true"], capture_output=True, check=False)
        if probe.returncode != 0:
            print("SKIP: this machine does not let a process be traced:", probe.stderr.decode()[-200:], flush=True)
            self.skipTest("no tracing")

    def trace(self, words, input_file, own=()):
        """Runs the program; gives its output after checking what it opened. Below the folders `own` it may open what it
        likes: its definition files, and the output that it makes."""
        log = self.folder / "trace"
        run = subprocess.run(["strace", "-f", "-qq", "-s", "4096", "-e", f"trace={CALLS}", "-o", log, TILMASH, *words],
                             cwd=ROOT, capture_output=True, timeout=60, check=False,
                             env={"PATH": "/usr/bin:/bin", "ASAN_OPTIONS": "detect_leaks=0"})  # leaks need a trace too
        reached = False
        lines = log.read_text(encoding="utf-8").splitlines()
        self.assertIn("execve(", lines[0])
        for line in lines[1:]:
            self.assertIsNone(OTHER.search(line), line)
            opened = OPENED.search(line)
            self.assertIsNotNone(opened, line)
            if opened[2] == str(input_file) and not reached:
                reached = True
            elif not (reached and LIBRARY.search(opened[2])) and not any(opened[2].startswith(folder) for folder in own):
                self.assertFalse(reached, f"after the input was opened: {line}")
                self.assertRegex(opened[2], START_UP)
        self.assertTrue(reached)
        return run.returncode, (run.stdout + run.stderr).decode("utf-8", "replace")


class Test_hostile_documents_open_no_file_and_no_socket(Traced):
    def each(self, words_of, check, own=()):
        """Runs every document: `words_of(file, number)` is the command, `check(number, code, told)` looks at the rest."""
        self.need_trace()
        for number, (name, (text, code)) in enumerate(DOCUMENTS.items()):
            with self.subTest(name):
                file = self.folder / "input.xml"
                file.write_text(text, encoding="utf-8")
                status, told = self.trace(words_of(file, number), file, own)
                self.assertEqual(status, 0 if code is None else 1, told)
                check(number, code, told)
        print(f"{len(DOCUMENTS)} documents: nothing opened but the program's libraries, what is its own, and the document",
              flush=True)

    def says_the_code(self, _, code, told):
        if code is not None:
            self.assertIn(f"error[{code}]", told)

    def test_when_they_are_validated(self):
        self.each(lambda file, _: ["validate", file], self.says_the_code)

    def test_when_they_become_JSON(self):
        self.each(lambda file, _: ["convert", file, "--to", "json"], self.says_the_code)

    def test_when_they_are_a_gateway_s_answers(self):
        mapping = ROOT / "mappings/demo-kz/status"

        def held_or_published(number, code, _):
            out = self.folder / f"out-{number}"
            self.assertEqual((out.exists(), out.with_name(out.name + ".held").exists()), (code is None, code is not None))
        self.each(lambda file, number: ["convert", "--mapping", mapping, file, "--to", "demo-kz.status", "--out",
                                        self.folder / f"out-{number}"],
                  held_or_published, own=(f"{mapping}/", str(self.folder)))


class Test_importing_a_hostile_schema_opens_no_file_and_no_socket(Traced):
    def test_schemas(self):
        self.need_trace()
        for name, (text, code) in SCHEMAS.items():
            with self.subTest(name):
                file = self.folder / "input.xsd"
                file.write_text(text, encoding="utf-8")
                status, out = self.trace(["schema", "import", file, "--into", self.folder / "into"], file)
                self.assertEqual(status, 1, out)
                self.assertIn(f"error[{code}]", out)
        print(f"{len(SCHEMAS)} schemas: nothing opened but the program's libraries and the schema", flush=True)


class Test_the_trace_sees_what_is_opened(Traced):
    """Without this, a trace that shows nothing would pass for a program that opens nothing."""

    def test_it_sees(self):
        self.need_trace()
        file = self.folder / "input.xml"
        file.write_text(VALID, encoding="utf-8")
        with self.assertRaisesRegex(AssertionError, "after the input was opened"):
            self.trace(["validate", file, "/etc/passwd"], file)


if __name__ == "__main__":
    sys.exit(main())
