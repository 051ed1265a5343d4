"""Which language a text is in: by its script where that decides, by a small model else."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import Any

__all__ = ["detect_language"]

MAX_CHARACTERS = 1200
MIN_LETTERS = 80
"""Letters of an alphabet; fewer are menus and names, which are English everywhere."""
MIN_OWN_SCRIPT = 20
"""Letters of a script that only one language is written in."""
MIN_CONFIDENCE = 0.7

# Scripts that stand for a language. Kana before Han: Japanese has both.
_SCRIPTS = (
    ("ja", re.compile("[\u3041-\u3096\u30a1-\u30fa]")),
    ("ko", re.compile("[\uac00-\ud7a3]")),
    ("th", re.compile("[\u0e01-\u0e4e]")),
    ("el", re.compile("[\u0370-\u03ff]")),
    ("he", re.compile("[\u05d0-\u05ea]")),
    ("ka", re.compile("[\u10d0-\u10ff]")),
    ("hy", re.compile("[\u0531-\u0587]")),
    ("ta", re.compile("[\u0b80-\u0bff]")),
    ("te", re.compile("[\u0c00-\u0c7f]")),
    ("km", re.compile("[\u1780-\u17ff]")),
    ("lo", re.compile("[\u0e81-\u0edf]")),
    ("my", re.compile("[\u1000-\u109f]")),
    ("zh", re.compile("[\u4e00-\u9fff\u3400-\u4dbf]")),
)
_SHARE = {"ja": 0.08, "ko": 0.25, "zh": 0.3}
_URL = re.compile(r"(?:https?://|www\.|@)\S+")
_CODES = {"nb": "no", "nn": "no", "wuu": "zh", "yue": "zh", "arz": "ar", "fil": "tl"}
_KNOWN = (
    "af am ar az be bg bn bs ca cs cy da de el en eo es et eu fa fi fr ga gl gu he hi hr hu hy id "
    "is it ja ka kk km kn ko ky la lo lt lv mk ml mn mr ms my ne nl no pa pl ps pt ro ru si sk sl "
    "sq sr sv sw ta te th tl tr ug uk ur uz vi zh"
).split()


def detect_language(text: str) -> str | None:
    """Return the ISO 639-1 code of a text's language, None where it has too little to tell.

    Parameters
    ----------
    text : visible text; its first ``MAX_CHARACTERS`` are read.

    >>> detect_language("短い日本語の文章です。これはテストのためのテキストです。")
    'ja'
    >>> detect_language("Home About Contact") is None
    True
    """
    some = _URL.sub(" ", " ".join(text[: MAX_CHARACTERS * 4].split())[:MAX_CHARACTERS])
    letters = sum(map(str.isalpha, some))
    if not some.isascii():
        for code, script in _SCRIPTS:
            count = len(script.findall(some))
            if count >= MIN_OWN_SCRIPT and count >= letters * _SHARE.get(code, 0.4):
                return code
    if letters < MIN_LETTERS:
        return None
    found, confidence = _identifier().classify(unicodedata.normalize("NFC", some))
    found = _CODES.get(found, found)
    return found if confidence >= MIN_CONFIDENCE and len(found) == 2 else None


@cache
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(_KNOWN)
    return identifier
