"""Places: write the names of countries and languages in the six languages of the site.

In      Babel's copy of the Unicode CLDR, and the country codes of the time zone database
Out     haven/accounts/names/countries.json and languages.json
Why     the site shows names without needing Babel, and nobody types 249 names by hand
Not     here: reading them (haven/accounts/names)

    python scripts/places.py
"""

import json
from importlib.resources import files
from pathlib import Path

from babel import Locale

FOLDER = Path(__file__).resolve().parents[1] / "haven" / "accounts" / "names"
SITE_LANGUAGES = {
    "ar": "ar", "zh-hans": "zh_Hans", "en": "en", "fr": "fr", "ru": "ru", "es": "es",
}  # fmt: skip


def main() -> None:
    """Write both files."""
    table = files("tzdata").joinpath("zoneinfo/iso3166.tab").read_text(encoding="utf-8")
    countries = [line.split("\t")[0] for line in table.splitlines() if not line.startswith("#")]
    languages = [code for code in Locale("en").languages if len(code) == 2]
    FOLDER.mkdir(exist_ok=True)
    _write("countries", "territories", countries)
    _write("languages", "languages", languages)


def _write(name: str, of: str, codes: list[str]) -> None:
    """Write the names of some codes in every language of the site."""
    told = {
        site: {
            code: names[code]
            for code in sorted(codes)
            if code in (names := getattr(Locale.parse(babel), of))
        }
        for site, babel in SITE_LANGUAGES.items()
    }
    text = json.dumps(told, ensure_ascii=False, indent=0, sort_keys=True)
    (FOLDER / f"{name}.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
