"""One JupyterLab and one browser for all tests of this folder."""

import pytest
from browser_lab import running_browser, running_lab


@pytest.fixture(scope="session")
def lab(tmp_path_factory):
    folder = tmp_path_factory.mktemp("lab")
    with running_lab(folder, {"COURSE_MODE": "test", "OMP_NUM_THREADS": "1"}) as lab:
        yield lab


@pytest.fixture(scope="session")
def browser():
    with running_browser() as browser:
        yield browser
