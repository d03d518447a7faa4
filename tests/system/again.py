"""python3 again.py meson|pytest REPORT COMMAND...

Tries each test that failed in a JUnit report once more, alone, with COMMAND and the test's name.

Servers, clocks and resolvers are real here, and thousands of tests crowd two processors: now and then one of them waits
for longer than anybody foresaw.  Alone it has no such excuse.  What passes then counts as passed, and is named UNSTEADY,
for it wants mending all the same.  More than a handful of failures is no accident: then none is tried again.
"""

import pathlib
import subprocess
import sys
import xml.etree.ElementTree

HERE = pathlib.Path(__file__).parent
HANDFUL = 5


def failures(case):
    return [child for child in case if child.tag in ("failure", "error")]


def name_of(runner, case):
    """What the runner calls this test on its command line."""
    if runner == "meson":
        return case.get("name")
    return f"{HERE / case.get('classname').split('.')[-1]}.py::{case.get('name')}"


def main(runner, path, *command):
    report = xml.etree.ElementTree.parse(path)
    failed = [case for case in report.iter("testcase") if failures(case)]
    if len(failed) > HANDFUL:
        return
    for case in failed:
        name = name_of(runner, case)
        second = subprocess.run([*command, name], stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace")
        if second.returncode == 0:
            for failure in failures(case):
                case.remove(failure)
            print("UNSTEADY", name, "failed among the others and passed alone")
        else:
            print(second.stdout, second.stderr, sep="")
    report.write(path, encoding="utf-8", xml_declaration=True)


main(*sys.argv[1:])
