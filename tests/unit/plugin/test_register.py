"""What Airflow finds when it loads the plugins folder: one plugin out of one file, and the application behind its login."""

import subprocess
import sys
from pathlib import Path

from airflow._shared.plugins_manager import plugins_manager
from airflow.api_fastapi.core_api.security import get_user
from fastapi.routing import APIRoute

from supdata_plugin.application import make_application

PLUGINS = Path(__file__).parents[3] / "plugins"


def test_airflow_loads_one_plugin_from_the_folder_and_no_other_file_of_it() -> None:
    plugins, errors = plugins_manager._load_plugins_from_plugin_directory(str(PLUGINS))
    assert errors == {}
    assert [plugin.name for plugin in plugins] == ["supdata"]


def test_a_component_that_shows_no_pages_pays_for_none() -> None:
    """Workers and the DAG processor load the registration too."""
    program = (
        "import sys, airflow.plugins_manager\n"
        "before = set(sys.modules)\n"
        "import supdata_plugin.register\n"
        "print({one for one in ('fastapi', 'jinja2', 'psycopg') if one in set(sys.modules) - before})"
    )
    command = [sys.executable, "-c", program]
    found = subprocess.run(command, capture_output=True, text=True, check=True, env={"PYTHONPATH": str(PLUGINS)})
    assert found.stdout.splitlines()[-1] == "set()"


def test_every_route_asks_for_airflow_s_login() -> None:
    routes = make_application().routes
    assert routes
    for route in routes:
        assert isinstance(route, APIRoute), f"{route} is no route that a dependency covers"
        assert get_user in {dependency.call for dependency in route.dependant.dependencies}, route.path


def test_no_route_takes_a_path() -> None:
    for route in make_application().routes:
        assert ":path" not in getattr(route, "path", "")
