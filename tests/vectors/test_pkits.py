"""NIST PKITS: no path that it calls invalid is taken; few that it calls valid are not."""

from collections import Counter

import pytest

from tests.vectors import pkits
from tests.vectors.suites import claimed

pytestmark = pytest.mark.filterwarnings("ignore:Parsed a serial number")
JUDGES = [pkits.of_a_system, pkits.of_a_document, pkits.of_a_bundle]
ANSWERS = {
    (True, True): "accepted",
    (False, False): "refused",
    (False, None): "refused",
    (True, False): "stricter",
    (True, None): "stricter",
    (False, True): "WRONGLY ACCEPTED",
}


def answers(judge, names):
    asked = map(pkits.case, names)
    return Counter(ANSWERS[one.valid, judge(one)] for one in asked)


@pytest.mark.long
@pytest.mark.parametrize("judge", JUDGES)
def test_the_suite_is_answered_as_the_page_says(judge):
    assert answers(judge, pkits.names()) == +claimed(f"PKITS {judge.__name__}")


@pytest.mark.parametrize("judge", JUDGES)
def test_a_sample_of_the_suite_has_no_wrong_answer(judge):
    sample = pkits.names()[::9]
    assert set(answers(judge, sample)) <= {"accepted", "refused"}


@pytest.mark.parametrize("judge", JUDGES)
def test_a_revoked_authority_counts_though_it_says_no_place_of_its_crl(judge):
    asked = pkits.case("InvalidRevokedCATest2EE")
    assert judge(asked) is False
    assert judge(pkits.case("ValidCertificatePathTest1EE")) is True
