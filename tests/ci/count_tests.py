#!/usr/bin/env python3
"""Adds up JUnit files of ctest: prints 'PASSED FAILED SKIPPED'.

A test that could not run at all (no executable, a missing fixture) counts as failed: only what says
so itself is skipped.
"""
import sys
import xml.etree.ElementTree as ElementTree


def count(path):
    passed = failed = skipped = 0
    for case in ElementTree.parse(path).getroot().iter("testcase"):
        status = case.get("status")
        reason = case.find("skipped")
        said_so = reason is not None and reason.get("message", "").startswith("SKIP_")
        if status == "run":
            passed += 1
        elif status == "disabled" or (status == "notrun" and said_so):
            skipped += 1
        else:
            failed += 1
    return passed, failed, skipped


print(*(sum(column) for column in zip((0, 0, 0), *map(count, sys.argv[1:]))))
