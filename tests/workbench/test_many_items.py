"""100,000 items: every page of the grid costs the same, wherever it lies.

The rows are made by PostgreSQL itself in a few seconds. What a page costs is told by the blocks of
8 KiB that PostgreSQL touches for it, the same on every machine; bench/facets.py measures times.
"""

import pytest
from django.db import connection

from haven.workbench.analysis import face_queries, item_filter, item_queries, queries
from haven.workbench.analysis.models import Item
from haven.workbench.facets import connections, devices, folders, places, timeline
from haven.workbench.review import queries as review
from tests.walls import role
from tests.workbench.build import person

ITEMS = 100_000
FACES = 50_000
A_PAGE = 250  # blocks of a page of tiles: a few for each of its 60 rows
A_CASE = 5  # times the table of items, of a page that tells of all items of the case
OF_ALL = {
    "a path",  # every path is asked whether it holds the words
    "a path that is nowhere",
    "candidates",  # every face is compared
    "cameras",
    "copies however they lie",
    "connections",
    "count of a path",
    "count of all",
    "counts",
    "devices",
    "exhibits",
    "failures",
    "near a place",
    "near duplicates",
    "places",
    "timeline",
}
MAKE_ITEMS = """
INSERT INTO analysis_item (case_id, run_id, options_key, sha256, sha1, md5, size_bytes, mime,
    kind, status, error_code, width_px, height_px, pdq, pdq_quality, taken_at, taken_on, gps_lat,
    gps_lon, camera, camera_make, camera_model, camera_serial, n_faces, best_quality, steps_ms,
    saved_at, time_zone, software, has_maker_note)
SELECT %(case)s, %(run)s, '', encode(sha256(n::text::bytea), 'hex'),
    md5(n::text) || 'abcdabcd', md5(n::text), (n * 7919) %% 9000000, 'image/jpeg', 'image',
    CASE WHEN n %% 50 = 0 THEN 'failed' ELSE 'done' END,
    CASE WHEN n %% 50 = 0 THEN 'step.timeout' ELSE '' END, 1000, 800,
    (SELECT string_agg(('x' || substr(md5(n::text || k::text), 1, 16))::bit(64)::text, '')
     FROM generate_series(1, 4) AS k)::bit(256), 80,
    CASE WHEN n %% 3 = 0 THEN to_char(date '2020-01-01' + n %% 1500, 'YYYY-MM-DD') ELSE '' END,
    CASE WHEN n %% 3 = 0 THEN date '2020-01-01' + n %% 1500 END,
    CASE WHEN n %% 2 = 0 THEN 59.9 + 8 * sin(n) ^ 3 END,
    CASE WHEN n %% 2 = 0 THEN 10.7 + 12 * cos(n) ^ 3 END,
    'Camera ' || n %% 40, 'Camera', n %% 40, '',
    CASE WHEN n %% 50 = 0 THEN 0 ELSE n %% 4 END, (n %% 1000) / 1000.0, '{}', now(),
    '', '', false
FROM generate_series(1, %(items)s) AS n
"""
MAKE_PATHS = """
INSERT INTO analysis_occurrence (exhibit_id, path_key, path_bytes, path, path_folded, stored_name,
    sha256, item_id, error_code)
SELECT %(exhibit)s, sha256, sha256::bytea, 'DCIM/' || id %% 97 || '/IMG_' || id || '.JPG',
    'dcim/' || id %% 97 || '/img_' || id || '.jpg', '', sha256, id, ''
FROM analysis_item
"""
MAKE_FACES = """
INSERT INTO analysis_face (case_id, item_id, position, box_xyxy_px, landmarks_px, score, quality,
    quality_parts, embedding)
SELECT %(case)s, id, 0, '{0,0,1,1}', '{0,0,0,0,0,0,0,0,0,0}', 0.9, best_quality, '{}',
    (SELECT array_agg(random() - 0.5 + k * id * 0)
     FROM generate_series(1, 128) AS k)::real[]::vector
FROM analysis_item WHERE n_faces > 0 LIMIT %(faces)s
"""


@pytest.fixture
def many(run, exhibit):
    """Fill the case."""
    facts = {
        "case": exhibit.case_id,
        "run": run.pk,
        "exhibit": exhibit.pk,
        "items": ITEMS,
        "faces": FACES,
    }
    with connection.cursor() as cursor:
        for statement in (MAKE_ITEMS, MAKE_PATHS, MAKE_FACES):
            cursor.execute(statement, facts)
        for table in ("analysis_item", "analysis_occurrence", "analysis_face"):
            cursor.execute(f"ANALYZE {table}")
    return exhibit.case


