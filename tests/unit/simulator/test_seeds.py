"""What the day is drawn from: distributions alone, and met as near as whole matters can be."""

from collections import Counter, defaultdict
from dataclasses import replace
from datetime import date

import pytest

from simulator import day as day_module
from simulator import seeds
from simulator.agencies import Tiers
from simulator.day import plan_day
from simulator.figures import Figure, figures
from simulator.province import Province

DAY = date(2026, 11, 23)


def plan(seed=1, count=2_700, tiers=Tiers.THREE, **more):
    return plan_day(Province.of(tiers), seed=seed, count=count, day=DAY, **more)


def numbers():
    """Return every number of the presets but the weights, by its name."""
    for name, value in vars(seeds).items():
        if not name.isupper():
            continue
        if isinstance(value, float | int):
            yield name, value
        elif isinstance(value, seeds.Late):
            yield name, value.share
        elif isinstance(value, dict) and name != "WEIGHTS":
            for key, part in value.items():
                yield f"{name}.{key}", part.share if isinstance(part, seeds.Late) else part


def test_no_preset_holds_a_total(monkeypatch):
    found = dict(numbers())
    assert len(found) > 10
    assert {name for name, value in found.items() if not 0 <= value <= 1} == set()
    before = plan()
    # Weights count against each other alone: ten times as large they give the same day.
    larger = {name: weight * 10 for name, weight in seeds.WEIGHTS.items()}
    monkeypatch.setattr(day_module, "WEIGHTS", larger)
    assert plan() == before


def test_a_day_twice_as_long_has_twice_as_much_of_everything():
    counts = [Counter(one.type for one in plan(count=count)) for count in (6_000, 12_000)]
    for type_, n in counts[0].items():
        assert counts[1][type_] == pytest.approx(2 * n, abs=6 * n**0.5 + 6), type_


def told(plan_, province):
    """Count the bodies of the good messages: what the indicators must show."""
    of = {one.code: one for one in province.agencies}
    agency, online, late = {}, {}, set()
    ratings: Counter[bool] = Counter()
    for one in plan_:
        if one.fault is not None:
            continue
        if one.type == "vn.gov.dossier.submitted.v1":
            agency[one.subject] = of[one.body["agency"]["code"]]
            online[one.subject] = one.body["channel"] == "2"
        elif one.type == "vn.gov.dossier.deadline-changed.v1":
            late.add(one.subject)
        elif one.type == "vn.gov.citizen.rating.v1":
            ratings[one.body["score"] >= 4] += 1
    return agency, online, late, ratings


def answers(plan_, province, outside=0):
    """Return what `/ops/indicators` and its page of timeliness would say of these bodies."""
    agency, online, late, ratings = told(plan_, province)
    levels = {code: one.level for code, one in agency.items()}
    pages: defaultdict[tuple[str, ...], list[int]] = defaultdict(lambda: [0, 0, 0])
    for code, level in levels.items():
        for key in (("level", level), ("org", agency[code].id, level)):
            counted = zip(pages[key], (1, online[code], code in late), strict=True)
            pages[key] = [a + b for a, b in counted]
    pages["level", "province"][0] += outside
    pages["level", "province"][1] += outside
    overview = {
        "online": [
            {"level": key[1], "n": n, "online": yes, "share": round(yes / n, 4)}
            for key, (n, yes, _) in pages.items()
            if key[0] == "level"
        ],
        "late": [
            {"level": key[1], "closed": n, "late": yes, "share": round(yes / n, 4)}
            for key, (n, _, yes) in pages.items()
            if key[0] == "level"
        ],
        "satisfied": [{"n": ratings.total(), "satisfied": ratings[True]}],
    }
    rows = [
        {"organisation": key[1], "level": key[2], "closed": n, "late": yes}
        for key, (n, _, yes) in pages.items()
        if key[0] == "org"
    ]
    return overview, rows


@pytest.mark.parametrize("tiers", list(Tiers))
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_day_shows_what_is_published_within_one_dossier(seed, tiers):
    province = Province.of(tiers)
    found = figures(province, *answers(plan(seed, tiers=tiers), province))
    assert [one for one in found if not one.fits] == []
    assert {one.where for one in found if one.what == "online"} == {
        agency.level for agency in province.agencies
    } - {"central"}


def test_dossiers_from_the_national_portal_count_among_the_provinces():
    province = Province.of(Tiers.THREE)
    overview, rows = answers(plan(from_outside=12), province, outside=12)
    online = {one.where: one for one in figures(province, overview, rows) if one.what == "online"}
    assert online["province"].fits
    alone, _ = answers(plan(from_outside=12), province)
    shown = {row["level"]: row["share"] for row in alone["online"]}
    assert shown["province"] < online["province"].shown


def test_a_figure_that_is_two_dossiers_off_does_not_fit():
    figure = Figure(what="online", where="district", seed=0.27, shown=0.28, of=100)
    assert figure.fits
    assert not replace(figure, shown=0.29).fits
