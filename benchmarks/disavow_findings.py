"""What the linter finds in a folder of real disavow files, by code.

``python benchmarks/disavow_findings.py --data DIR`` prints the table of
docs/DISAVOW.md; ``--sample N`` prints N findings of each code, to be read by hand for false alarms.
"""

from __future__ import annotations

import argparse
import csv
import random
from collections import Counter, defaultdict
from pathlib import Path

from spamlinks.disavow import DisavowFile, Finding, lint_bytes, severity


def main() -> None:
    """Lint every file and print the counts."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--data", type=Path, required=True, help="folder that holds disavow/")
    arguments.add_argument("--sample", type=int, default=0)
    arguments.add_argument("--seed", type=int, default=0)
    options = arguments.parse_args()
    folder = options.data / "disavow"
    with (folder / "files.csv").open(encoding="utf-8", newline="") as file:
        facts = {row["file"]: row for row in csv.DictReader(file)}
    counts: Counter[str] = Counter()
    files: defaultdict[str, set[str]] = defaultdict(set)
    found: defaultdict[str, list[tuple[str, Finding]]] = defaultdict(list)
    refused, exact, entries, clean = [], 0, 0, 0
    for path in sorted(folder.glob("*.txt")):
        data = path.read_bytes()
        row = facts.get(path.name, {})
        own = [row["site"]] if row.get("site") else []
        report, document = lint_bytes(data, "disavow.txt", own=own)
        if document is None:
            refused.append((path.name, report.findings[0].code.value))
            continue
        exact += DisavowFile.parse(data).render() == data
        entries += report.domains + report.urls
        clean += report.is_clean
        for finding in report.findings:
            counts[finding.code] += 1
            files[finding.code].add(path.name)
            found[finding.code].append((path.name, finding))
    total = exact + len(refused)
    print(f"{total} files, {entries:,} entries; {len(refused)} refused: {refused}")
    print(f"{exact} rendered byte for byte; {clean} without an error\n")
    print("| code | severity | findings | files |\n| --- | --- | ---: | ---: |")
    order = {"error": 0, "warning": 1, "info": 2}
    for code in sorted(counts, key=lambda c: (order[severity(c)], -counts[c])):
        print(f"| `{code}` | {severity(code)} | {counts[code]:,} | {len(files[code])} |")
    for code, all_of_it in found.items() if options.sample else ():
        print(f"\n{code}")
        chosen = random.Random(options.seed)
        for name, finding in chosen.sample(all_of_it, min(options.sample, len(all_of_it))):
            print(f"  {name[:40]}:{finding.line} {finding.text[:90]!r} {finding.message[:90]}")


if __name__ == "__main__":
    main()
