"""What a demo deletes before it starts, and what it never touches."""

from pathlib import Path

import pytest

from supdata.cli.demo.layout import Layout, fresh
from supdata.errors import FixConfig


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    (tmp_path / "project" / "dags").mkdir(parents=True)
    return Layout(tmp_path / "project" / "var", tmp_path / "project")


def test_what_the_last_demo_left_is_gone(layout: Layout) -> None:
    (layout.runs / "0751717J").mkdir(parents=True)
    with fresh(layout):
        assert list(layout.runs.iterdir()) == []


def test_what_is_not_the_demos_stays(layout: Layout) -> None:
    kept = layout.var / "mine" / "notes.txt"
    kept.parent.mkdir(parents=True)
    kept.write_text("keep")
    with fresh(layout):
        assert kept.read_text() == "keep"


def test_a_link_out_of_var_is_cut_not_followed(layout: Layout, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "precious").write_text("keep")
    layout.var.mkdir()
    layout.runs.symlink_to(elsewhere)
    with fresh(layout):
        assert not layout.runs.is_symlink()
    assert (elsewhere / "precious").read_text() == "keep"


def test_a_second_demo_in_the_same_copy_is_refused_and_harms_nothing(layout: Layout) -> None:
    with fresh(layout):
        (layout.runs / "under way").touch()
        with pytest.raises(FixConfig, match="another one is running"), fresh(layout):
            pass
        assert (layout.runs / "under way").exists()


def test_outside_of_a_checkout_nothing_is_made(tmp_path: Path) -> None:
    with pytest.raises(FixConfig, match="there is no folder dags/"), fresh(Layout(tmp_path / "var", tmp_path)):
        pass
    assert list(tmp_path.iterdir()) == []


def test_a_path_is_shown_from_the_project_where_it_is_below_it(layout: Layout, tmp_path: Path) -> None:
    assert layout.shown(layout.summary) == "var/demo/summary.json"
    assert layout.shown(tmp_path / "elsewhere") == str(tmp_path / "elsewhere")
