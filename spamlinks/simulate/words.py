"""Word lists of made-up texts, and how to draw from them. All are everyday words, put together."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import permutations

import numpy as np
import numpy.typing as npt

__all__ = [
    "GENERIC",
    "KEYWORDS",
    "LANGUAGES",
    "LANGUAGE_SHARE",
    "LOGIN",
    "SECTIONS",
    "SELLER",
    "SITE_LANGUAGES",
    "SYLLABLES",
    "TOPIC",
    "TRADE",
    "Ints",
    "Strings",
    "join",
    "numbers",
    "phrases",
    "pick",
    "topic_words",
]

Ints = npt.NDArray[np.int64]
Strings = npt.NDArray[np.object_]

TOPIC = {
    "en": "garden travel recipe bicycle photo kitchen school library hiking music history village "
    "pottery weather science river coffee theatre chess sailing wool bread astronomy running",
    "de": "garten reise rezept fahrrad foto küche schule bücherei wandern musik geschichte dorf",
    "fr": "jardin voyage recette vélo photo cuisine école randonnée musique histoire village pain",
    "es": "jardín viaje receta bicicleta foto cocina escuela senderismo música historia pueblo",
    "pt": "jardim viagem receita bicicleta foto cozinha escola caminhada música história vila",
    "it": "giardino viaggio ricetta bicicletta foto cucina scuola musica storia paese pane",
    "ru": "сад путешествие рецепт велосипед фото кухня школа музыка история деревня",
    "pl": "ogród podróż przepis rower zdjęcia kuchnia szkoła muzyka historia wieś",
    "ja": "庭 旅行 料理 自転車 写真 学校 音楽 歴史",
    "nl": "tuin reis recept fiets foto keuken school bibliotheek wandelen muziek geschiedenis",
    "tr": "bahçe seyahat tarif bisiklet fotoğraf mutfak okul müzik tarih köy",
    "cs": "zahrada cesta recept kolo fotografie kuchyně škola hudba dějiny vesnice",
    "ko": "정원 여행 요리 자전거 사진 학교 음악 역사",
}
"""Topic words by language."""

LANGUAGES = tuple(TOPIC)
LANGUAGE_SHARE = np.array(
    [0.44, 0.1, 0.09, 0.08, 0.06, 0.06, 0.05, 0.03, 0.02, 0.03, 0.02, 0.01, 0.01]
)
"""How often a page in another language than the site's is in each of ``LANGUAGES``: assumed."""

SITE_LANGUAGES = ("en", "de", "fr", "es", "pt", "it", "ru", "pl")
"""Languages a protected site may have."""

SECTIONS = "Journal Blog Gazette Magazine Notes Forum News Home Archive Community".split()
KEYWORDS = (
    "best tips and ideas|complete list|guide and reviews|online 2026|best prices compared|"
    "top picks and deals|all you need to know"
).split("|")
TRADE = (
    "casino online|best online casino bonus|poker slots|payday loans|cash advance online|"
    "cheap viagra|buy cialis online|escort service|porn videos|write my essay|"
    "essay writing service|replica watches|cheap jerseys|онлайн казино|микрозайм онлайн|"
    "paris sportifs|casino en ligne|apuestas deportivas|sportwetten bonus|slot gacor|"
    "judi online|バカラ カジノ|keygen download|watch movies online free|no deposit bonus|"
    "betting tips today|kredit ohne schufa|weight loss pills|mod apk download|aviator game"
).split("|")
"""Phrases of the trades that spam works for."""

SELLER = (
    "buy backlinks|seo backlinks cheap|high da guest post|rank your site fast|"
    "boost your ranking|increase website traffic|dofollow backlinks service|"
    "link building agency|@seo_rank_service|domain authority boost|seo link packages|"
    "купить ссылки|quality backlinks for your site|telegram seo links|guest post sites list|"
    "off page seo help|rank higher on search"
).split("|")
"""Offers of link sellers."""

GENERIC = (
    "click here|here|website|read more|visit site|source|this article|homepage|link|hier|"
    "mehr|en savoir plus|ici|aquí|ver más|fonte|qui|подробнее|źródło|こちら"
).split("|")
LOGIN = "Log in|Login|Sign in|Anmelden|Connexion|Iniciar sesión|Accedi|Вход".split("|")
SYLLABLES = (
    "ba be bo da de do fa fe ga go ha he hi jo ka ke ko la le li lo ma me mi mo na ne no pa "
    "pe po ra re ri ro sa se si so ta te ti to va ve vi wa wi za ze zo"
).split()


def pick(
    rng: np.random.Generator,
    pool: Sequence[str],
    n: int,
    weights: npt.NDArray[np.float64] | None = None,
) -> Strings:
    """Draw ``n`` texts of a pool with replacement."""
    p = None if weights is None else weights / weights.sum()
    out: Strings = np.asarray(pool, dtype=object)[rng.choice(len(pool), n, p=p)]
    return out


def join(*parts: Strings | str) -> Strings:
    """Concatenate texts element by element."""
    out: Strings = np.asarray("", dtype=object)
    for part in parts:
        out = out + part
    return np.asarray(out, dtype=object)


def numbers(rng: np.random.Generator, n: int, high: int) -> Strings:
    """Draw ``n`` numbers from 1 to ``high`` - 1, as text."""
    return np.asarray(rng.integers(1, high, n).astype(str), dtype=object)


def topic_words() -> frozenset[str]:
    """Every word that titles and addresses of generated pages are made of, in all languages."""
    return frozenset(word for words in TOPIC.values() for word in words.split())


@cache
def phrases(language: str, count: int) -> tuple[str, ...]:
    """Every order of ``count`` different topic words."""
    return tuple(" ".join(words) for words in permutations(TOPIC[language].split(), count))
