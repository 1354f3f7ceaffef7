"""The vectors in this folder say what the code says, and are what `make` would write."""

import json

import pytest

from tests.vectors.make import FOLDER, answer, vectors

FILES = {
    path.relative_to(FOLDER).as_posix(): json.loads(path.read_text(encoding="utf-8"))
    for path in sorted(FOLDER.glob("*valid/*.json"))
}


@pytest.mark.parametrize("name", FILES)
def test_a_vector_gives_the_answer_it_names(name):
    vector = FILES[name]
    assert answer(vector) == vector["expected"]
    if name.startswith("invalid/"):
        assert name.startswith(f"invalid/{vector['expected']['refused']}-")
    else:
        assert "content_sha256" in vector["expected"]


def test_the_files_are_what_the_program_writes():
    assert vectors() == FILES, "run: python -m tests.vectors.make"


def test_every_file_beside_the_programs_is_written_by_one():
    folders = {path.name for path in FOLDER.iterdir() if path.is_dir()} - {"__pycache__"}
    assert folders == {"valid", "invalid", "documents"}
    assert {path.suffix for path in FOLDER.iterdir() if path.is_file()} == {".py"}
