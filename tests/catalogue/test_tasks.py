import pytest

from fashion_models.catalogue.tasks import DEFAULT_TASKS, Task, tasks_of


def test_tasks_of_a_header():
    assert tasks_of({}) == DEFAULT_TASKS
    found = tasks_of({'tasks': {'season': True, 'colour': False, 'heel': False}})
    assert found == {
        **DEFAULT_TASKS, 'season': Task('season', several=True), 'heel': Task('heel')}
    assert list(found) == [*DEFAULT_TASKS, 'season', 'heel']
    with pytest.raises(ValueError, match="task: found 'Heel height', expected"):
        tasks_of({'tasks': {'Heel height': False}})
