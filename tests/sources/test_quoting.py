"""Quoted words are found again however they are printed, and only where they stand."""

import time

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from sources.quoting import Piece, excerpts, marked, says_something

# Letters of the languages sources are in, what stands between them, and what makes trouble.
SIGNS = "abcdeAZ019 .,-–\n\t\u00a0\u00ad\u200b«»“”'’…()їйЇée\u0301ﬁßİا٣\x00\U0001f54a"
TEXTS = st.text(alphabet=SIGNS, max_size=60) | st.text(max_size=40)
WORDS = st.lists(st.text(alphabet="abcdeїй019", min_size=1, max_size=6), min_size=1, max_size=8)


def found(text: str, quote: str) -> list[str]:
    """Return the stretches of the text that are marked for one quote."""
    return [piece.text for piece in marked(text, [quote]).pieces if piece.quotes]


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        ("Each side freed 150 prisoners.", "each side  freed\n150"),
        ("He said: «Кожна сторона звільнила 150».", "кожна СТОРОНА звільнила 150"),
        ("They “will not” talk", 'They "will not" talk'),
        ("They « will not » talk", "They “will not” talk"),
        ("the pris\u00adon\u00ad\ners were handed over", "prisoners were handed"),
        ("the prison-\n  ers were handed over", "the prisoners were"),
        ("a hand-\nover at the border", "hand-over at the"),
        ("a handover at the border", "a hand-\nover at"),
        ("all for all – as agreed", "all for all — as agreed"),
        ("all for all—as agreed", "all for all - as agreed"),
        ("the ﬁrst oﬃcers", "the first officers"),
        ("Straße frei", "STRASSE FREI"),
        ("caf\u00e9 at nine", "cafe\u0301 at nine"),
        ("zero\u200bwidth words", "zerowidth words"),
        ("Fifty were returned on Monday; the rest, he said, will follow.", "Fifty were returned … the rest"),
        ("Fifty were returned on Monday; the rest will follow.", "fifty [...] will follow"),
        ("wait … what", "wait … what"),
        ("双方各交换一百五十人。", "交换一百五十人"),
        ("xa b a b a", "a b a"),
    ],
)
def test_the_same_words_in_another_printing_are_found(text, quote):
    assert found(text, quote), (text, quote)
    assert marked(text, [quote]).missing == ()


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        ("2,150 men came home", "150 men"),
        ("2150 men came home", "150 men"),
        ("150,000 came home", "150"),
        ("They will not talk", "They will now talk"),
        ("The therapist spoke", "The rapist spoke"),
        ("The rest will follow. Fifty were returned.", "Fifty were … will follow"),
        ("caf\u00e9", "caf"),
        ("cafe\u0301 at nine", "cafe"),
        ("كتاب\u0623", "كتاب\u0627"),
        ("0.150 of them", "150"),
        ("", "anything"),
    ],
)
def test_other_words_are_not(text, quote):
    assert found(text, quote) == []
    assert marked(text, [quote]).missing == (0,)


def test_pieces_carry_the_numbers_of_their_quotes():
    result = marked("one two three four one", ["two three", "three four", "five", "one", " “” "])
    assert result.pieces == [
        Piece("one", (3,)), Piece(" "), Piece("two ", (0,)), Piece("three", (0, 1)), Piece(" four", (1,)), Piece(" "),
        Piece("one", (3,)),
    ]  # fmt: skip
    assert result.missing == (2,)


@given(TEXTS, st.lists(TEXTS, max_size=4))
def test_nothing_of_the_text_is_lost_or_changed(text, quotes):
    result = marked(text, quotes)
    assert "".join(piece.text for piece in result.pieces) == text
    assert all(piece.text for piece in result.pieces)
    marked_at_all = {number for piece in result.pieces for number in piece.quotes}
    asked = {number for number, quote in enumerate(quotes) if says_something(quote)}
    assert marked_at_all | set(result.missing) == asked
    assert not marked_at_all & set(result.missing)


GAPS = (" ", "  ", "\n", "\t \n", "\u00a0", " «", "» ", " “", "\u202f")
WITHIN = ("", "\u00ad", "\u200b", "\u00ad\n", "\u00ad \r\n\t", "-\n", "‐\n  ")
CASES = (str, str.upper, str.title)


def printed(words: list[str], how: list[int]) -> str:
    """Print words in one of many ways, which the numbers choose: gaps, upper and lower case, broken words."""
    told = []
    for place, word in enumerate(words):
        number = how[place % len(how)]
        word = CASES[number % len(CASES)](word)
        at = number % len(word)
        # Only within a word: at its end a soft hyphen and a line break would join it to the next.
        told.append(GAPS[number % len(GAPS)] + word[:at] + (WITHIN[number % len(WITHIN)] if at else "") + word[at:])
    return "".join(told)


HOW = st.lists(st.integers(0, 10_000), min_size=1, max_size=8)


@given(WORDS, WORDS, WORDS, HOW, HOW)
def test_words_in_a_text_are_found_in_any_printing(before, words, after, how, else_how):
    text = printed(before, how) + printed(words, how) + printed(after, how)
    assert marked(text, [printed(words, else_how)]).missing == ()


@given(WORDS, WORDS)
def test_what_is_found_stands_there_word_for_word(text, quote):
    whole, sought = " ".join(text), " ".join(quote)
    assert bool(found(whole, sought)) == (f" {sought} " in f" {whole} ")


@given(TEXTS, TEXTS)
def test_what_is_marked_says_what_was_quoted(text, quote):
    """Every stretch that is marked is itself a printing of the quote."""
    assume(says_something(quote) and "…" not in quote and "..." not in quote)
    for stretch in found(text, quote):
        assert marked(quote, [stretch]).missing == ()
        assert marked(stretch, [quote]).missing == ()


def test_a_long_text_is_searched_quickly():
    text = "The prisoners of war were handed over at the border, he said. " * 8000
    quotes = ["were handed over", "nobody said this", *(f"the {number} of war" for number in range(20))]
    began = time.monotonic()
    result = marked(text, quotes)
    assert time.monotonic() - began < 20
    assert result.missing == tuple(range(1, 22))
    began = time.monotonic()
    hyphenated = marked(text.replace("prisoners", "prison-\ners"), ["the prisoners of war were", *quotes])
    assert time.monotonic() - began < 20
    assert 0 not in hyphenated.missing


def test_of_a_long_text_the_passages_around_the_quotes_are_left():
    text = "a" * 50 + " one " + "b" * 50 + " two " + "c" * 5 + " three " + "d" * 50
    found = excerpts(marked(text, ["one", "two", "three"]).pieces, 10)
    told = ["".join(piece.text for piece in passage) for passage in found]
    assert told == ["aaaaaaaaa one bbbbbbbbb", "bbbbbbbbb two ccccc three ddddddddd"]
    assert excerpts(marked("x" * 50, ["y"]).pieces, 10) == [[Piece("x" * 10)]]
    assert excerpts(marked("", []).pieces, 10) == []


@given(TEXTS, st.lists(TEXTS, max_size=3), st.integers(1, 30))
def test_passages_are_parts_of_the_text_and_lose_no_quote(text, quotes, around):
    pieces = marked(text, quotes).pieces
    passages = excerpts(pieces, around)
    assert [piece for passage in passages for piece in passage if piece.quotes] == [one for one in pieces if one.quotes]
    for passage in passages:
        assert "".join(piece.text for piece in passage) in text
    if len(text) <= around:
        assert passages == ([list(pieces)] if pieces else [])
