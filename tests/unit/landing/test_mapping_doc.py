"""The worked example of docs/mapping.md does what the page says."""

import re
from pathlib import Path

import pytest

from echelon.landing.land import land
from echelon.landing.mapping import (
    Allocate,
    Block,
    Column,
    Format,
    Join,
    Mapping,
    Settings,
    Source,
    Table,
    Unpivot,
)

PAGE = Path(__file__).parents[3] / "docs" / "mapping.md"
BLOCK = re.compile(r"^```\w+ (file|landed)=(\S+)\n(.*?)^```$", re.M | re.S)
BLOCKS = BLOCK.findall(PAGE.read_text("utf-8"))


@pytest.fixture(scope="module")
def landed(tmp_path_factory):
    directory = tmp_path_factory.mktemp("alder")
    for kind, name, content in BLOCKS:
        if kind == "file":
            (directory / name).write_text(content, "utf-8")
    return land(directory / "alder.yml", directory, directory / "landing")


@pytest.mark.parametrize(
    ("table", "content"),
    [(name, content) for kind, name, content in BLOCKS if kind == "landed"],
    ids=[name for kind, name, _ in BLOCKS if kind == "landed"],
)
def test_the_page_shows_what_lands(landed, table, content):
    files = [file for item in landed for file in item.path.glob(f"{table}.csv")]
    assert [file.read_text("utf-8") for file in files] == [content]


def test_the_page_explains_every_key_of_the_language():
    reference = PAGE.read_text("utf-8").partition("## Reference")[2]
    models = [Mapping, Settings, Source, Format, Table, Block, Join]
    models += [Column, Unpivot, Allocate]
    for model in models:
        for name, field in model.model_fields.items():
            assert f"`{field.alias or name}" in reference, f"{model.__name__}.{name}"
