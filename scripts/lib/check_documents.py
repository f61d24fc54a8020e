"""Holds documents to each other and to the source: whatever a program offers stands in its manual. Each finding names
what lacks and where it belongs. Exit code 1 if there is any."""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
findings, counts = [], {}


def text(path):
    return (ROOT / path).read_text()


def sources(*patterns):
    return "\n".join(path.read_text() for pattern in patterns for path in sorted(ROOT.glob(pattern)))


def compare(what, offered, described, offerer, document):
    """Both ways: each list of names is whole."""
    counts[what] = len(offered)
    if not offered:
        findings.append(f"{offerer}: no {what} found in it: has its form changed?")
    for name in sorted(offered - described):
        findings.append(f"{document}: lacks the {what} {name}, which {offerer} has: describe it")
    for name in sorted(described - offered):
        findings.append(f"{document}: has the {what} {name}, which {offerer} does not have: take it out")


def words(page):
    return set(re.findall(r"(?<![\w.])[a-z_]+\.[a-z_]+(?![\w.]*\w)", page))


def check_live():
    document, manual = "config/schemas/asyncapi.yaml", "man/harvest-protocol.7"
    contract, page = text(document), text(manual)
    ops = set(re.findall(r"^    ([\w.]+)\.request:$", contract, re.M))
    pushes = set(re.findall(r"^    ([\w.]+)\.push:$", contract, re.M))
    # The tables of ops, and those by which one comes to a table of an instance.
    handled = set(re.findall(r'\{Op::\w+, "([\w.]+)"', text("daemons/connsrv/ops.cpp") + text("daemons/instance/ops.cpp")))
    handled |= set(re.findall(r'request\.op == "([\w.]+)"', sources("daemons/instance/*.cpp")))
    compare("op", handled, ops, "daemons/{connsrv,instance}", document)
    sent = re.findall(r'\b(?:encode_push\(|keep\(seat, |push\([\w.>-]+, )"([\w.]+)"', sources("daemons/*/*.cpp"))
    sent += re.findall(r'\b(?:push_to_player|push_watchers|push_chat|hide)\([^"]*"([\w.]+)"', sources("daemons/*/*.cpp"))
    sent += re.findall(r'\.op = "([\w.]+)"', sources("daemons/*/*.cpp"))
    compare("push", set(sent), pushes, "daemons", document)
    start, end = page.index(".Ss Pushes\n"), page.index(".Ss ", page.index(".Ss Pushes\n") + 1)
    compare("push", pushes, set(re.findall(r"^\.It Li ([\w.]+)$", page[start:end], re.M)), document, manual)
    named = words(page[:start] + page[end:])
    compare("op", ops, (named & ops) | (named & handled), document, manual)


def config_keys(example):
    keys, above = set(), []
    for line in example.splitlines():
        found = re.match(r"( *)#?([a-z_0-9]+):(?: |$)(.*)", line)
        if not found:
            continue
        above[len(found[1]) // 2:] = [found[2]]
        if found[3]:
            keys.add(".".join(above))
    return keys


def check_config():
    example, manual = "config/all_in_one.yaml", "man/harvest.yaml.5"
    described = set(re.findall(r"^\.It Ic ([\w.]+)$", text(manual), re.M))
    compare("key", config_keys(text(example)), described, example, manual)


def check_events():
    folder, manual = "config/schemas/events", "man/harvest-events.7"
    types = {path.stem for path in (ROOT / folder).glob("*.json")}
    described = set(re.findall(r"^\.It Li (harvest\.[\w.]+)$", text(manual), re.M))
    compare("event type", types, described, folder, manual)


def check_commands():
    forms = r'(?:\bCommand(?: \w+)?\{|\b(?:reading|changing|judging|moderating|serve_one_row)\(|\.path = )\s*"([a-z][a-z0-9 -]*)"'
    paths = set(re.findall(forms, sources("cli/commands_*.cpp")))
    described = set(re.findall(r"^\.Ss harvestctl ([a-z][\w -]*)$", sources("man/*.1"), re.M))
    compare("command", paths, described, "cli/commands_*.cpp", "man/*.1")


def main():
    check_live()
    check_config()
    check_events()
    check_commands()
    for line in findings:
        print(line)
    print(", ".join(f"{what}: {count}" for what, count in counts.items()) + f"; {len(findings)} findings")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
