"""Which kept images may go."""

from __future__ import annotations

from tasks.tools.compose.compose import Built
from tasks.tools.compose.pruning import choose

BUILT = [Built("app", "shop_app:latest")]
A, B, C, D = ("a" * 40, "b" * 40, "c" * 40, "d" * 40)


def listing(*tags: tuple[str, str], name: str = "shop_app") -> str:
    return "\n".join(f"{name} {tag} {image}" for tag, image in tags)


def test_the_newest_stay_and_the_older_go():
    out = listing((A, "1"), (B, "2"), (C, "3"))
    assert choose(out, set(), [], "", BUILT, 2) == [f"shop_app:{C}"]


def test_an_image_of_a_container_stays_however_old():
    out = listing((A, "1"), (B, "2"), (C, "3"), (D, "4"))
    assert choose(out, {"4"}, [], "", BUILT, 1) == [f"shop_app:{B}", f"shop_app:{C}"]


def test_the_images_of_head_and_of_good_releases_stay():
    out = listing((A, "1"), (B, "2"), (C, "3"), (D, "4"))
    assert choose(out, set(), [D], C, BUILT, 1) == [f"shop_app:{B}"]


def test_names_that_are_not_ours_are_not_looked_at():
    out = listing((A, "1"), ("latest", "2"), ("v1.2", "3")) + "\n" + listing((B, "4"), (C, "5"), name="other_app")
    assert choose(out, set(), [], "", BUILT, 1) == []


def test_two_names_of_one_image_count_once():
    out = listing((A, "1"), (B, "1"), (C, "2"), (D, "3"))
    assert choose(out, set(), [], "", BUILT, 2) == [f"shop_app:{D}"]
