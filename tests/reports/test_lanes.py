"""The timeline of a channel: everything is drawn in its place, and labels never run into one another."""

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from reports.lanes import LEFT, RIGHT, WORD, Event, lanes_of

TODAY = dt.date(2026, 6, 1)
days = st.dates(dt.date(2022, 2, 1), TODAY)


@st.composite
def events(draw) -> Event:
    first = draw(days)
    last = min(first + dt.timedelta(days=draw(st.sampled_from([0, 0, 0, 27, 200]))), TODAY)
    return Event("event", first, last, draw(st.sampled_from(["", "390", "6,057–6,060"])), "words", "/somewhere/")


@given(st.lists(st.lists(events(), max_size=8), min_size=1, max_size=4), st.none() | days)
def test_everything_is_drawn_within_the_picture_and_in_order(rows, last_contact):
    drawn = lanes_of([(str(number), "ink", row) for number, row in enumerate(rows)], TODAY, last_contact)
    if not any(rows):
        assert drawn is None
        return
    for row, lane in zip(rows, drawn.lanes, strict=True):
        assert len(lane.marks) == len(row)
        assert [mark.event.first for mark in lane.marks] == sorted(event.first for event in row)
        free = 0
        for mark in lane.marks:
            assert LEFT <= mark.x <= mark.x + mark.width <= RIGHT + 0.2
            if mark.label:
                half = len(mark.label) * WORD / 2
                assert mark.x + mark.half - half >= free - 0.2
                free = mark.x + mark.half + half
    assert [x for x, _words in drawn.ticks] == sorted({x for x, _words in drawn.ticks})


def test_silence_is_marked_only_where_it_is_long():
    row = [("Meetings", "ink", [Event("meeting", dt.date(2026, 1, 5), dt.date(2026, 1, 5), "5", "Held", "/m/")])]
    assert lanes_of(row, TODAY, dt.date(2026, 5, 20)).silence is None
    drawn = lanes_of(row, TODAY, dt.date(2026, 1, 5))
    assert drawn.silent_days == 147
    assert drawn.silence[1] == RIGHT
    assert drawn.silence_width > 0
