"""Holds the tree to the house rules of ARCHITECTURE.md: who may include whom, where a thing may stand, and the traps of
g++ 12. Each finding has file, line, rule and remedy. Exit code 1 if there is any."""
import json
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
EXCEPTIONS = ROOT / "scripts/lib/check_exceptions.txt"

# Room -> rooms that it may include besides itself. The longest matching prefix names a file's room.
ARROWS = {
    "common/base": [],
    "common/game": ["common/base"],
    "common/protocol": ["common/base", "common/game"],
    "common/ports": ["common/base", "common/protocol"],
    "common/runtime": ["common/base", "common/protocol", "common/ports"],
    "common/crypto": ["common/base"],
    "common/config": ["common/base"],
    "common/config/game": ["common/base", "common/game", "common/config"],
    "common/telemetry": ["common/base"],
    "daemons": ["common/base", "common/game", "common/protocol", "common/ports", "common/runtime", "common/config", "common/telemetry"],
    "cli": ["common", "daemons"],
    "tests": ["common", "daemons", "cli", "tests"],
}
ADAPTER = ["common/base", "common/game", "common/protocol", "common/ports", "common/runtime", "common/crypto", "common/telemetry"]
ADAPTER_PAIRS = {"common/adapters/sqlite": ["common/adapters/sql"], "common/adapters/postgres": ["common/adapters/sql"],
                 "common/adapters/sql": ["common/adapters/sqlite"], "common/adapters/local": ["common/adapters/sql"]}
DAEMON_NAMES = ["gateway", "connsrv", "auth", "match", "instance", "chat", "metrics"]

# Third-party header -> the folders in which it may stand (tests and clients apart).
FOREIGN = {
    r"enet/": ["common/adapters/enet"], r"sqlite3\.h": ["common/adapters/sqlite"], r"libpq": ["common/adapters/postgres"], r"pqxx/": ["common/adapters/postgres"], r"yaml-cpp/": ["common/config"],
    r"CLI/": ["cli"], r"spdlog/": ["common/telemetry"], r"prometheus/": ["common/telemetry"], r"argon2\.h": ["common/crypto"],
    r"systemd/": ["common/runtime"], r"xxhash\.h": ["common/game"], r"boost/beast": ["common/adapters/web"],
    r"hiredis/": ["common/adapters/redis"], r"utf8proc\.h": ["cli"], r"librdkafka/": ["common/adapters/kafka"], r"boost/histogram": ["cli/loadtest"], r"mbedtls/": [],
}
# SQL that one of the two databases lacks or reads otherwise (sum() of bigint is numeric in PostgreSQL). The stores are
# written in what both share; what only PostgreSQL knows stands in its dialect.
SQL_TEXT = re.compile(r'R"\w*\((.*?)\)\w*"|"((?:\\.|[^"\\\n])*)"', re.S)
NOT_SHARED = re.compile(
    r"\b(serial|bigserial|sequence|nextval|autoincrement|trigger|rowid|pragma|glob|ilike|ifnull|group_concat|string_agg|jsonb?|boolean|"
    r"numeric|real|uuid|timestamp|interval|varchar|blob|advisory|listen|notify|last_insert_rowid)\b|"
    r"\b(sum|avg|total|now|strftime|date)\s*\(|\binsert or\b|\breplace into\b|\bfor update\b|\bcurrent_(time|date)|\w::\w|= *\?|\(\?",
    re.I)
SQL_VERBS = re.compile(r"^\s*(select|insert|update|delete|create|alter|drop|with)\b", re.I)
POSTGRES_ONLY = re.compile(r"pg_advisory|\bLISTEN\b|\bNOTIFY\b|SET LOCAL|ISOLATION LEVEL|COLLATE|search_path=")
BANNED_NAMES = re.compile(r"\b(class|struct)\s+\w*(Manager|Helper|Utils|Util|Context)\b")
BANNED_FILES = re.compile(r"(manager|helper|utils?|context|misc)\.(c|h)pp$")
CO_AWAIT_AGGREGATE = re.compile(r"co_await\b[^;]*(\(\s*\{|,\s*\{|\b[A-Z]\w+\s*\{[^;{}]*[^;{}\s])")
CO_AWAIT_LAMBDA = re.compile(r"co_await\b[^;]*\[[^\]&]*\w[^\]]*\]\s*(\([^)]*\))?\s*(mutable\s*)?(->[^{]+)?\{")
CO_RETURN_AGGREGATE = re.compile(r"co_return\s+[A-Z]\w*\s*\{[^;]*co_await")

findings, warnings = [], []
used_exceptions = set()
error_ids = {}


def load_exceptions():
    rows = {}
    for line in EXCEPTIONS.read_text().splitlines() if EXCEPTIONS.exists() else []:
        if not line.strip() or line.startswith("#"):
            continue
        rule, path, reason = (line.split(None, 2) + ["", ""])[:3]
        if not reason:
            findings.append(f"{EXCEPTIONS.name}: an entry without a reason: {line}")
        rows[(rule, path)] = reason
    return rows


EXCEPT = load_exceptions()


