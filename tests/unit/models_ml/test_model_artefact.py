import copy
import hashlib
import json
from dataclasses import replace

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


def test_library_versions_are_recorded_beside_the_version(segmentation):
    model = from_artefact(segmentation.artefact)
    patched = to_artefact(replace(model, libraries={"python": "3.99.1"}))
    assert patched["libraries"] == {"python": "3.99.1"}
    assert patched["model_version"] == segmentation.artefact["model_version"]


def test_artefact_of_the_former_format_still_serves(segmentation):
    former = {**segmentation.artefact, "format": 1}
    del former["model_version"], former["unsegmented_reason"]
    digest = hashlib.sha256(artefact_json(former).encode()).hexdigest()
    former["model_version"] = f"kmeans-{digest[:12]}"
    assert from_artefact(former) == from_artefact(segmentation.artefact)
