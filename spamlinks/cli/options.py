"""Options that several commands share, each documented once."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from spamlinks.errors import InputError

if TYPE_CHECKING:
    from spamlinks.decided import DecisionList
    from spamlinks.exports import Hints
    from spamlinks.pipeline import Settings
    from spamlinks.properties import Property

__all__ = [
    "AcceptGuess",
    "Brand",
    "DecidedBy",
    "DecisionsFile",
    "Exports",
    "Facts",
    "Keep",
    "LabelDecisions",
    "Live",
    "Map",
    "MappingFile",
    "Model",
    "Precision",
    "Previous",
    "Prior",
    "Properties",
    "Site",
    "Situation",
    "StoreFile",
    "parse_decisions",
    "parse_hints",
    "parse_property_options",
    "parse_settings",
]

Exports = Annotated[
    list[Path],
    typer.Argument(
        metavar="EXPORT",
        help="Link exports of any vendor, as many as you have, or folders of them. "
        "'spamlinks formats' lists what is read.",
    ),
]
Site = Annotated[
    str | None,
    typer.Option(
        help="Your own site, such as example.com. Its links are set aside and it can never be "
        "disavowed. Guessed from the exports when not given."
    ),
]
Brand = Annotated[
    list[str] | None,
    typer.Option(help="Your brand's name, as it stands in anchors; may be repeated."),
]
Live = Annotated[
    Path | None,
    typer.Option(
        metavar="LIVE.txt",
        help="The disavow file that Google holds now. New entries are added to it; no line of it "
        "is ever lost.",
    ),
]
Keep = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="Domains or URLs, one a line, that are never disavowed."),
]
Facts = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        help="Facts of your own: a CSV or Parquet table with a column linking_domain or url, and "
        "domain_created_on, domain_registrar, fetched_words or other columns that docs/ENRICH.md "
        "lists. They win over the store.",
    ),
]
StoreFile = Annotated[
    Path | None,
    typer.Option(
        "--store",
        metavar="FILE",
        help="What 'spamlinks enrich' looked up: registration dates, the linking pages, names. It "
        "is only read, and nothing is fetched.",
    ),
]
Model = Annotated[
    Path | None,
    typer.Option(metavar="DIR", help="A model folder; default: the model that is shipped."),
]
Situation = Annotated[
    str,
    typer.Option(
        metavar="none|attack|bought|manual-action",
        help="Why you are here. It sets how sure DISAVOW must be: 0.98 for none (Google ignores "
        "most spam by itself), 0.95 under attack, 0.90 after bought links or a manual action.",
    ),
]
Precision = Annotated[
    float | None,
    typer.Option(
        help="Share of DISAVOW verdicts that must be right; overrides --situation. Higher means "
        "fewer entries."
    ),
]
Prior = Annotated[
    str | None,
    typer.Option(
        metavar="auto|SHARE",
        help="Share of your linking domains that you take to be spam, such as 0.1 (the default "
        "of the shipped model); 'auto' estimates it from the scores.",
    ),
]
Previous = Annotated[
    Path | None,
    typer.Option(
        metavar="RUN.json",
        help="The run.json of an earlier audit of this site, or its folder: says what is new, "
        "gone, worse or better since then, and why, and writes changes.csv.",
    ),
]

Map = Annotated[
    list[str] | None,
    typer.Option(
        "--map",
        metavar="HEADER=FIELD",
        help="What a column of an unknown file is, such as 'Source=referring_page'; '#2=...' for "
        "the second column of a file without header. Once for each column; "
        "'spamlinks formats --fields' lists the fields.",
    ),
]
MappingFile = Annotated[
    list[Path] | None,
    typer.Option(
        "--mapping",
        metavar="FILE",
        help="The same from a file that 'spamlinks formats --save' wrote; may be repeated. Used "
        "for every file that has these columns.",
    ),
]
AcceptGuess = Annotated[
    bool,
    typer.Option(
        "--accept-guess",
        help="Read an unknown file as its cells suggest. 'spamlinks formats FILE' shows the guess "
        "and why.",
    ),
]
DecisionsFile = Annotated[
    Path | None,
    typer.Option(
        "--decisions",
        metavar="FILE",
        help="What you decided: domains.csv or domains.xlsx of an audit with the column decision "
        "filled in, decisions.csv, the folder that has them, or a table with the columns "
        "linking_domain and decision (KEEP, REVIEW or DISAVOW). A decision stands whatever the "
        "score is.",
    ),
]
DecidedBy = Annotated[
    str | None,
    typer.Option(
        "--decided-by",
        metavar="NAME",
        help="Author of the decisions that name none; they are dated today where they have no "
        "date.",
    ),
]
LabelDecisions = Annotated[
    Path | None,
    typer.Option(
        "--decisions",
        metavar="FILE",
        help="Labels by what you decided, see 'spamlinks audit --help': DISAVOW is spam, KEEP is "
        "honest, REVIEW is no label. May go with --disavow and --keep.",
    ),
]

Properties = Annotated[
    list[str] | None,
    typer.Option(
        "--property",
        metavar="URL[=LIVE.txt]",
        help="Write a file for this URL-prefix property of Search Console, with what links to it; "
        "may be repeated. After = the list that the property has now.",
    ),
]


def parse_property_options(
    texts: list[str] | None, site: str | None, live: Path | None, option: str
) -> tuple[Property, ...]:
    """Read --property; a text that is none, or one live file for several, is a usage error."""
    from dataclasses import replace

    from spamlinks.properties import parse_properties

    try:
        found = parse_properties(texts or (), site)
    except InputError as error:
        text = f"{error.problem}. {error.hint}"
        raise typer.BadParameter(text, param_hint="--property") from None
    if found and live is not None:
        if len(found) > 1 or found[0].live is not None:
            text = "each property has a list of its own: --property 'URL=LIVE.txt'"
            raise typer.BadParameter(text, param_hint=option)
        found = (replace(found[0], live=live),)
    return found


def parse_hints(texts: list[str] | None, files: list[Path] | None, accept_guess: bool) -> Hints:
    """Gather what the user says about columns; a --map that is none is a usage error."""
    from spamlinks.exports import Hints, Mapping

    try:
        typed = (Mapping.parse(texts),) if texts else ()
    except InputError as error:
        raise typer.BadParameter(f"{error.problem}. {error.hint}", param_hint="--map") from None
    return Hints((*typed, *(Mapping.load(path) for path in files or ())), accept_guess)


def parse_decisions(path: Path | None, by: str | None) -> DecisionList | None:
    """Read --decisions; --decided-by without it, or without a name, is a usage error."""
    if path is None and by is not None:
        raise typer.BadParameter("it needs --decisions FILE", param_hint="--decided-by")
    if by is not None and not by.strip():
        raise typer.BadParameter("give a name", param_hint="--decided-by")
    if path is None:
        return None
    from spamlinks.decided import read_decisions

    return read_decisions(path, by)


def parse_settings(
    site: str | None,
    brand: list[str] | None,
    live: Path | None,
    keep: Path | None,
    facts: Path | None,
    model: Path | None,
    situation: str,
    precision: float | None,
    prior: str | None,
    hints: Hints,
    decisions: DecisionList | None = None,
    store: Path | None = None,
) -> Settings:
    """Gather the options of a run; a value that none of them takes is a usage error."""
    from spamlinks.pipeline import Settings

    share = _parse_prior(prior)
    try:
        return Settings(
            site, tuple(brand or ()), live, keep, facts, model, situation, precision, share, hints,
            decisions, store,
        )  # fmt: skip
    except InputError as error:
        raise typer.BadParameter(
            f"{error.problem}. {error.hint}", param_hint=f"--{error.source}"
        ) from None


def _parse_prior(text: str | None) -> float | str | None:
    if text is None or text == "auto":
        return text
    try:
        return float(text)
    except ValueError:
        raise typer.BadParameter(
            "give 'auto' or a share such as 0.1", param_hint="--prior"
        ) from None
