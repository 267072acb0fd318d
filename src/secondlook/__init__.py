"""A Second Look: statistics, figures and labs for the methylcobalamin story.

Ground floor first; a module imports only from floors below it.

0. ``evidence`` (published values by id), ``cohort`` (the patient table)
1. ``survival``, ``ranks``: batched NumPy statistics
2. ``fishing``, ``forensics``, ``simulate``, ``checks``: what this course exists for
3. ``figures``: results to pictures
4. ``labs``, ``learner``: what the reader touches
"""

__version__ = "0.1.0"
