"""What a reader says and keeps, with no kernel: a cell emits HTML, the page's script does the rest.

``ask`` holds predictions, reveals, answers and questions; ``work`` what is judged, sorted, written
and looked back on. ``assets/learner.js`` and ``assets/work.js`` make them work.
"""

from secondlook.learner.ask import (
    answer,
    answer_element,
    my_predictions,
    my_predictions_element,
    outcome,
    outcome_element,
    predict,
    predict_element,
    pretest,
    question,
    question_element,
    recall,
    recall_element,
    reveal,
    score,
    score_element,
    sealed,
    sealed_element,
    setup,
    setup_element,
)
from secondlook.learner.parts import Element

__all__ = [
    "Element",
    "answer",
    "answer_element",
    "my_predictions",
    "my_predictions_element",
    "outcome",
    "outcome_element",
    "predict",
    "predict_element",
    "pretest",
    "question",
    "question_element",
    "recall",
    "recall_element",
    "reveal",
    "score",
    "score_element",
    "sealed",
    "sealed_element",
    "setup",
    "setup_element",
]
