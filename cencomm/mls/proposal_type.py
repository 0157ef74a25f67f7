"""The numbers of proposal types (RFC 9420 section 17.4)."""

from cencomm.mls.enumeration import WireEnum16


class ProposalType(WireEnum16):
    """The ones that we know are the ones that the RFC defines: any other is refused when it is read."""

    ADD = 1
    UPDATE = 2
    REMOVE = 3
    PSK = 4
    REINIT = 5
    EXTERNAL_INIT = 6
    GROUP_CONTEXT_EXTENSIONS = 7


DEFAULT_PROPOSAL_TYPES = frozenset(ProposalType)
"""Every client implements these, so capabilities need not list them (RFC 9420 section 7.2)."""

PATH_REQUIRED = frozenset(
    {
        ProposalType.UPDATE,
        ProposalType.REMOVE,
        ProposalType.EXTERNAL_INIT,
        ProposalType.GROUP_CONTEXT_EXTENSIONS,
    }
)
"""Types that a Commit without path cannot carry (RFC 9420 section 12.4)."""
