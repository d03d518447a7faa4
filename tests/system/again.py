"""python3 again.py meson|pytest STATUS REPORT [COMMAND...]

STATUS is what a run of tests ended with, REPORT what it says in JUnit's XML.  Tries each test that failed once more, alone,
with COMMAND and the test's name.  Exits with 1 if the report does not explain the status: meson's has no word for a timeout.

Servers, clocks and resolvers are real here, and thousands of tests crowd two processors.  A test that passes alone is named
UNSTEADY, so that one knows where to look: at its waiting, or at a race in the product.  It has failed all the same.
"""

import pathlib
import re
import subprocess
import sys
import xml.etree.ElementTree

HERE = pathlib.Path(__file__).parent
HANDFUL = 5  # more are no accident, and take their time
PASSED = {"meson": re.compile(r"^Ok: +1 *$", re.M), "pytest": re.compile(r"^1 passed", re.M)}


def failures(case):
    return [child for child in case if child.tag in ("failure", "error")]


def name_of(runner, case):
    """What the runner calls this test on its command line."""
    if runner == "meson":
        return case.get("name")
    return f"{HERE / case.get('classname').split('.')[-1]}.py::{case.get('name')}"


def try_again(runner, case, command):
    name = name_of(runner, case)
    second = subprocess.run([*command, name], stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace")
    if second.returncode == 0 and PASSED[runner].search(second.stdout):
        print("UNSTEADY", name, "failed among the others and passed alone")
    else:
        print(second.stdout, second.stderr, sep="")


def main(runner, status, path, *command):
    report = xml.etree.ElementTree.parse(path)
    failed = [case for case in report.iter("testcase") if failures(case)]
    if command and len(failed) <= HANDFUL:
        for case in failed:
            try_again(runner, case, command)
    explained = len(failed) >= int(status) if runner == "meson" else failed and int(status) == 1
    return 0 if explained else 1


sys.exit(main(*sys.argv[1:]))
