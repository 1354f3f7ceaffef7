"""Problems tell people what to do."""

from lgsp_message.reason import Reason

from hub.api.explained import explained
from hub.api.problems import Code, Problem


def test_every_reason_says_who_must_act_and_what_next_in_both_languages():
    for reason in Reason:
        told = explained(reason.value)["help"]
        assert all(told[language][part] for language in ("vi", "en") for part in ("who", "next"))


def test_a_problem_of_the_http_interface_has_no_help():
    assert "help" not in Problem(404, Code.NOT_FOUND).document()
    assert "help" in Problem(403, "peer_mismatch").document()
