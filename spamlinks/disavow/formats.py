"""A linter's report as text, JSON, GitHub annotations and SARIF."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

from spamlinks.disavow.findings import Finding, Report
from spamlinks.disavow.fixing import SAFE_CODES, UNSAFE_CODES
from spamlinks.disavow.problems import PROBLEM_TEXT, Problem, severity

__all__ = [
    "FORMATS",
    "codes_table",
    "render_reports",
    "to_github",
    "to_json",
    "to_sarif",
    "to_text",
]

SHOWN_OF_A_CODE = 10
SHOWN_ERRORS = 50
SHOWN_CHARS = 80
_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_KINDS = {
    "safe": "--fix",
    "unsafe": "--fix --unsafe",
    "prune": "--fix --prune",
}


def to_text(reports: Sequence[Report], *, every: bool = False) -> str:
    """One line a finding: ``file:line:column: severity CODE: sentence [text] -> fix``.

    Of each code the first 10 are shown (of errors 50) and the rest counted, unless ``every``.
    """
    out = []
    for report in reports:
        shown: Counter[Problem] = Counter()
        for finding in report.findings:
            most = SHOWN_ERRORS if finding.severity == "error" else SHOWN_OF_A_CODE
            shown[finding.code] += 1
            if every or shown[finding.code] <= most:
                out.append(_text_of(report, finding))
        for code, many in shown.items():
            most = SHOWN_ERRORS if severity(code) == "error" else SHOWN_OF_A_CODE
            if not every and many > most:
                rest = f"and {many - most:,} more {code.value}; --all shows each"
                out.append(f"{_plain(report.source)}: {rest}")
    return "".join(f"{line}\n" for line in out)


def _text_of(report: Report, finding: Finding) -> str:
    place = f":{finding.line}:{finding.column}" if finding.line else ""
    text = f" [{_plain(finding.text)}]" if finding.text.strip() else ""
    fix = ""
    if finding.fix is not None:
        lines = " + ".join(_plain(line) or "an empty line" for line in finding.fix.lines)
        fix = f" -> {lines} ({_KINDS[finding.fix.kind]})" if lines else ""
        fix = fix or f" ({_KINDS[finding.fix.kind]})"
    return (
        f"{_plain(report.source)}{place}: {finding.severity} {finding.code.value}: "
        f"{finding.message}{text}{fix}"
    )


def _plain(text: str) -> str:
    """Text of a stranger's file, harmless for a terminal."""
    shown = "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in text[: 4 * SHOWN_CHARS])
    shown = shown.replace("##[", "## [")  # a command of a build server, wherever it stands
    shown = f"./{shown}" if shown.lstrip().startswith("::") else shown  # so is this, at the start
    return shown if len(shown) <= SHOWN_CHARS else shown[: SHOWN_CHARS - 3] + "..."


def to_json(reports: Sequence[Report], version: str) -> str:
    """Everything, for programs. Keys and codes are stable; sentences may change."""
    total = {name: sum(r.counts[name] for r in reports) for name in ("error", "warning", "info")}
    files = [
        {
            "path": report.source,
            "sha256": report.sha256,
            "lines": report.lines,
            "domains": report.domains,
            "urls": report.urls,
            "counts": report.counts,
            "fixable": report.fixable,
            "findings": [_json_of(finding) for finding in report.findings],
        }
        for report in reports
    ]
    out = {"tool": "spamlinks lint", "version": version, "counts": total, "files": files}
    return json.dumps(out, indent=1) + "\n"


def _json_of(finding: Finding) -> dict[str, Any]:
    fix = finding.fix
    return {
        "code": finding.code.value,
        "severity": finding.severity,
        "line": finding.line or None,
        "column": finding.column or None,
        "end_column": finding.end_column or None,
        "message": finding.message,
        "text": finding.text,
        "other_line": finding.other or None,
        "fix": None if fix is None else {"kind": fix.kind, "lines": list(fix.lines)},
    }


_GITHUB = {"error": "error", "warning": "warning", "info": "notice"}


