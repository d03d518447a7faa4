"""Prints "PASSED FAILED SKIPPED" of a JUnit report; names what failed and why something was skipped on stderr."""

import collections
import sys
import xml.etree.ElementTree

counts = collections.Counter()
for case in xml.etree.ElementTree.parse(sys.argv[1]).iter("testcase"):
    verdict = "passed"
    for child in case:
        if child.tag in ("failure", "error"):
            verdict = "failed"
        elif child.tag == "skipped" and verdict == "passed":
            verdict = "skipped"
    counts[verdict] += 1
    if verdict != "passed":
        reason = next((child.get("message", "") for child in case if child.tag == "skipped"), "")
        print(verdict.upper(), case.get("classname", ""), case.get("name"), reason, file=sys.stderr)
print(counts["passed"], counts["failed"], counts["skipped"])
