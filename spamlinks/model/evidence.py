"""Learned host-name evidence: what a bundle knows about names, and its out-of-fold twin."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from spamlinks.errors import ModelError
from spamlinks.guards import platform_mask
from spamlinks.signals.hostname import HostNameModel, SuffixTable

__all__ = ["Evidence", "FoldedEvidence"]

Columns = dict[str, npt.NDArray[np.float32]]


def judged_names(hosts: pl.DataFrame) -> pl.Series:
    """The name that evidence is about: the linking domain, on a platform the user's host.

    The models were fitted on such units; ``blog.`` before a name would read as a small site's.
    """
    own = hosts["host"].str.strip_prefix("www.")
    return own.zip_with(platform_mask(hosts["linking_domain"]), hosts["linking_domain"])


@dataclass(frozen=True, slots=True)
class Evidence:
    """Two linear name models and the table of public suffixes.

    ``small`` was fitted against small honest sites, ``business`` against business-like ones: one
    alone would partly learn "is no personal blog". ``text`` weighs the words around a link; only
    models trained on own labels have it.
    """

    small: HostNameModel
    business: HostNameModel
    suffixes: SuffixTable
    text: HostNameModel | None = None

    def columns(self, hosts: pl.DataFrame) -> Columns:
        """Log-odds of shape (n_hosts,) for ``tld_risk`` and the two ``name_evidence`` signals."""
        names = judged_names(hosts)
        return {
            "tld_risk": self.suffixes.margins(hosts["suffix"]),
            "name_evidence": self.small.margins(names, hosts["suffix"]),
            "name_evidence_business": self.business.margins(names, hosts["suffix"]),
        }

    def to_dict(self) -> dict[str, Any]:
        """JSON-able form."""
        parts = {
            "small": self.small.to_dict(),
            "business": self.business.to_dict(),
            "suffixes": self.suffixes.to_dict(),
        }
        return parts if self.text is None else {**parts, "text": self.text.to_dict()}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Evidence:
        """Read what ``to_dict`` wrote; a missing or bad part raises ``ModelError``."""
        try:
            return cls(
                HostNameModel.from_dict(data["small"]),
                HostNameModel.from_dict(data["business"]),
                SuffixTable.from_dict(data["suffixes"]),
                HostNameModel.from_dict(data["text"]) if "text" in data else None,
            )
        except (KeyError, TypeError) as error:
            raise ModelError(
                "names.json",
                f"part {error} is missing or damaged",
                "Install the model again, or train it anew.",
            ) from None


@dataclass(frozen=True, slots=True)
class FoldedEvidence:
    """Evidence for training: a host is judged by models that never saw its fold.

    ``fold_of`` maps a host or linking domain to its fold; a host is looked up first, one without a
    fold is judged by the first part.
    """

    parts: tuple[Evidence, ...]
    fold_of: Mapping[str, int]

    def columns(self, hosts: pl.DataFrame) -> Columns:
        """As ``Evidence.columns``, each host by the part of its own fold."""
        known = self.fold_of
        pairs = zip(hosts["host"], hosts["linking_domain"], strict=True)
        folds = np.array([known.get(h, known.get(d, 0)) for h, d in pairs])
        out: Columns = {}
        for fold, part in enumerate(self.parts):
            here = np.flatnonzero(folds == fold)
            if not len(here):
                continue
            for name, values in part.columns(hosts[here]).items():
                out.setdefault(name, np.zeros(hosts.height, np.float32))[here] = values
        return out
