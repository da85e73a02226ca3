"""`validate --jobs N` prints what one thread prints, byte for byte, whatever the input tries."""
import pathlib

from program import Case, main, tilmash

DOCUMENT = tilmash("convert", "samples/demo-kz/status/mixed.xml", "--to", "xml", "--quiet").out.strip()
BAD = DOCUMENT.replace("<TxSts>ACSC</TxSts>", "<TxSts>TOOLONG</TxSts>", 1)
URN = "urn:iso:std:iso:20022:tech:xsd:"
HEAD = (f'<AppHdr xmlns="{URN}head.001.001.02"><Fr><FIId><FinInstnId><BICFI>AAAAKZKA</BICFI></FinInstnId></FIId></Fr>'
        "<To><FIId><FinInstnId><BICFI>BBBBKZKA</BICFI></FinInstnId></FIId></To><BizMsgIdr>1</BizMsgIdr>"
        "<MsgDefIdr>pacs.002.001.10</MsgDefIdr><CreDt>2026-11-21T09:30:00Z</CreDt></AppHdr>")
WRONG_HEAD = HEAD.replace("pacs.002", "pacs.008")


class Test_jobs_change_nothing(Case):
    def same(self, *files, stdin=None):
        for form in ("human", "json"):
            alone = tilmash("validate", "--format", form, *files, stdin=stdin)
            for jobs in (2, 5):
                shared = tilmash("validate", "--format", form, "--jobs", jobs, *files, stdin=stdin)
                self.assertEqual(shared.status, alone.status)
                self.assertEqual(shared.out, alone.out)
        return alone

    def bundle(self, name, messages):
        file = self.folder / name
        file.write_text("\n".join(messages))
        self.assertGreater(file.stat().st_size, 1 << 20)
        return file

    def many(self, odd=None):
        """A thousand messages, some bad, some with a header; `odd` stands in the middle."""
        messages = []
        for i in range(600):
            if i % 3 == 0:
                messages.append(WRONG_HEAD if i % 30 == 0 else HEAD)
            messages.append(BAD if i % 17 == 0 else DOCUMENT)
            if odd is not None and i == 250:
                messages.append(odd)
        return messages

    def test_bundle(self):
        self.assertEqual(self.same(self.bundle("bundle.xml", self.many())).status, 1)

    def test_lines_that_only_look_like_messages(self):
        fake = "\n".join([DOCUMENT] * 100)
        self.same(self.bundle("comment.xml", self.many(f"<!--\n{fake[:60000]}\n-->")))
        self.same(self.bundle("cdata.xml", self.many(f"<e xmlns='urn:e'><![CDATA[\n{fake[:60000]}\n]]></e>")))
        self.same(self.bundle("envelope.xml", ["<e xmlns='urn:e'>", *self.many(), "</e>"]))
        self.same(self.bundle("open.xml", self.many("<e xmlns='urn:e'>")))

    def test_a_message_that_is_refused(self):
        self.same(self.bundle("refused.xml", self.many("<Document xmlns='" + URN + "pacs.002.001.10'><A></B>")))
        self.same(self.bundle("doctype.xml", self.many("<!DOCTYPE a>")))
        self.same(self.bundle("text.xml", self.many("text")))
        self.same(self.bundle("unknown.xml", self.many("<Document xmlns='urn:else'/>")))

    def large(self, name, middle="", times=3000):
        """One message too large for one thread; `middle` stands between its items, half way."""
        begin = DOCUMENT.index("<TxInfAndSts>")
        end = DOCUMENT.rindex("</TxInfAndSts>") + len("</TxInfAndSts>")
        half = DOCUMENT[begin:end] * times
        file = self.folder / name
        file.write_text(DOCUMENT[:begin] + half + middle + half + DOCUMENT[end:])
        self.assertGreater(file.stat().st_size, 9 << 20)
        return file

    def large_same(self, name, middle="", status=1):
        self.assertEqual(self.same("--caps", "batch", self.large(name, middle)).status, status)

    def test_one_large_message(self):
        self.large_same("right.xml", status=0)
        self.large_same("wrong_value.xml", "<TxInfAndSts><TxSts>TOOLONG</TxSts></TxInfAndSts>")
        self.large_same("wrong_order.xml", "<OrgnlGrpInfAndSts/>")
        self.large_same("unknown.xml", "<TxInfAndSts><Wrong/></TxInfAndSts>")
        self.large_same("comment.xml", "<!-- <TxInfAndSts> -->", status=0)
        self.large_same("refused.xml", "<TxInfAndSts></TxSts>")
        self.large_same("next_message.xml", f"{DOCUMENT[DOCUMENT.rindex('</TxInfAndSts>') + 14:]}\n{DOCUMENT}\n")

    def test_a_tag_that_only_looks_like_an_occurrence(self):
        fake = "<!--" + "<TxInfAndSts>" * 60000 + "-->"
        self.large_same("comments.xml", fake * 8, status=0)
        self.large_same("cdata.xml", "<TxInfAndSts><StsId><![CDATA[" + "<TxInfAndSts>" * 400000 + "]]></StsId></TxInfAndSts>")

    def test_elements_beyond_the_cap(self):
        self.assertEqual(self.same(self.large("many.xml")).status, 1)

    def test_files(self):
        files = []
        for i in range(80):
            files.append(self.folder / f"{i}.xml")
            files[-1].write_text(BAD if i % 9 == 0 else DOCUMENT)
        files.insert(40, self.bundle("between.xml", self.many()))
        files.insert(50, self.folder / "absent.xml")
        self.assertEqual(self.same(*files).status, 4)
        self.same("-", stdin=DOCUMENT.encode())
        self.same("-", stdin=b"")


class Test_jobs_find_what_stands_twice(Case):
    """Identity constraints: the stretches of one message are told of each other's values."""

    def judged(self, name, ids, odd=""):
        entries = "".join(f"<Entry><Id>{i}</Id><Part><Line No='1'>true</Line></Part></Entry>\n" for i in ids)
        file = self.folder / name
        file.write_text(f'<Batch xmlns="urn:keys">\n{odd}{entries}</Batch>')
        self.assertGreater(file.stat().st_size, 9 << 20)
        alone = tilmash("--data", self.folder, "validate", "--caps", "batch", file)
        for jobs in (2, 5):
            shared = tilmash("--data", self.folder, "validate", "--caps", "batch", "--jobs", jobs, file)
            self.assertEqual((shared.status, shared.out), (alone.status, alone.out))
        return alone

    def test_one_large_message(self):
        schema = pathlib.Path(__file__).parent / "keys.xsd"
        self.check_status(tilmash("schema", "import", schema, "--into", self.folder), 0)
        count = 200000
        self.check_status(self.judged("right.xml", range(count)), 0)
        far = self.judged("far.xml", [*range(count), 7])
        self.check_status(far, 1)
        self.assertIn(f"/Batch/Entry[{count + 1}]/Id", far.out)
        self.assertIn("1 finding(s)", far.out)
        near = self.judged("near.xml", [*range(count // 2), count // 2 - 5, *range(count // 2, count), 3])
        self.assertIn("2 finding(s)", near.out)
        self.check_status(self.judged("many.xml", range(3 * count // 2)), 1)
        self.assertIn("ISO-0218", self.judged("many.xml", range(3 * count // 2)).out)


if __name__ == "__main__":
    main()
