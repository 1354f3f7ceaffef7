"""Every control that changes something is shown to whoever may use it, and to nobody else."""

from datetime import UTC, datetime, timedelta

import pytest

from hub.api.rights import Role
from tests.browser.desk import answered_by, visit
from tests.browser.matrix import SCREENS, Held
from tests.browser.province import CONNECTOR
from tests.browser.staff import WHY, Colleague, choose_password
from tests.browser.traffic import dead_letters

WITHIN = "org-xa-mau"
EVERY = tuple(map(Held, (Role.OPERATOR, Role.INTEGRATOR, Role.AUDITOR, Role.INVESTIGATOR)))
KNOWN = {"an": EVERY, "chi": (Held(Role.CLERK, bound=True),)}
"""Who is there anyway: four roles together, and a clerk of one agency."""
ALONE = {
    f"vai-{role.replace('_', '-')}": (Held(role, bound=role is Role.CLERK),) for role in Role
} | {"vai-operator-xa": (Held(Role.OPERATOR, bound=True),)}
QUICK = ("alerts", "channels", "connector", "certificate", "documents", "organisation", "requests")


@pytest.fixture(scope="module")
def places(province):
    """Make what the screens need to have a row of each kind; return what addresses hold."""
    (dead,) = dead_letters(province, "H99.10-261128-04", 1)
    call, put = province.owner.call, {"reason": WHY}
    job = call("POST", "/ops/retry-jobs", put | {"action": "drop", "filter": {"system": "xa-mau"}})
    every = put | {"organisation": "*"}
    now = datetime.now(UTC)
    lasts = {"since": now.isoformat(), "until": (now + timedelta(days=1)).isoformat()}
    call("POST", "/ops/alerts/silences", every | lasts | {"rule": "many-refusals"})
    hook = every | {"kind": "webhook", "target": province.peer.url}
    call("PUT", "/ops/alerts/channels/truc-ban-mau", hook)
    call("PUT", "/ops/limits/1.004603", put | {"name": "Thủ tục mẫu", "working_days": 5})
    call("PUT", "/ops/calendar/days/2026-12-05", put | {"works": True, "note": "Làm bù (mẫu)"})
    an = Colleague(province.hub, "an")
    an.call("POST", f"/v1/admin/connectors/{CONNECTOR}/networks", put | {"cidr": "10.97.0.0/24"})
    return {"main": province.main, "dead": dead, "job": job["id"]}


def check(page, places, screen, held):
    answered_by(page, screen.stubs)
    visit(page, "/console" + screen.path.format(**places))
    shown = page.locator("main [data-does]").evaluate_all("all => all.map(one => one.dataset.does)")
    assert {*shown} == screen.shown(held)
    for pattern in screen.stubs:
        page.unroute(pattern)


@pytest.mark.parametrize("name", KNOWN)
def test_controls_are_shown_if_and_only_if_the_hub_would_let_them_act(desk, places, name):
    page = desk.signed_in(name, "/console/profile")
    for screen in QUICK:
        check(page, places, SCREENS[screen], KNOWN[name])


@pytest.fixture(scope="module")
def alone(province):
    """Add a person for each role, who has that role only; leave one request for a role."""
    quan = Colleague(province.hub, "quan")
    for name, (held,) in ALONE.items():
        role = {"role": held.role} | ({"organisation": WITHIN} if held.bound else {})
        choose_password(province.hub, name, province.owner.add(name, f"{name} (mẫu)", role))
    for waiting in quan.call("GET", "/ops/requests")["items"]:
        # Powerful roles are given by two; what others have asked for stays as it is.
        if waiting["target"].startswith("user/vai-"):
            quan.call("POST", f"/ops/requests/{waiting['id']}:approve", {"reason": WHY})
    key = province.hub.register("xa-vai-mau").key_id
    stolen = {"system": "xa-vai-mau", "thumbprint": key, "since": datetime.now(UTC).isoformat()}
    quan.call("POST", "/ops/compromises", stolen | {"reason": WHY})
    asked = {"grants": [{"role": "administrator"}], "reason": WHY}
    quan.call("POST", "/ops/users/chi:roles", asked)


@pytest.mark.long
@pytest.mark.usefixtures("alone")
@pytest.mark.parametrize("name", ALONE)
def test_each_role_alone_sees_the_controls_of_every_screen_that_are_its_own(desk, places, name):
    page = desk.signed_in(name, "/console/profile")
    for screen in SCREENS.values():
        check(page, places, screen, ALONE[name])
