"""Every message that the data files define, with every option of every field, written by what the notation says, long and
short: decoded, each component found where it was put, and written back. Knows nothing of the program's own matcher."""
import json
import random
import re

from program import Case, ROOT, load_toml, main, tilmash

SETS = {"n": "123456789", "a": "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "c": "ABCXYZ0189", "h": "0123456789ABCDEF",
        "x": "ABCxyz019(),.'+?", "y": "ABCXYZ019(),.'+?", "z": "ABCxyz019(),.'+?@#"}
TOKEN = re.compile(r"(?P<size>\d+)(?P<fixed>!?)(?P<set>[nachxyz])|(?P<amount>\d+)d|<(?P<name>\w+)>"
                   r"|(?P<many>\d*)\*(?:\((?P<parts>[^)]*)\)|(?P<width>\d+)(?P<of>[xyz]))|(?P<mark>.)")
DATES = {"date": "261121", "YYYYMMDD": "20261121", "MMDD": "1121", "hhmm": "2359"}


def as_list(value):
    return value if isinstance(value, list) else [value]


class Family:
    """What stands in the files of these families, the first of which decides."""

    def __init__(self, *names):
        self.fields, self.types, self.messages = {}, {}, {}
        for data in (load_toml(path) for name in names for path in sorted((ROOT / "schemas/swift_mt" / name).glob("*.toml"))):
            for each in data.get("types", []):
                self.types.setdefault(each["name"], each)
            for each in data.get("fields", []):
                for tag in as_list(each["tag"]):
                    self.fields.setdefault(tag, each)
            for each in data.get("message", []):
                for kind in as_list(each["type"]):
                    name = each.get("name", "mt" + kind)
                    self.messages.setdefault((kind, each.get("variant", "")), (name, each["rows"]))


class Writer:
    """Texts of formats, and the components that went into each."""

    def __init__(self, family, seed):
        self.family, self.random, self.values = family, random.Random(seed), []

    def characters(self, count, kind):
        text = "".join(self.random.choice(SETS[kind]) for _ in range(count))
        return "A" + text[1:-1] + "Z" * (count > 1) if kind in "xyz" else text

    def value(self, text):
        self.values.append(text)
        return text

    def piece(self, token, field):
        if token["set"]:
            size = int(token["size"])
            if self.kind:
                return self.value(DATES[self.kind])
            return self.value(self.characters(size if token["fixed"] else self.random.choice([1, size]), token["set"]))
        if token["amount"]:
            whole = self.characters(self.random.randint(1, min(int(token["amount"]) - 3, 13)), "n")
            return self.value(whole + "," + self.characters(self.random.randint(0, 2), "n"))
        if token["name"] == "codes":
            return self.codes(field["codes"])
        if token["name"]:
            kind = self.family.types[token["name"]]
            if "words" in kind:
                return self.value(self.random.choice(kind["words"]))
            return self.value(self.random.choice(["DEMOKZKA", "DEMOUZ22XXX"]) if token["name"] == "bic" else
                              self.characters(self.random.choice([1, 16]), "x"))
        if token["of"]:
            lines = self.random.choice([1, int(token["many"] or 3)])
            return "\r\n".join(self.value(self.characters(min(int(token["width"]), 90), token["of"])) for _ in range(lines))
        if token["parts"] is not None:
            lines = self.random.choice([1, int(token["many"])])
            return "\r\n".join(self.value(str(i + 1)) + "/" + self.value(self.characters(33, "x")) for i in range(lines))
        return "\r\n" if token["mark"] == "$" else token["mark"]

    def codes(self, rows):
        lines = []
        for row in rows:
            code, form = row.split()[:2]
            many, form = form.split("*") if "*" in form else ("1", form)
            form, _, date = form.partition(":")
            if lines and self.random.random() < 0.3:
                continue
            text = self.value(DATES[date]) if date else "\r\n".join(
                self.value(self.characters(int(re.sub(r"\D", "", form)), form[-1])) for _ in range(int(many)))
            lines.append(f"/{code}/{text}")
        return "\r\n".join(lines)

    def write(self, notation, field):
        """The text of a notation; parts in brackets are there or not, and a new line at the start is nothing."""
        out, stack = "", [True]
        kinds = iter([part.partition(":")[2] for part in re.sub(r"{.*}", "", field.get("parts", "")).split()])
        for token in TOKEN.finditer(notation):
            self.kind = "" if token["mark"] or token["name"] == "codes" else next(kinds)
            if token["mark"] == "[":
                stack.append(stack[-1] and self.random.random() < 0.6)
            elif token["mark"] == "]":
                stack.pop()
            elif stack[-1] and not (token["mark"] == "$" and not out):
                out += self.piece(token, field)
        return out

    def field(self, tag):
        """`:TAG:text` and its components."""
        field = self.family.fields[tag]
        self.values = []
        lead = "\r\n" if field["format"].startswith("$") else ""
        return f":{tag}:{lead}" + self.write(field["format"], field), self.values

    def message(self, rows, option):
        """All rows, sequences twice; of a row with options the one numbered `option`."""
        text, values, at = [], [], 0
        while at < len(rows):
            status, what, *more = rows[at].split()
            at += 1
            if more == ["{"]:
                end = at
                while rows[end].strip() != "}":
                    end += 1
                for _ in range(2 if "*" in status else 1):
                    inner = self.message(rows[at:end], option)
                    text += inner[0]
                    values += inner[1]
                at = end + 1
            elif not more:
                options = what.split("|")
                one = self.field(options[option % len(options)])
                text.append(one[0])
                values += one[1]
        return text, values


