"""What every part of the demo needs to know."""

from dataclasses import dataclass

from supdata.cli.demo.layout import Layout
from supdata.cli.demo.narrator import Narrator
from supdata.sandbox.schools.world import World, build_world


@dataclass(frozen=True)
class Scene:
    """Where it plays, how many students each school has, and who tells of it."""

    layout: Layout
    students: int
    narrator: Narrator

    @property
    def world(self) -> World:
        """The three made schools."""
        return build_world(students_per_school=self.students)
