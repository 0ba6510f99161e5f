"""Definitions are compiled at first use; requests that use them first at once are judged as any other."""

from __future__ import annotations

import subprocess
import sys

AT_ONCE = """
import sys, threading
from adapter.fhir.validation.verdict import judge

sys.setswitchinterval(1e-6)
PERIOD = {"url": "period", "valuePeriod": {"start": "2026"}}
NESTED = {"url": "http://hl7.org/fhir/StructureDefinition/patient-nationality", "extension": [PERIOD]}
PATIENT = {"resourceType": "Patient", "extension": [NESTED]}
begin, told = threading.Barrier(8), []


def first() -> None:
    begin.wait()
    told.extend(finding.code for finding in judge(PATIENT).errors)


threads = [threading.Thread(target=first) for _ in range(8)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(told)
"""
PROCESSES = 5


def test_a_resource_is_judged_alike_by_threads_that_are_first_at_once() -> None:
    """An extension within an extension may have a bare name as url, whichever thread compiles the shapes."""
    for _ in range(PROCESSES):
        done = subprocess.run([sys.executable, "-c", AT_ONCE], capture_output=True, text=True, check=True)
        assert done.stdout == "[]\n"
