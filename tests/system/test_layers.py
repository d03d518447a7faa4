"""The two rules of the tree that a compiler does not know.

Folders have one order, and a file includes from its own folder or from one further left. And only run/ and the log
write to where people and pipes look: everything else returns text.
"""

import pathlib
import re

TOP = pathlib.Path(__file__).resolve().parents[2]
LIBRARY = TOP / "libcommon"
ORDER = ("base", "net", "tls", "xmpp", "store", "judge", "report", "run", "tools")

INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"')
# Calls that write to file descriptor 1 or 2 of themselves, and those that are told to.
WRITES = re.compile(r"(?<!\w)(?:v?printf|puts|putchar|perror)\s*\("
                    r"|(?<!\w)(?:stdout|stderr|STDOUT_FILENO|STDERR_FILENO)(?!\w)"
                    r"|(?<!\w)v?dprintf\s*\(\s*[12]\s*,|(?<!\w)write\s*\(\s*[12]\s*,")
# A program that ends here and now has nobody to return its last words to.
LAST_WORDS = re.compile(r'fputs\("[^"]*", stderr\);\s*abort\(\);')


def sources():
    return sorted([*LIBRARY.rglob("*.[ch]"), *(TOP / "tools").glob("*.[ch]")])


def layer(path):
    return path.relative_to(LIBRARY).parts[0] if path.is_relative_to(LIBRARY) else "tools"


def includes(text):
    """(line number, name) of each quoted include."""
    for number, line in enumerate(text.splitlines(), 1):
        if found := INCLUDE.match(line):
            yield number, found[1]


def wrong_include(own, name):
    """What is wrong with an include of `name` in the folder `own`, or None."""
    folder, slash, _ = name.partition("/")
    if not slash:
        return "does not name its folder"
    if folder not in ORDER[:-1]:
        return f"{folder} is no layer"
    if ORDER.index(folder) > ORDER.index(own):
        return f"{folder} stands right of {own}"
    return None


def code_of(text):
    """The text without comments and the insides of strings, each line where it was."""
    return re.sub(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'',
                  lambda found: '""' if found[0][0] == '"' else "\n" * found[0].count("\n"), text, flags=re.DOTALL)


def writes(text):
    """(line number, line) of what writes to standard output or standard error."""
    spared = LAST_WORDS.sub(lambda found: "\n" * found[0].count("\n"), code_of(text))
    for number, line in enumerate(spared.splitlines(), 1):
        if WRITES.search(line):
            yield number, text.splitlines()[number - 1].strip()


def test_includes_point_only_left():
    faults = [f"{path.relative_to(TOP)}:{number}: \"{name}\" {fault}"
              for path in sources()
              for number, name in includes(path.read_text(encoding="utf-8"))
              if (fault := wrong_include(layer(path), name))]
    assert not faults, "\n".join(faults)


def test_every_folder_has_its_place():
    folders = {path.name for path in LIBRARY.iterdir() if path.is_dir()}
    assert folders <= set(ORDER[:-1]), f"not in the order of layers: {sorted(folders - set(ORDER))}"


def test_only_run_and_the_log_write():
    faults = [f"{path.relative_to(TOP)}:{number}: {line}"
              for path in sources()
              if layer(path) != "run" and path != LIBRARY / "base" / "log.c"
              for number, line in writes(path.read_text(encoding="utf-8"))]
    assert not faults, "\n".join(faults)


def test_the_rules_see_what_they_should():
    assert wrong_include("tls", "net/conn.h") is None
    assert wrong_include("tls", "tls/cert.h") is None
    assert wrong_include("tools", "run/tool.h") is None
    assert wrong_include("net", "tls/cert.h")
    assert wrong_include("net", "conn.h")
    assert wrong_include("run", "tools/x.h")
    for fault in ('printf("x");', 'fputs(text, stdout);', "write(STDERR_FILENO, a, b);", "dprintf(2, x);",
                  'fputs("x", stderr);\n\treturn;', 'puts("/*");', "perror(name);"):
        assert list(writes(f"\t{fault}\n")), fault
    for good in ('snprintf(a, 3, "x");', "buf_printf(out, x);", 'fputs("out of memory\\n", stderr);\n\tabort();',
                 "/* printf(x) to stdout */", 'text = "printf(stderr)";', "write(fd, a, b);", "elem_write(1, x);",
                 "return err_set(err, x);", "PRINTF(1, 2)"):
        assert not list(writes(f"\t{good}\n")), good
