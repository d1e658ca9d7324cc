from dagster_project.assets.dbt import is_made_of

MANIFEST = {
    "nodes": {
        "model.echelon.ftr_customers": {
            "depends_on": {"nodes": ["model.echelon.int_a", "seed.echelon.policy_b"]}
        },
        "model.echelon.int_a": {"depends_on": {"nodes": ["source.echelon.erp.orders"]}},
        "seed.echelon.policy_b": {"depends_on": {"macros": []}},
    }
}


def test_a_model_is_made_of_the_sources_of_the_models_it_reads():
    assert is_made_of(MANIFEST, "ftr_customers", "orders")
    assert not is_made_of(MANIFEST, "ftr_customers", "forecasts")
