"""Kinds of season: which few shapes a panel's years have, and how probably each series has which.

A series alone cannot show its season in one year, but a hundred sales tell whether it sells at
Christmas or in summer. So shapes and their owners are found in turns (a mixture of multinomials
fitted by EM: Dempster, Laird and Rubin 1977); what is usual in a series' group counts before its
own sales. Reads counts by phase of the year; knows no sizes, levels or days.
"""

from collections.abc import Callable, Sequence

import numpy as np

from forecasting.panel import Floats, Ints

KINDS = 6
TURNS = 6
BLOCKS = 13  # parts of the year by which it is judged how far sales stray beside chance
GROUP_PRIOR = 2.0  # series' worth of what is usual everywhere in what is usual in a group
LEAST_SHARE = 0.02


def kinds_of_season(
    came: Floats,
    exposed: Floats,
    common: Floats,
    groups: Sequence[Ints],
    shaped: Callable[[Floats, Floats], Floats],
) -> Floats:
    """[S, year] the season that each series probably has, from sales that `came` [S, year] where
    `exposed` [S, year] says how often a phase was seen; `shaped` makes a shape of sums of sales
    and of what was usual.
    """
    if len(came) < 2 * KINDS:
        return np.tile(common, (len(came), 1))
    owner = _by_peak(came, exposed, common)
    for _ in range(TURNS):
        shapes = _shapes(came, exposed, owner, shaped)
        owner = _owners(came, exposed, shapes, owner, groups)
    return np.asarray(_product("sk,kp->sp", owner, _shapes(came, exposed, owner, shaped)))


def _by_peak(came: Floats, exposed: Floats, common: Floats) -> Floats:
    """[S, KINDS] to begin with: by the part of the year that stands highest over the common one."""
    size = (
        came.sum(axis=1, keepdims=True) / np.maximum((exposed * common).sum(axis=1), 1e-9)[:, None]
    )
    cut = np.array_split(np.arange(came.shape[1]), KINDS)
    top = np.stack([came[:, part].sum(axis=1) for part in cut], axis=1)
    usual = np.stack([(exposed * common * size)[:, part].sum(axis=1) for part in cut], axis=1)
    lead = (top - usual) / np.sqrt(np.maximum(usual, 1.0))
    return np.asarray(np.eye(KINDS)[lead.argmax(axis=1)])


def _shapes(
    came: Floats, exposed: Floats, owner: Floats, shaped: Callable[[Floats, Floats], Floats]
) -> Floats:
    """[KINDS, year] from the sales of the owners, each sized as it sells; mean 1."""
    shapes = np.ones((owner.shape[1], came.shape[1]))
    for _ in range(2):
        size = came.sum(axis=1, keepdims=True) / np.maximum(
            _product("sp,kp->sk", exposed, shapes), 1e-9
        )
        usual = _product("sk,sp->kp", owner * size, exposed)
        shapes = shaped(_product("sk,sp->kp", owner, came), usual)
        shapes = np.maximum(shapes / shapes.mean(axis=1, keepdims=True), 1e-3)
    return shapes


def _owners(
    came: Floats, exposed: Floats, shapes: Floats, owner: Floats, groups: Sequence[Ints]
) -> Floats:
    """[S, KINDS] how probably a series has which shape."""
    total = came.sum(axis=1, keepdims=True)
    likely = _product("sp,kp->sk", came, np.log(shapes)) - total * np.log(
        np.maximum(_product("sp,kp->sk", exposed, shapes), 1e-9)
    )
    likely = likely / _stray(came, exposed, _product("sk,kp->sp", owner, shapes))
    prior = np.tile(owner.mean(axis=0), (len(came), 1))
    for codes in groups:
        count = np.bincount(codes)[:, None]
        of_group = np.stack([np.bincount(codes, column) for column in owner.T], axis=1)
        coarser = np.stack([np.bincount(codes, column) for column in prior.T], axis=1) / count
        prior = ((of_group + GROUP_PRIOR * coarser) / (count + GROUP_PRIOR))[codes]
    likely = likely + np.log(np.maximum(prior, LEAST_SHARE / KINDS))
    found = np.exp(likely - likely.max(axis=1, keepdims=True))
    return np.asarray(found / found.sum(axis=1, keepdims=True))


def _stray(came: Floats, exposed: Floats, factor: Floats) -> float:
    """By how much sales of a part of the year stray more than by chance, at least 1."""
    size = came.sum(axis=1) / np.maximum((exposed * factor).sum(axis=1), 1e-9)
    usual = exposed * factor * size[:, None]
    cut = np.array_split(np.arange(came.shape[1]), min(BLOCKS, came.shape[1]))
    top = np.stack([came[:, part].sum(axis=1) for part in cut])
    bottom = np.stack([usual[:, part].sum(axis=1) for part in cut])
    told = bottom > 1.0
    if not told.any():
        return 1.0
    return max(1.0, float(((top - bottom)[told] ** 2 / bottom[told]).mean()))


def _product(how: str, one: Floats, other: Floats) -> Floats:
    """A small product of matrices on one core: waiting for several costs more than it takes."""
    return np.asarray(np.einsum(how, one, other))
