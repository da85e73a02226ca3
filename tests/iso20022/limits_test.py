"""What reading messages may take: memory for a statement of a gigabyte, time to start, instructions for a byte."""
import os
import re
import shutil
import subprocess
import tempfile
import time
import unittest

from program import ROOT, TILMASH, Case, main, tilmash

STATEMENT_BYTES = 1 << 30
PEAK_KB_MAX = 64 * 1024
START_MS_MAX = 20
# Measured 14.1, a line of output for each message included. What fails this has cost a tenth.
INSTRUCTIONS_A_BYTE_MAX = 12

ENTRY = ('<Ntry><NtryRef>1</NtryRef><Amt Ccy="EUR">12.50</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>'
         "<BookgDt><Dt>2026-11-20</Dt></BookgDt><BkTxCd/><AddtlNtryInf>one of very many</AddtlNtryInf></Ntry>")


def statement_parts():
    head, tail = tilmash("schema", "sample", "camt.053.001.08", "--min").out.strip().rsplit("</Stmt>", 1)
    return head.encode(), ("</Stmt>" + tail).encode()


class Test_a_gigabyte_is_validated_in_little_memory(Case):
    def test_peak(self):
        head, tail = statement_parts()
        piece = ENTRY.encode() * 4096
        run = subprocess.Popen([TILMASH, "validate", "--caps", "batch", "-"], cwd=ROOT, stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE)
        begin = time.monotonic()
        run.stdin.write(head)
        for _ in range(STATEMENT_BYTES // len(piece) + 1):
            run.stdin.write(piece)
        run.stdin.write(tail)
        run.stdin.close()
        out = run.stdout.read().decode()
        _, status, usage = os.wait4(run.pid, 0)
        run.returncode = os.waitstatus_to_exitcode(status)
        run.stdout.close()
        self.assertEqual(run.returncode, 0, out)
        self.assertIn("camt.053.001.08: valid", out)
        print(f"1 GiB: peak resident {usage.ru_maxrss} KB, {time.monotonic() - begin:.1f} s with spooling", flush=True)
        self.assertLess(usage.ru_maxrss, PEAK_KB_MAX)


class Test_starting_takes_no_time(Case):
    def test_start(self):
        """From nothing to the verdict on one small message, all versions being there to choose from. CPU time is what is
        held, since the clock also tells what else the machine does; on an idle one they are the same."""
        clock, cpu = [], []
        for _ in range(20):
            begin = time.monotonic()
            run = subprocess.Popen([TILMASH, "validate", "samples/demo-kz/status/accepted.xml"], cwd=ROOT,
                                   stdout=subprocess.DEVNULL)
            _, status, usage = os.wait4(run.pid, 0)
            clock.append((time.monotonic() - begin) * 1000)
            cpu.append((usage.ru_utime + usage.ru_stime) * 1000)
            run.returncode = os.waitstatus_to_exitcode(status)
            self.assertEqual(run.returncode, 0)
        print(f"start: best of 20 {min(clock):.1f} ms, {min(cpu):.1f} ms of CPU", flush=True)
        self.assertLess(min(cpu), START_MS_MAX)


class Test_instructions_a_byte_stay_where_they_are(Case):
    def count(self, *arguments):
        with tempfile.NamedTemporaryFile() as log:
            run = subprocess.run(["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null",
                                  f"--log-file={log.name}", TILMASH, "validate", *arguments], cwd=ROOT,
                                 capture_output=True, check=False)
            self.assertEqual(run.returncode, 0, run.stdout.decode()[-500:] + run.stderr.decode()[-500:])
            return int(re.search(r"Collected : (\d+)", log.read().decode()).group(1))

    @unittest.skipUnless(shutil.which("valgrind"), "SKIP: valgrind is not here")
    def test_ceiling(self):
        """The difference of two bundles: starting, and compiling the message, are in both."""
        payments = []
        for seed in range(400):
            payments.append(PAYMENT.replace("MSG-0", f"MSG-{seed}").replace("Trading", "Trading &amp; Sons"
                                                                            if seed % 5 == 0 else "Trading"))
        few, many = self.folder / "few.xml", self.folder / "many.xml"
        few.write_text("\n".join(payments[:100]))
        many.write_text("\n".join(payments))
        instructions = self.count(many) - self.count(few)
        each = instructions / (many.stat().st_size - few.stat().st_size)
        print(f"{each:.2f} instructions a byte", flush=True)
        self.assertLess(each, INSTRUCTIONS_A_BYTE_MAX)


PARTY = ("<Nm>{0} Trading House</Nm><PstlAdr><StrtNm>Long Street</StrtNm><BldgNb>12</BldgNb><PstCd>050000</PstCd>"
         "<TwnNm>Almaty</TwnNm><Ctry>KZ</Ctry></PstlAdr><Id><OrgId><LEI>5493001KJTIIGC8Y1R12</LEI></OrgId></Id>")
AGENT = "<{0}><FinInstnId><BICFI>AAAAKZKAXXX</BICFI></FinInstnId></{0}>"
PAYMENT = (
    '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pacs.008.001.08"><FIToFICstmrCdtTrf><GrpHdr><MsgId>MSG-0</MsgId>'
    "<CreDtTm>2026-11-21T09:30:47+05:00</CreDtTm><NbOfTxs>1</NbOfTxs><SttlmInf><SttlmMtd>CLRG</SttlmMtd></SttlmInf>"
    + AGENT.format("InstgAgt") + AGENT.format("InstdAgt") + "</GrpHdr><CdtTrfTxInf><PmtId><InstrId>INSTR-1</InstrId>"
    "<EndToEndId>E2E-000000000001</EndToEndId><TxId>TX-00000000000001</TxId>"
    "<UETR>8a562c67-ca16-48ba-b074-65581be6f001</UETR></PmtId><PmtTpInf><InstrPrty>NORM</InstrPrty><SvcLvl><Cd>SEPA</Cd>"
    '</SvcLvl><CtgyPurp><Cd>SUPP</Cd></CtgyPurp></PmtTpInf><IntrBkSttlmAmt Ccy="EUR">1234.56</IntrBkSttlmAmt>'
    '<IntrBkSttlmDt>2026-11-21</IntrBkSttlmDt><InstdAmt Ccy="EUR">1234.56</InstdAmt><ChrgBr>SLEV</ChrgBr>'
    + AGENT.format("InstgAgt") + AGENT.format("InstdAgt") + "<Dbtr>" + PARTY.format("Debtor") + "</Dbtr>"
    "<DbtrAcct><Id><IBAN>DE89370400440532013000</IBAN></Id></DbtrAcct>" + AGENT.format("DbtrAgt")
    + AGENT.format("CdtrAgt") + "<Cdtr>" + PARTY.format("Creditor") + "</Cdtr>"
    "<CdtrAcct><Id><IBAN>DE89370400440532013000</IBAN></Id></CdtrAcct><Purp><Cd>GDDS</Cd></Purp>"
    "<RmtInf><Strd><CdtrRefInf><Tp><CdOrPrtry><Cd>SCOR</Cd></CdOrPrtry></Tp><Ref>RF18000000000001</Ref></CdtrRefInf>"
    "</Strd></RmtInf></CdtTrfTxInf></FIToFICstmrCdtTrf></Document>")


if __name__ == "__main__":
    main()