def asked_by(work):
    """Return the questions of a call to the database, each with its values."""
    asked = []

    def keep(execute, sql, params, many, context):
        asked.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(keep):
        work()
    return asked


def blocks(work):
    """Return how many blocks all questions of a call touch, and how many questions they are."""
    asked, total = asked_by(work), 0
    with connection.cursor() as explained:
        for sql, params in asked:
            if not sql.startswith(("SELECT", "WITH")):
                continue
            explained.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {sql}", params)
            plan = explained.fetchone()[0][0]["Plan"]
            total += plan["Shared Hit Blocks"] + plan["Shared Read Blocks"]
    return total, len(asked)


def test_no_page_reads_more_than_it_must_of_100_000_items(many, north_lead):
    with role("haven_web", member=north_lead):  # as the site asks, through both walls
        ask_for_every_page(many)


def ask_for_every_page(many):
    for order in item_queries.ORDERS:
        check_plan(many, order)
    no_filter = item_queries.Filter()
    middle = Item.objects.order_by("pk")[ITEMS // 2].pk
    somewhere = review.tiles(many, no_filter, "newest", None).next_cursor
    for _page in range(20):
        somewhere = review.tiles(many, no_filter, "newest", somewhere).next_cursor
    item = item_queries.item(many, middle)
    work = {
        f"first page, {order}": (lambda order=order: review.tiles(many, no_filter, order, None))
        for order in item_queries.ORDERS
    } | {
        "a page deep inside": lambda: review.tiles(many, no_filter, "newest", somewhere),
        "one camera": lambda: review.tiles(
            many, item_queries.Filter(camera="Camera 7"), "faces", None
        ),
        "a path": lambda: review.tiles(many, item_queries.Filter(words="img_4711"), "faces", None),
        "a path that is nowhere": lambda: review.tiles(
            many, item_queries.Filter(words="nowhere-at-all"), "faces", None
        ),
        "dates and faces": lambda: review.tiles(
            many, item_queries.Filter(faces="3", taken_from=item.saved_at.date()), "newest", None
        ),
        "count of all": lambda: item_queries.items(many, no_filter).count(),
        "count of a path": lambda: item_queries.items(
            many, item_queries.Filter(words="img_47")
        ).count(),
        "cameras": lambda: item_queries.cameras(many),
        "timeline": lambda: timeline.timeline(many, no_filter),
        "places": lambda: places.places(many, no_filter),
        "near a place": lambda: review.tiles(
            many, item_queries.Filter(near=item_filter.Near(59.9, 10.7, 50)), "faces", None
        ),
        "devices": lambda: devices.devices(many, no_filter),
        "exhibits": lambda: folders.exhibits(many, no_filter),
        "connections": lambda: connections.graph(many, no_filter),
        "neighbours": lambda: item_queries.beside(many, item, no_filter, "quality"),
        "near duplicates": lambda: item_queries.near_duplicates(item),
        "copies however they lie": lambda: item_queries.alike(item),
        "counts": lambda: queries.counts(many),
        "failures": lambda: queries.failures(many),
        "candidates": lambda: face_queries.candidates(many, person(0), quality=1.0),
    }

    spent = {name: blocks(call) for name, call in work.items()}

    for name, (touched, n) in sorted(spent.items(), key=lambda one: -one[1][0]):
        print(f"{touched:7} blocks, {n} questions  {name}")  # noqa: T201  # pytest -s shows it
    with connection.cursor() as cursor:
        cursor.execute("SELECT relpages FROM pg_class WHERE relname = 'analysis_item'")
        ((table,),) = cursor.fetchall()
    too_many = {
        name: touched
        for name, (touched, _n) in spent.items()
        if touched > (A_CASE * table if name in OF_ALL else A_PAGE)
    }
    assert too_many == {}


def check_plan(case, order):
    """See that a later page of the grid is read from an index and nothing is sorted."""
    cursor = review.tiles(case, item_queries.Filter(), order, None).next_cursor
    ((sql, params),) = asked_by(lambda: review.tiles(case, item_queries.Filter(), order, cursor))
    with connection.cursor() as explained:
        explained.execute(f"EXPLAIN {sql}", params)
        plan = "\n".join(row[0] for row in explained.fetchall())
    assert "Index Scan" in plan
    assert "Sort" not in plan
    assert "Seq Scan" not in plan
