"""Each rule of the RFC is a function, and each function has a test in which somebody breaks it."""

import re
from pathlib import Path

import pytest

from cencomm.mls import joining, key_package, leaf_validation, succession, treekem
from cencomm.mls.leaf_validation import LEAF_RULES
from cencomm.mls.proposal_validation import EACH_RULES, EXTERNAL_RULES, LIST_RULES
from cencomm.mls.tree_validation import TREE_RULES, tree_matches_the_context

RULES = sorted(
    {
        rule.__name__
        for rule in (
            *LEAF_RULES,
            *TREE_RULES,
            *EACH_RULES,
            *LIST_RULES,
            *EXTERNAL_RULES,
            tree_matches_the_context,
            leaf_validation.leaf_understands_the_suite,
            leaf_validation.leaf_meets_required_capabilities,
            leaf_validation.leaf_supports_group_extensions,
            leaf_validation.leaf_source_is,
            leaf_validation.leaf_key_is_fresh,
            leaf_validation.members_understand_each_others_credentials,
            leaf_validation.member_keys_are_unique,
            key_package.key_package_extensions_are_listed,
            key_package.init_key_differs_from_leaf_key,
            key_package.init_key_is_usable,
            treekem.path_keys_are_new,
            treekem.path_keys_are_usable,
            treekem.path_covers_the_resolution,
            treekem.path_secrets_match_their_keys,
            joining.suites_agree,
            joining.welcome_psk_usages_fit,
            succession.successor_begins_at_epoch_1,
            succession.successor_matches_the_reinit,
            succession.branch_keeps_the_parameters,
            succession.members_come_from,
            succession.members_are_kept,
        )
    }
)


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_has_a_test_in_which_somebody_breaks_it(rule: str) -> None:
    tests = "\n".join(path.read_text(encoding="utf-8") for path in Path(__file__).parent.glob("test_*.py"))

    assert re.search(rf"^def test_{rule}_refuses", tests, re.MULTILINE)
