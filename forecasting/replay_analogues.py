"""Paths of demand borrowed from look-alikes: what really followed where the past looked like this.

A series at an origin is described by its level over several windows and how often it sold; the
futures of its nearest neighbours, any series at any earlier origin, are its paths. Whole counts
stay whole and sparse items keep their real bunching. Uses nothing later than the panel's end.
"""

import numpy as np
from scipy.spatial import cKDTree

from forecasting.panel import Panel
from forecasting.simulate import Floats

SPANS = (0.67, 1.33, 2.67, 5.33)  # windows of the description, in protection intervals
TRUST = (0.5, 0.7, 1.0, 1.0, 1.0, 0.7, 0.7)  # weight of each part of the description
MAX_DONORS = 60_000
LEAST_DONORS = 200


def analogue_paths(panel: Panel, horizon: int, count: int, *, cover: int, seed: int) -> Floats:
    """[S, count, horizon] futures of the nearest neighbours; [S, 0, horizon] where the history
    is too short to have any. `cover` is lead + review in periods.
    """
    stride = panel.frequency.season if panel.frequency.is_daily else 1
    origins = range(panel.length - horizon, max(cover, horizon) - 1, -stride)
    described, futures = [], []
    for origin in origins:
        known = panel.offered_from < origin
        described.append(_described(panel, origin, cover)[known])
        futures.append(np.nan_to_num(panel.y[known, origin : origin + horizon]))
    if sum(len(part) for part in described) < LEAST_DONORS:
        return np.zeros((panel.count, 0, horizon), dtype=np.float32)
    features, ahead = np.concatenate(described), np.concatenate(futures).astype(np.float32)
    if len(features) > MAX_DONORS:
        random = np.random.default_rng(seed)
        kept = np.sort(random.choice(len(features), MAX_DONORS, replace=False))
        features, ahead = features[kept], ahead[kept]
    scale = np.asarray(TRUST) / np.maximum(features.std(axis=0), 1e-9)
    nearest = min(count, len(features))
    tree = cKDTree(features * scale)
    _, places = tree.query(_described(panel, panel.length, cover) * scale, k=nearest)
    return np.asarray(ahead[np.asarray(places).reshape(panel.count, nearest)])


def _described(panel: Panel, origin: int, cover: int) -> Floats:
    """[S, 7] square roots of mean demand over windows and of the share of periods with sales."""
    windows = [max(1, round(span * cover)) for span in SPANS]
    y = panel.y[:, :origin]
    level = [_mean(y[:, -window:]) for window in (*windows, origin)]
    sold = np.where(np.isnan(y), np.nan, (y > 0) * 1.0)
    often = [_mean(sold[:, -window:]) for window in (4 * cover, 12 * cover)]
    return np.sqrt(np.column_stack([*level, *often]))


def _mean(values: Floats) -> Floats:
    seen = ~np.isnan(values)
    total = np.where(seen, values, 0.0).sum(axis=1)
    return np.asarray(total / np.maximum(seen.sum(axis=1), 1))