def to_github(reports: Sequence[Report], *, every: bool = False) -> str:
    """Workflow commands that GitHub shows beside the lines of a change.

    Of each code the first 10 are written, unless ``every``: GitHub shows only a few of each kind.
    """
    out = []
    for report in reports:
        shown: Counter[Problem] = Counter()
        for finding in report.findings:
            shown[finding.code] += 1
            if not every and shown[finding.code] > SHOWN_OF_A_CODE:
                continue
            about = [("file", report.source)]
            if finding.line:
                about += [("line", str(finding.line)), ("col", str(finding.column))]
                about += [("endColumn", str(finding.end_column))]
            about.append(("title", f"spamlinks {finding.code.value}"))
            properties = ",".join(f"{name}={_property(value)}" for name, value in about)
            out.append(f"::{_GITHUB[finding.severity]} {properties}::{_data(_said(finding))}\n")
        rest = {code: many - SHOWN_OF_A_CODE for code, many in shown.items()}
        more = ", ".join(f"{many:,} {code.value}" for code, many in rest.items() if many > 0)
        if more and not every:
            out.append(f"::notice file={_property(report.source)}::{_data('and more: ' + more)}\n")
    return "".join(out)


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def _said(finding: Finding) -> str:
    shown = f" {_plain(finding.text)}" if finding.text.strip() else ""
    return f"{finding.message}{shown}"


_LEVELS = {"error": "error", "warning": "warning", "info": "note"}


def to_sarif(reports: Sequence[Report], version: str) -> str:
    """SARIF 2.1.0 (OASIS), with the fixes as replacements of whole lines."""
    codes = sorted({finding.code for report in reports for finding in report.findings})
    rules = [
        {
            "id": code.value,
            "shortDescription": {"text": PROBLEM_TEXT[code]},
            "defaultConfiguration": {"level": _LEVELS[severity(code)]},
        }
        for code in codes
    ]
    index = {code: place for place, code in enumerate(codes)}
    results = [
        _result(report, finding, index[finding.code])
        for report in reports
        for finding in report.findings
    ]
    driver = {"name": "spamlinks", "version": version, "rules": rules}
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=1) + "\n"


def _result(report: Report, finding: Finding, rule: int) -> dict[str, Any]:
    where: dict[str, Any] = {"artifactLocation": {"uri": _uri(report.source)}}
    if finding.line:
        where["region"] = {
            "startLine": finding.line,
            "startColumn": finding.column,
            "endColumn": finding.end_column,
            "snippet": {"text": finding.text},
        }
    result: dict[str, Any] = {
        "ruleId": finding.code.value,
        "ruleIndex": rule,
        "level": _LEVELS[finding.severity],
        "message": {"text": finding.message},
        "locations": [{"physicalLocation": where}],
    }
    if finding.other:
        near = {**where, "region": {"startLine": finding.other}}
        result["relatedLocations"] = [{"physicalLocation": near}]
    if finding.fix is not None and finding.line:
        change = _change(finding, finding.fix.lines)
        result["fixes"] = [
            {
                "description": {"text": f"spamlinks lint {_KINDS[finding.fix.kind]}"},
                "artifactChanges": [
                    {
                        "artifactLocation": where["artifactLocation"],
                        "replacements": [change],
                    }
                ],
            }
        ]
    return result


def _change(finding: Finding, lines: Sequence[str]) -> dict[str, Any]:
    if not lines:  # the line goes, with its end
        region = {"startLine": finding.line, "startColumn": 1, "endLine": finding.line + 1}
        return {"deletedRegion": {**region, "endColumn": 1}}
    region = {
        "startLine": finding.line,
        "startColumn": 1,
        "endColumn": len(finding.text) + 1,
    }
    return {"deletedRegion": region, "insertedContent": {"text": "\n".join(lines)}}


def _uri(source: str) -> str:
    path = PurePath(source)
    return path.as_uri() if path.is_absolute() else quote(path.as_posix(), errors="surrogateescape")


FORMATS = ("text", "json", "github", "sarif")


def render_reports(
    reports: Sequence[Report], name: str, version: str, *, every: bool = False
) -> str:
    """Write reports in the format of that name, one of ``FORMATS``; KeyError for another."""
    if name == "json":
        return to_json(reports, version)
    if name == "sarif":
        return to_sarif(reports, version)
    return {"text": to_text, "github": to_github}[name](reports, every=every)


def codes_table() -> str:
    """All codes as a Markdown table: severity, what ``--fix`` does, the sentence."""
    repaired = {
        **dict.fromkeys(SAFE_CODES, "`--fix`"),
        **dict.fromkeys(UNSAFE_CODES, "`--fix --unsafe`"),
        Problem.REDUNDANT: "`--fix --prune`",
    }
    rows = ["| code | severity | repaired by | meaning |", "| --- | --- | --- | --- |"]
    for code in Problem:
        by = repaired.get(code, "")
        rows.append(f"| `{code.value}` | {severity(code)} | {by} | {PROBLEM_TEXT[code]} |")
    return "".join(f"{row}\n" for row in rows)
