"""Which series move together: groups whose sum tells more of its members than one of them can.

Decides the groupings worth trying, from what is there: the attribute by which courses differ most,
where none tells them apart groups of like course through the year, and all series as one. Whether a
grouping pays is decided where it is tried.
"""

from dataclasses import dataclass

import numpy as np
from sklearn.cluster import KMeans

from forecasting.common_course import common_course, lives_of
from forecasting.feasts import countries_of
from forecasting.panel import Bools, Floats, Ints, Panel

LEAST_MEMBERS = 3
KIN_SHARE = 0.8  # of the series must find kin by an attribute
TELLS_APART = 0.3  # of the courses' variance, or like courses are better kin than an attribute
LOUDEST = 4.0  # times what is usual: one order must not make a course
MEMBERS = 8  # of a group of like course, on average
YEAR_PARTS = 26
TIMID = 0.1  # of what is usual added to a part of the year before its logarithm is taken

Groups = tuple[Ints, ...]


@dataclass(frozen=True, slots=True)
class _Courses:
    """Living series `rows` of the panel: demand over what is usual there [R, T] where `used`."""

    rows: Ints
    against: Floats
    usual: Floats
    used: Bools


def groupings(panel: Panel, most: int) -> list[Groups]:
    """Ways to group the series, finest first, none of more than `most` groups (those that sold
    most); learned from the whole history of `panel`. Series that never sold belong nowhere.
    """
    rows = np.flatnonzero(np.nansum(panel.y, axis=1) > 0)
    if len(rows) < LEAST_MEMBERS or most < 1:
        return []
    courses = _courses(panel, rows)
    codes = _telling_attribute(panel, courses)
    if codes is None:
        codes = _like_courses(panel, courses, most)
    fine = () if codes is None else _cut(panel, codes, rows)[:most]
    return [groups for groups in (fine, (rows,)) if groups]


def _courses(panel: Panel, rows: Ints) -> _Courses:
    used = lives_of(panel)[rows] & ~np.isnan(panel.y[rows])
    course, size = common_course(panel.y[rows], used)
    usual = size[:, None] * np.nan_to_num(course)[None, :]
    used = used & (usual > 0)
    against = np.where(used, panel.y[rows], 0.0) / np.where(used, usual, 1.0)
    return _Courses(rows, np.minimum(against, LOUDEST), usual, used)


def _telling_attribute(panel: Panel, courses: _Courses) -> Ints | None:
    """[R] codes of the attribute that explains most of how courses differ, if one does."""
    best, found = TELLS_APART, None
    attributes = dict(panel.static)
    if len(countries_of(panel)[0]) > 1:
        attributes["country"] = countries_of(panel)[1].astype(np.float64)
    for values in attributes.values():
        known = np.nan_to_num(values[courses.rows], nan=-1.0)
        _, codes, count = np.unique(known, return_inverse=True, return_counts=True)
        if len(count) < 2 or count[count >= LEAST_MEMBERS].sum() < KIN_SHARE * len(codes):
            continue
        explained = _explained(courses, codes)
        if explained > best:
            best, found = explained, codes
    return found


def _explained(courses: _Courses, codes: Ints) -> float:
    """Share of the variance around 1 that the groups' own courses explain, less what as many
    groups explain by chance (adjusted R²).
    """
    used = courses.used.astype(np.float64)
    away = np.where(courses.used, courses.against - 1.0, 0.0)
    member = (codes[None, :] == np.unique(codes)[:, None]).astype(np.float64)
    count = member @ used
    own = np.divide(member @ away, count, out=np.zeros_like(count), where=count > 0)
    left = float(((away - own[codes]) ** 2)[courses.used].sum())
    cells = int(courses.used.sum())
    free, free_alone = cells - int((count > 0).sum()), cells - int(courses.used.any(axis=0).sum())
    whole = float((away**2).sum())
    if free <= 0 or free_alone <= 0 or whole <= 0:
        return 0.0
    return 1.0 - (left / free) / (whole / free_alone)


def _like_courses(panel: Panel, courses: _Courses, most: int) -> Ints | None:
    """[R] groups of like course through the year by k-means (Lloyd 1982); None before a year."""
    count = min(most, len(courses.rows) // MEMBERS)
    if count < 2 or panel.length < panel.frequency.year:
        return None
    days = panel.days[: panel.length].astype("datetime64[D]")
    of_year = (days - days.astype("datetime64[Y]").astype("datetime64[D]")).astype(np.int64)
    part = np.minimum(of_year * YEAR_PARTS // 365, YEAR_PARTS - 1)
    profile = np.zeros((len(courses.rows), YEAR_PARTS))
    for one in range(YEAR_PARTS):
        inside = courses.used & (part == one)[None, :]
        usual = np.where(inside, courses.usual, 0.0).sum(axis=1)
        came = np.where(inside, courses.usual * courses.against, 0.0).sum(axis=1)
        some = usual > 0
        profile[some, one] = np.log(came[some] / usual[some] + TIMID)
    profile -= profile.mean(axis=1, keepdims=True)
    return np.asarray(KMeans(count, n_init=3, random_state=0).fit(profile).labels_, dtype=np.int64)


def _cut(panel: Panel, codes: Ints, rows: Ints) -> Groups:
    """The groups with enough members, those that sold most first."""
    groups = [rows[codes == code] for code in np.unique(codes)]
    large = [group for group in groups if len(group) >= LEAST_MEMBERS]
    return tuple(sorted(large, key=lambda group: -float(np.nansum(panel.y[group]))))
