import copy
import json

import pytest

from models_ml.artefact import artefact_json, from_artefact, to_artefact


def test_artefact_survives_json_exactly(segmentation):
    model = from_artefact(segmentation.artefact)
    text = artefact_json(segmentation.artefact)
    again = from_artefact(json.loads(text))
    assert again == model
    assert artefact_json(to_artefact(again)) == text


def test_version_names_the_algorithm_and_the_content(segmentation):
    version = segmentation.artefact["model_version"]
    assert version.startswith("kmeans-")
    assert len(version) == len("kmeans-") + 12
    assert set(segmentation.models["model_version"]) == {version}


def test_changed_artefact_is_refused(segmentation):
    changed = copy.deepcopy(segmentation.artefact)
    changed["segments"][0]["centroid"][0] += 1e-9
    with pytest.raises(ValueError, match="was changed after it was written"):
        from_artefact(changed)


def test_unknown_format_is_refused(segmentation):
    with pytest.raises(ValueError, match="format 9 is unknown"):
        from_artefact({**segmentation.artefact, "format": 9})


def test_artefact_names_the_libraries_behind_its_numbers(segmentation):
    assert {"numpy", "scikit-learn", "python"} <= set(
        segmentation.artefact["libraries"]
    )