def find(rule, path, line, remedy, warn=False):
    if (rule, str(path)) in EXCEPT:
        used_exceptions.add((rule, str(path)))
        return
    (warnings if warn else findings).append(f"{path}:{line}: {rule}: {remedy}")


def room_of(path):
    if path.startswith("common/adapters/"):
        return "/".join(path.split("/")[:3])
    best = ""
    for room in ARROWS:
        if (path == room or path.startswith(room + "/")) and len(room) > len(best):
            best = room
    return best


def allowed(path, target):
    room, other = room_of(path), room_of(target)
    if not room or not other or room == other:
        if room == "daemons" and other == "daemons":
            mine, theirs = path.split("/")[1], target.split("/")[1]
            return theirs in ("daemon.hpp", "game_contents.hpp") or mine == theirs or mine.startswith("registry.")
        return True
    if room.startswith("common/adapters/"):
        return other in ADAPTER or other in ADAPTER_PAIRS.get(room, [])
    if other.startswith("common/adapters/"):
        return room == "tests" or path == "cli/compose.cpp" or path.startswith("cli/compose")
    return any(other == a or other.startswith(a + "/") for a in ARROWS.get(room, []))


def check_includes(path, text):
    for number, line in enumerate(text.splitlines(), 1):
        match = re.match(r'\s*#\s*include\s*(["<])([^">]+)[">]', line)
        if not match:
            continue
        kind, target = match.groups()
        if kind == '"':
            if not allowed(path, target):
                find("include-arrow", path, number, f"{room_of(path)} may not include {target} (ARCHITECTURE.md): ask through a port")
            continue
        for pattern, rooms in FOREIGN.items():
            if re.match(pattern, target) and not path.startswith("tests/") and not any(path.startswith(r) for r in rooms):
                find("foreign-header", path, number, f"<{target}> belongs to {', '.join(rooms) or 'tests'} only")
        if re.match(r"daemons/\w+/service\.", path) and "boost/asio" in target:
            find("pure-service", path, number, "a service is pure: (state, input, now) -> decisions, no Asio")


def strip_comments(text):
    text = re.sub(r'R"\w*\((.*?)\)\w*"', lambda m: '""' + "\n" * m.group(0).count("\n"), text, flags=re.S)
    text = re.sub(r'"(\\.|[^"\\\n])*"', '""', text)
    text = re.sub(r"//[^\n]*", "", text)
    return re.sub(r"/\*.*?\*/", lambda m: "\n" * m.group(0).count("\n"), text, flags=re.S)


def statements(code):
    """(line, statement) for each stretch that ends in ';', with its white space folded."""
    start = 0
    for match in re.finditer(r";", code):
        statement = code[start:match.start() + 1]
        lead = len(statement) - len(statement.lstrip())
        line = code.count("\n", 0, start + lead) + 1
        yield line, " ".join(statement.split())
        start = match.end()


def check_text(path, text):
    code = strip_comments(text)
    for number, line in enumerate(code.splitlines(), 1):
        if re.search(r"\bdetached\b", line):
            find("detached", path, number, "spawn it in a TaskGroup, which joins it")
        if path.startswith("daemons/") and re.search(r"std::(mutex|atomic|thread|jthread|condition_variable)|steady_timer|deadline_timer", line):
            find("daemon-thread", path, number, "a daemon lives on one loop without locks; time comes from the Clock port")
        if re.search(r"\bPlatform\b", line) and not re.match(r"(daemons/registry\.|cli/compose|cli/serve|tests/)", path):
            find("platform", path, number, "take the ports you use one by one")
        if BANNED_NAMES.search(line):
            find("name", path, number, "say what it is: no Manager, Helper, Utils, Context")
        if path.startswith("common/game/battle") and re.search(r"\b(float|double|unordered_\w+)\b", line):
            find("determinism", path, number, "no floating point and no unordered iteration in what must replay")
    for number, statement in statements(code):
        if "co_await" not in statement and "co_return" not in statement:
            continue
        body = re.sub(r"\b(Deadline|Millis|Error|TokenHash)\s*\{[^{}]*\}", "plain", statement[statement.find("co_"):])
        if CO_AWAIT_AGGREGATE.search(body) or CO_AWAIT_LAMBDA.search(body) or CO_RETURN_AGGREGATE.search(body):
            find("gcc12-coroutine", path, number, "g++ 12 frees it twice: name the value first, then std::move it")
    if BANNED_FILES.search(path):
        find("name", path, 1, "say what it is: no manager, helper, utils, context")
    lines = text.count("\n")
    if lines > 400:
        find("long-file", path, lines, f"{lines} lines: does it want a new room?", warn=True)
    check_functions(path, code)
    check_error_ids(path, code)


def check_error_ids(path, code):
    """Boost takes categories of one id for the same: two of them would make unlike errors equal."""
    for id in re.findall(r"\bDomainTable \w+\((0x[0-9a-fA-F]+)", code):
        if error_ids.setdefault(id, path) != path:
            find("error-id", path, 1, f"{error_ids[id]} has the id {id} too: take another")