def leaves(value):
    if isinstance(value, dict):
        return [leaf for each in value.values() for leaf in leaves(each)]
    if isinstance(value, list):
        return [leaf for each in value for leaf in leaves(each)]
    return [str(value)]


def canonical(text):
    """A component as JSON lines spell it."""
    if text in (DATES["date"], DATES["YYYYMMDD"]):
        return "2026-11-21"
    return re.sub(r"^(\d+),(\d*)$", lambda m: m[1] + ("." + m[2] if m[2] else ""), text)


class Test_every_message_and_option_goes_there_and_back(Case):
    def check(self, layout, *families):
        family = Family(*families)
        expected, raw = [], b""
        for (kind, variant), (name, rows) in sorted(family.messages.items()):
            if not kind.isdigit():
                continue
            widest = max(len(row.split()[1].split("|")) for row in rows if row.strip() != "}")
            for option in range(3 * widest):
                text, values = Writer(family, f"{kind} {option}").message(rows, option)
                flag = f"{{3:{{119:{variant}}}}}" if variant else ""
                raw += (f"{{1:F01DEMOKZKAAXXX0001000042}}{{2:I{kind}DEMOUZ22XXXXN}}{flag}{{4:\r\n"
                        + "\r\n".join(text) + "\r\n-}").encode()
                expected.append((name, sorted(map(canonical, values)), text))
        source = self.folder / "messages"
        source.write_bytes(raw)
        run = tilmash("decode", "--layout", ROOT / "mappings" / layout / "layout.toml", source)
        # Random entries come to no balance, which is said of the file; the messages are read all the same.
        self.assertRegex(run.err, f"{len(expected)} items, 0 rejects")
        self.assertNotRegex(run.err, "SMT-02")
        for line, (name, values, text) in zip(run.out.splitlines(), expected, strict=True):
            self.assertEqual(sorted(leaves(json.loads(line)["fields"][name])), values, text)
        back = tilmash("encode", "--layout", ROOT / "mappings" / layout / "layout.toml", stdin=run.out.encode())
        self.check_status(back, 0)
        self.assertEqual(back.out.encode(), raw)
        print(f"{layout}: {len({name for name, *_ in expected})} types and variants, {len(expected)} messages, "
              f"{sum(len(values) for _, values, _ in expected)} components")

    def test_swift(self):
        self.check("swift-mt", "swift")

    def test_kazakhstan(self):
        self.check("swift-mt-kz", "kz")


if __name__ == "__main__":
    main()
