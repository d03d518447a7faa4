"""python3 again.py meson|pytest STATUS REPORT [COMMAND...]

STATUS is what a run of tests ended with, REPORT what it says in JUnit's XML.  Tries each test that failed once more, alone,
with COMMAND and the test's name.  Exits with 1 if the report does not explain the status: meson's has no word for a timeout.

Servers, clocks and resolvers are real here, and thousands of tests crowd two processors: now and then one of them waits
for longer than anybody foresaw.  Alone it has no such excuse.  What passes then counts as passed, and is named UNSTEADY,
for it wants mending all the same.  A crash or a find of a sanitizer has no such excuse at all, and more than a handful of
failures is no accident: these are not tried again.
"""

import pathlib
import re
import subprocess
import sys
import xml.etree.ElementTree

HERE = pathlib.Path(__file__).parent
HANDFUL = 5
SERIOUS = re.compile(r"Sanitizer|runtime error:|Assertion .* failed|status -\d|crashed")
PASSED = {"meson": re.compile(r"^Ok: +1 *$", re.M), "pytest": re.compile(r"^1 passed", re.M)}


def failures(case):
    return [child for child in case if child.tag in ("failure", "error")]


def is_serious(case):
    return SERIOUS.search("".join(case.itertext()) + "".join(child.get("message", "") for child in case))


def name_of(runner, case):
    """What the runner calls this test on its command line."""
    if runner == "meson":
        return case.get("name")
    return f"{HERE / case.get('classname').split('.')[-1]}.py::{case.get('name')}"


def try_again(runner, case, command):
    name = name_of(runner, case)
    second = subprocess.run([*command, name], stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace")
    if second.returncode != 0 or not PASSED[runner].search(second.stdout):
        print(second.stdout, second.stderr, sep="")
        return
    for failure in failures(case):
        case.remove(failure)
    print("UNSTEADY", name, "failed among the others and passed alone")


def main(runner, status, path, *command):
    report = xml.etree.ElementTree.parse(path)
    failed = [case for case in report.iter("testcase") if failures(case)]
    explained = len(failed) >= int(status) if runner == "meson" else failed and int(status) == 1
    if command and len(failed) <= HANDFUL:
        for case in failed:
            if not is_serious(case):
                try_again(runner, case, command)
        report.write(path, encoding="utf-8", xml_declaration=True)
    return 0 if explained else 1


sys.exit(main(*sys.argv[1:]))
