"""The charts of the dashboard."""

from __future__ import annotations

import altair as alt
import pandas as pd

from flows.dashboard.words import Words

_VERDICT_COLOURS = {"verified": "#2e7d32", "incomplete": "#f9a825", "flagged": "#c62828", "empty": "#9e9e9e"}
_ROW = 22

Chart = alt.Chart | alt.LayerChart | alt.FacetChart


def _years() -> alt.X:
    return alt.X("year:O", title=None, axis=alt.Axis(labelAngle=0))


def _names() -> alt.Axis:
    return alt.Axis(labelLimit=360, labelOverlap=False)


def heat_map(rows: pd.DataFrame, value: str, w: Words) -> Chart:
    """Areas by years; the colour is the column ``value``, a share."""
    tips = [
        alt.Tooltip("name:N", title=w("area")),
        alt.Tooltip("year:O", title=w("year")),
        alt.Tooltip("with_report:Q", title=w("with_report")),
        alt.Tooltip("existing:Q", title=w("existing")),
        alt.Tooltip("share:Q", title=w("share_with"), format=".0%"),
        alt.Tooltip("verified:Q", title=w("share_verified"), format=".0%"),
    ]
    scale = alt.Scale(domain=[0, 1], scheme="blues" if value == "share" else "greens")
    chart = alt.Chart(rows).transform_filter("datum.with_report > 0").mark_rect(stroke="white")
    drawn: Chart = chart.encode(
        x=alt.X("year:O", title=None, axis=alt.Axis(orient="top", labelAngle=0)),
        y=alt.Y("name:N", title=None, scale=alt.Scale(domain=list(dict.fromkeys(rows["name"]))), axis=_names()),
        color=alt.Color(f"{value}:Q", scale=scale, legend=alt.Legend(format=".0%", title=None)),
        tooltip=tips,
    ).properties(height=_ROW * max(3, rows["name"].nunique()) + 30)
    return drawn


def lines(rows: pd.DataFrame, *, value_format: str, group: str = "name", height: int = 320) -> Chart:
    """A line a group over the years; points are pale where ``small``."""
    groups = list(dict.fromkeys(rows[group]))
    base = alt.Chart(rows).encode(
        x=_years(),
        y=alt.Y("value:Q", title=None, axis=alt.Axis(format=value_format, tickMinStep=0 if "%" in value_format else 1)),
        color=alt.Color(
            f"{group}:N", title=None, sort=groups, legend=alt.Legend(orient="bottom", labelLimit=0, columns=1)
        ),
        tooltip=[f"{group}:N", "year:O", alt.Tooltip("value:Q", format=value_format)],
    )
    pale = alt.condition("datum.small", alt.value(0.25), alt.value(1))
    return alt.layer(base.mark_line(), base.mark_circle(size=70).encode(opacity=pale)).properties(height=height)


def shares(rows: pd.DataFrame, height: int = 320) -> Chart:
    """Stacked shares by year; a year whose row is ``small`` is pale."""
    drawn: Chart = (
        alt.Chart(rows)
        .mark_bar()
        .encode(
            x=_years(),
            y=alt.Y("share:Q", title=None, axis=alt.Axis(format=".0%")),
            color=alt.Color(
                "outcome:N",
                title=None,
                sort=list(dict.fromkeys(rows["outcome"])),
                legend=alt.Legend(orient="bottom", labelLimit=0, columns=1),
            ),
            opacity=alt.condition("datum.small", alt.value(0.35), alt.value(1)),
            order=alt.Order("position:Q"),
            tooltip=["year:O", "outcome:N", alt.Tooltip("share:Q", format=".1%"), "requests:Q"],
        )
        .properties(height=height)
    )
    return drawn


def bars(rows: pd.DataFrame, value_format: str) -> Chart:
    """The rows of a ranking as bars, in their order."""
    labels = rows.assign(label=rows["name"] + " · " + rows["place"])
    drawn: Chart = (
        alt.Chart(labels)
        .mark_bar()
        .encode(
            x=alt.X("value:Q", title=None, axis=alt.Axis(format=value_format)),
            y=alt.Y("label:N", title=None, sort=list(labels["label"]), axis=_names()),
            tooltip=["label:N", alt.Tooltip("value:Q", format=value_format), "numerator:Q", "denominator:Q"],
        )
        .properties(height=_ROW * max(3, len(rows)) + 30)
    )
    return drawn


def verdict_bars(rows: pd.DataFrame, w: Words) -> Chart:
    """Reports by year, coloured by verdict."""
    named = rows.assign(verdict_name=rows["verdict"].map(w.verdict))
    drawn: Chart = (
        alt.Chart(named)
        .mark_bar()
        .encode(
            x=_years(),
            y=alt.Y("sum(reports):Q", title=w("reports")),
            color=alt.Color(
                "verdict_name:N",
                title=None,
                scale=alt.Scale(domain=[w.verdict(v) for v in _VERDICT_COLOURS], range=list(_VERDICT_COLOURS.values())),
                legend=alt.Legend(orient="bottom"),
            ),
            tooltip=["year:O", "verdict_name:N", "sum(reports):Q"],
        )
        .properties(height=300)
    )
    return drawn
