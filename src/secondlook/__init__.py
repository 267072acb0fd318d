"""A Second Look: statistics, figures and labs for the methylcobalamin story.

Ground floor first; a module imports only from floors below it.

0. ``evidence`` (published values by id), ``cohort`` (the patient table)
1. ``survival``, ``ranks``, ``multiplicity``: batched NumPy statistics; ``design``, ``arms``,
   ``means``, ``sequential``: planning a trial; ``credibility``: what a result is worth
2. ``simulate``, ``fishing``, ``forensics``, ``appraisal``: what this course exists for; ``checks``,
   ``questions``, ``pretest``: what it asks; above them ``puzzles``, the papers' own arithmetic
3. ``figures``: results to pictures
4. ``labs``, ``learner``: what the reader touches

A z is positive when the treated do better. The one exception is a test of ``survival``, whose z is
(observed − expected) events and so is negative then, as the field prints it. Every test has a
``benefit_z``, which is positive for a benefit: give that one to ``multiplicity``, ``sequential``.
"""

__version__ = "0.1.0"
