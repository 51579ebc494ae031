"""What a wrong name may have meant: slips of the pen are counted, and nothing is made up."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.examining.nearest import Keys, distance, nearest, slips, space_of

words = st.text("abcæ", max_size=7)


def slowly(one: str, other: str) -> int:
    """Give the distance as it is defined: by every first step there is."""
    if not one or not other:
        return len(one) + len(other)
    steps = [
        slowly(one[1:], other) + 1,
        slowly(one, other[1:]) + 1,
        slowly(one[1:], other[1:]) + (one[0] != other[0]),
    ]
    if one[:2] == other[1::-1] and len(one) > 1 < len(other):
        steps.append(slowly(one[2:], other[2:]) + 1)
    return min(steps)


short_words = st.text("abc", max_size=5)


@settings(max_examples=150, deadline=None)
@given(one=short_words, other=short_words, most=st.integers(0, 6))
def test_the_distance_is_what_it_is_defined_as(one: str, other: str, most: int) -> None:
    assert distance(one, other, most) == min(slowly(one, other), most + 1)


@given(one=words, other=words)
def test_the_distance_is_the_same_both_ways_and_none_only_to_oneself(one: str, other: str) -> None:
    assert distance(one, other, 9) == distance(other, one, 9)
    assert (distance(one, other, 9) == 0) == (one == other)


@given(word=st.text("abcdefgh", min_size=4, max_size=12), data=st.data())
def test_one_slip_is_one_whatever_it_is(word: str, data: st.DataObject) -> None:
    """And what is one slip away is found, if it is there."""
    at = data.draw(st.integers(0, len(word) - 2))
    changed = data.draw(
        st.sampled_from(
            [
                word[:at] + word[at + 1 :],
                word[:at] + "x" + word[at:],
                word[:at] + "x" + word[at + 1 :],
                word[:at] + word[at + 1] + word[at] + word[at + 2 :],
            ]
        )
    )
    assert distance(word, changed, 3) == (changed != word)
    if len(changed) >= 4:
        assert nearest(changed, [word, "zzzzzzzzzzzzzzzz"]) == [word]
        many = [(f"{number:x}-{number}", "no") for number in range(1_100)]
        assert Keys([*many, (word, "yes")]).near(changed) == ["yes"]


@pytest.mark.parametrize(
    ("word", "known", "near"),
    [
        ("titel", ["title", "table"], ["title"]),
        ("langauge", ["language"], ["language"]),
        ("PublicServce", ["PublicService", "Output"], ["PublicService"]),
        ("publicservice", ["PublicService"], ["PublicService"]),
        ("HEAL_", ["HEAL", "TECH"], ["HEAL"]),
        ("income", ["eiendommer", "inntekt"], []),
        ("ab", ["abc"], []),
        ("familie", ["ordfamilien"], []),
    ],
)
def test_a_word_is_near_only_when_little_is_wrong(
    word: str, known: list[str], near: list[str]
) -> None:
    assert nearest(word, known) == near


def test_a_longer_word_may_hold_more_slips() -> None:
    assert [slips("a" * n) for n in (3, 4, 7, 8, 30)] == [0, 1, 1, 2, 2]


def test_a_namespace_ends_at_the_last_sign_that_ends_one() -> None:
    assert space_of("http://a.example.org/b#c") == "http://a.example.org/b#"
    assert space_of("http://a.example.org/b/c") == "http://a.example.org/b/"
