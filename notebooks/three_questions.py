"""Three questions to the database, worked out: refused as not held, lost in court, carry-over that does not add up.

marimo edit notebooks/three_questions.py -- --db var/demo/nianbao.duckdb
"""

import marimo

__generated_with = "0.25.2"
app = marimo.App(width="medium", app_title="Three questions")


@app.cell
def _():
    import os

    import altair as alt
    import duckdb
    import marimo as mo

    path = mo.cli_args().get("db") or os.environ.get("NIANBAO_DB") or "var/nianbao.duckdb"
    con = duckdb.connect(path, read_only=True)
    return alt, con, mo, path


@app.cell
def _(con, mo, path):
    reports, first, last = con.execute("SELECT count(*), min(year), max(year) FROM report").fetchone()
    mo.md(f"""
    # Three questions

    `{path}` holds {reports:,} reports on {first} to {last}. Three rules hold below. A share of fewer than 30 is not
    ranked. A report that contradicts itself (`flagged`) is left out, and counted. A blank is never 0: what is not known
    is left out of numerator and denominator alike.
    """)
    return


@app.cell
def _(mo):
    mo.md("""
    ## 1. Where are requests refused as “not held”?

    `本机关不掌握相关政府信息` is a reason that nobody outside can check. The view `denial_reasons` has its share of all
    requests handled; `issuer_kind` keeps departments apart from governments.
    """)
    return


@app.cell
def _(con):
    not_held = con.sql("""
        SELECT province, county, division, level, year, requests, handled, share_of_handled AS share, small,
          verdict = 'flagged' AS flagged
        FROM denial_reasons
        WHERE reason = 'unavailable_not_held' AND requests IS NOT NULL AND handled > 0
          AND issuer_kind IN ('government', 'office', 'unknown')
        ORDER BY share DESC, division, year
    """).df()
    ranked_not_held = not_held[~not_held["small"] & ~not_held["flagged"]].drop(columns=["small", "flagged"])
    return not_held, ranked_not_held


@app.cell
def _(mo, not_held, ranked_not_held):
    mo.vstack(
        [
            mo.md(
                f"{len(ranked_not_held)} reports are ranked; {int(not_held['small'].sum())} handled fewer than 30 "
                f"requests, {int(not_held['flagged'].sum())} contradict themselves."
            ),
            mo.ui.table(ranked_not_held, selection=None),
        ]
    )
    return


@app.cell
def _(con):
    not_held_by_province = con.sql("""
        SELECT province, level, year, count(*) AS reports, sum(requests) AS requests, sum(handled) AS handled,
          sum(requests) / sum(handled) AS share
        FROM denial_reasons
        WHERE reason = 'unavailable_not_held' AND requests IS NOT NULL AND handled > 0 AND verdict <> 'flagged'
          AND issuer_kind IN ('government', 'office', 'unknown')
        GROUP BY ALL HAVING sum(handled) >= 30
        ORDER BY province, level, year
    """).df()
    return (not_held_by_province,)


@app.cell
def _(alt, mo, not_held_by_province):
    _chart = (
        alt.Chart(not_held_by_province)
        .mark_line(point=True)
        .encode(
            x=alt.X("year:O", title=None),
            y=alt.Y("share:Q", title="refused as not held, of handled", axis=alt.Axis(format=".0%")),
            color=alt.Color("province:N", title=None),
            strokeDash=alt.StrokeDash("level:N", title=None),
            tooltip=["province", "level", "year", "reports", "requests", "handled", alt.Tooltip("share", format=".1%")],
        )
    )
    mo.vstack(
        [
            mo.md("Added up over the bodies of a province and level, never mixed: a county may count its towns."),
            _chart,
        ]
    )
    return


@app.cell
def _(mo):
    mo.md("""
    ## 2. Who loses in court?

    A review or a lawsuit that ends with `结果纠正` is one that the authority lost. The view `disputes` divides by
    what was concluded, so that pending cases do not make anybody look better.
    """)
    return


@app.cell
def _(con):
    lost = con.sql("""
        SELECT kind, province, level, year, count(*) AS reports, sum(corrected)::BIGINT AS corrected,
          sum(concluded)::BIGINT AS concluded, sum(corrected) / nullif(sum(concluded), 0) AS share,
          sum(concluded) < 30 AS small
        FROM disputes
        WHERE corrected IS NOT NULL AND concluded > 0 AND verdict <> 'flagged'
          AND issuer_kind IN ('government', 'office', 'unknown')
        GROUP BY ALL
        ORDER BY kind, small, share DESC, province, level, year
    """).df()
    return (lost,)


@app.cell
def _(lost, mo):
    mo.vstack(
        [
            mo.md(
                f"{int((~lost['small']).sum())} of {len(lost)} rows rest on 30 concluded cases or more; the others say "
                "that there were cases, and little about how they end."
            ),
            mo.ui.table(lost, selection=None),
        ]
    )
    return


@app.cell
def _(mo):
    mo.md("""
    ## 3. Which counties' carry-over does not add up?

    What a body carries over to the next year (`结转下年度继续办理`) is what it carries in then (`上年结转`). The view
    `backlog` puts both beside each other. Each county is counted with its towns: of the pairs of years that can be
    compared, how many differ, and by how many requests.
    """)
    return


@app.cell
def _(con):
    carry_over = con.sql("""
        SELECT province, county, count(*) AS pairs, count(*) FILTER (broken) AS differing,
          coalesce(sum(abs(gap)) FILTER (broken), 0)::BIGINT AS requests,
          string_agg(division || ' ' || year, ', ' ORDER BY division, year) FILTER (broken) AS where_and_when
        FROM backlog
        WHERE county IS NOT NULL AND gap IS NOT NULL
        GROUP BY ALL
        ORDER BY differing / pairs DESC, requests DESC, county
    """).df()
    return (carry_over,)


@app.cell
def _(carry_over, mo):
    _broken = carry_over[carry_over["differing"] > 0]
    mo.vstack(
        [
            mo.md(
                f"In {len(_broken)} of {len(carry_over)} counties with comparable years it does not add up. "
                "Which of the two reports is wrong cannot be told; each such pair is a finding `years.carry_over`."
            ),
            mo.ui.table(_broken, selection=None),
        ]
    )
    return


if __name__ == "__main__":
    app.run()
