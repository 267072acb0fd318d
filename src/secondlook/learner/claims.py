"""The claim desk: claims about the drug, one at a time, to judge; no kernel is needed.

What is stored holds every claim with what the evidence says of it; ``assets/work.js`` deals them in
an order of the reader's own and waits for a verdict.
"""

import json
from html import escape

from secondlook.claimsums import arithmetic, steps
from secondlook.evidence import anchor
from secondlook.learner import parts
from secondlook.learner.parts import Element
from secondlook.retelling import GROUPS, desk, kinds


def claim_desk():
    """Show the claim desk: each claim with room for a verdict, then what the evidence says."""
    parts.show(claim_desk_element())


def claim_desk_element():
    """Return what ``claim_desk`` shows."""
    claims = desk()
    cards = "".join(map(_card, claims))
    named = {key: {"name": kind.name, "means": kind.means} for key, kind in kinds().items()}
    attributes = parts.attributes(groups=json.dumps(GROUPS), kinds=json.dumps(named))
    before = (
        "Judge each claim before you open what the evidence says: does it hold up, and how sure "
        "are you?"
    )
    meanings = "".join(
        f"<li><strong>{parts.text(kind.name)}</strong>: {parts.text(kind.means)}</li>"
        for kind in kinds().values()
    )
    folded = (
        '<details class="sl-hint"><summary data-lm-suppress-shortcuts="true">The kinds of error'
        f"</summary><ul>{meanings}</ul></details>"
    )
    return Element(
        parts.lab(
            "claim-desk",
            f'<sl-desk {attributes}><p class="sl-before">{before}</p>'
            f'<ol class="sl-cards">{cards}</ol>{folded}</sl-desk>',
        ),
        f"The claim desk: {len(claims)} claims to judge.",
    )


def _card(claim):
    """One claim: its words, who says so, and, folded, what the evidence says."""
    group, kind = GROUPS[claim.group], kinds()[claim.kind].name
    verdict = f"<p><strong>{group[:1].upper()}{group[1:]}.</strong>"
    verdict += f" {parts.text(kind)}.</p>" if claim.kind != "none" else "</p>"
    here = anchor(claim.id)
    told = (
        f"{verdict}<p>{parts.text(claim.why)}</p>"
        f"<p><em>Could stand so:</em> {parts.text(claim.honest)}</p>{_sums(claim.id)}"
        f'<p class="sl-quiet"><a href="../book/claims.html#{here}">On the page Claims</a>: '
        f"{claim.ledger.replace('-', ' ')}</p>"
    )
    attributes = parts.attributes(id=parts.check_id(claim.key), group=claim.group, kind=claim.kind)
    return (
        f'<li class="sl-card" {attributes}><p class="sl-question">{parts.text(claim.says)}</p>'
        f'<p class="sl-whom">Said by {parts.text(claim.who)}</p>'
        '<details class="sl-hint sl-told"><summary data-lm-suppress-shortcuts="true">'
        f"What the evidence says</summary>{told}</details></li>"
    )


def _sums(id):
    """The arithmetic behind a verdict, as the forensic tools print it."""
    if id not in arithmetic():
        return ""
    sums = "".join(
        f"<p>{parts.text(step.asks)}</p><pre>{escape(step.verdict.arithmetic)}</pre>"
        for step in steps(id)
    )
    summary = '<summary data-lm-suppress-shortcuts="true">The sums</summary>'
    return f'<details class="sl-hint sl-worked">{summary}{sums}</details>'