def check_sql(path, text):
    """SQL is told by its verb at the start of a literal; what follows it up to the end of the literals belongs to it."""
    in_sql, end = False, 0
    for match in SQL_TEXT.finditer(text) if path.startswith(("common/adapters/sql/", "common/adapters/postgres/")) else []:
        literal = match.group(1) or match.group(2) or ""
        in_sql = bool(SQL_VERBS.match(literal)) or (in_sql and not text[end:match.start()].strip())
        end = match.end()
        line = text.count("\n", 0, match.start()) + 1
        found = NOT_SHARED.search(literal) if in_sql and path.startswith("common/adapters/sql/") else None
        if found:
            find("shared-sql", path, line, f"'{found.group(0)}' is not in both databases: write it in the subset of database.hpp")
        found = POSTGRES_ONLY.search(literal)
        if found and not path.startswith("common/adapters/postgres/dialect."):
            find("dialect", path, line, f"'{found.group(0)}' is PostgreSQL's own: it belongs in common/adapters/postgres/dialect.cpp")


def check_functions(path, code):
    depth, start = 0, 0
    for number, line in enumerate(code.splitlines(), 1):
        if line == "{" and depth == 0 or re.match(r"^\{", line):
            depth, start = 1, number
        elif re.match(r"^\}", line) and depth:
            if number - start > 72:
                find("long-function", path, start, f"{number - start} lines: split it", warn=True)
            depth = 0


def check_ports(files):
    suites = "\n".join(p.read_text() for p in (ROOT / "tests/contract").glob("**/*.cpp")) if (ROOT / "tests/contract").exists() else ""
    for path in files:
        match = re.match(r"common/ports/(\w+)\.hpp$", path)
        if match and f"common/ports/{match.group(1)}.hpp" not in suites:
            find("port-suite", path, 1, "add a contract suite in tests/contract that includes this port")


def check_adapters(texts):
    """A class that implements a port is named where the port's suite is, unless the port has an exception from having one."""
    suites = "\n".join(p.read_text() for p in (ROOT / "tests/contract").glob("**/*.?pp"))
    ports = {name: path for path, text in texts.items() if re.match(r"common/ports/\w+\.hpp$", path)
             for name in re.findall(r"^class (\w+)\b[^;]*?\{", text, re.M)}
    for path, text in texts.items():
        for name, bases in re.findall(r"^class (\w+)(?: final)? : ([^{;]*)\{", text, re.M) if re.match(r"common/adapters/\w+/\w+\.hpp$", path) else []:
            held = [base for base in re.findall(r"public (\w+)", bases) if base in ports and ("port-suite", ports[base]) not in EXCEPT]
            if held and f'"{path}"' not in suites:
                find("adapter-suite", path, 1, f"run the suite of {held[0]} in tests/contract on {name}")


def check_compiled(files):
    database = ROOT / "build/debug/compile_commands.json"
    if not database.exists():
        return
    compiled = {entry["file"] for entry in json.loads(database.read_text())}
    # The yardstick of bench_silence is libpqxx, which scripts/bench alone installs.
    elsewhere = ("tests/fuzz/", "tests/clients/", "tests/e2e/faults/", "tests/bench/bench_silence.cpp")
    for path in files:
        if path.endswith(".cpp") and not path.startswith(elsewhere) and str(ROOT / path) not in compiled:
            find("not-compiled", path, 1, "no target compiles it")


def check_registered(files):
    """Each test program that is no C++ is named where its folder's tests are registered."""
    for path in files:
        folder, name = path.rsplit("/", 1)
        if not (name.startswith("test_") and name.endswith(".py") or folder == "tests/operation" and name.endswith((".sh", ".py"))):
            continue
        lists = ROOT / folder / "CMakeLists.txt"
        stem = name.rsplit(".", 1)[0].removeprefix("test_")
        if not lists.exists() or not re.search(rf"\b(test_)?{stem}\b", lists.read_text()):
            find("not-registered", path, 1, f"{folder}/CMakeLists.txt names it in no test")


def main():
    files = subprocess.run(["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.cpp", "*.hpp"], cwd=ROOT,
                           capture_output=True, text=True, check=True).stdout.split()
    files = [f for f in files if (ROOT / f).exists()]
    texts = {path: (ROOT / path).read_text() for path in files}
    for path, text in texts.items():
        check_includes(path, text)
        check_text(path, text)
        check_sql(path, text)
    check_ports(files)
    check_adapters(texts)
    check_compiled(files)
    programs = subprocess.run(["git", "ls-files", "--cached", "--others", "--exclude-standard", "tests/*.py", "tests/*.sh"], cwd=ROOT,
                              capture_output=True, text=True, check=True).stdout.split()
    check_registered([each for each in programs if (ROOT / each).exists()])
    for key in sorted(set(EXCEPT) - used_exceptions):
        findings.append(f"{EXCEPTIONS.relative_to(ROOT)}: no longer needed: {' '.join(key)}")
    for line in warnings:
        print("warning:", line)
    for line in findings:
        print(line)
    print(f"{len(files)} files, {len(findings)} findings, {len(warnings)} warnings")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
