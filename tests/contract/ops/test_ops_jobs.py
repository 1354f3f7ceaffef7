"""`/ops/retry-jobs`: previewed, confirmed by the right person, done by itself, watched."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import insert, update

from hub.control import dead_letter_job, store
from hub.control.dead_letter_jobs import DeadLetterJobs
from hub.control.job_runner import JobRunner
from hub.control.lease import Lease
from hub.control.people.people import new_row
from hub.control.people.rights import Role
from hub.control.queries import Queries
from hub.decision.events import Event
from hub.io.sql.people_tables import people
from hub.ports import Unavailable
from tests.admin_rig import CommandsInMemory
from tests.ops_rig import OPERATOR, clerk_of
from tests.support import NOW, TO_OTHER, stamped
from tests.unit.recorder.records import about

PATH = "/ops/retry-jobs"
WHY = "Sở Mẫu đã sửa lỗi"
BINH = replace(OPERATOR, name="binh")


@pytest.fixture
async def known(rig):
    """Give seven dead letters of one connector, and one of another."""
    for number in range(8):
        rig.province.decide(stamped(id=f"mau-{number}", recipients=TO_OTHER))
        detail = {"connector": "ket-noi-mau" if number else "khac", "attempts": 3}
        told = about(
            Event.DEAD_LETTER,
            id=f"mau-{number}",
            recipient="other",
            reason="bad",
            at=NOW + timedelta(seconds=number),
            detail=detail,
        )
        rig.province.tell(told)
    await rig.record()
    rig.now = NOW + timedelta(hours=1)
    return rig


def runner(rig, commands=None):
    """Return the process that works now: an earlier one's lease has run out."""
    rig.now += timedelta(minutes=1)
    jobs = DeadLetterJobs(rig.engine, commands or rig.commands, lambda: rig.now)
    return JobRunner(jobs, Lease(rig.engine, "dead-letter-jobs", lambda: rig.now))


async def post(rig, path, body, status=200):
    answer = await rig.http.post(path, json=body)
    assert answer.status_code == status, answer.text
    return answer.json()


async def preview(rig, **changes):
    body = {"action": "retry", "filter": {"connector": "ket-noi-mau"}, "reason": WHY} | changes
    return await post(rig, PATH, body, 201)


async def confirm(rig, job, status=200, **changes):
    body = {"count": job["count"], "reason": WHY} | changes
    return await post(rig, f"{PATH}/{job['id']}:confirm", body, status)


async def test_a_preview_counts_and_does_nothing(known):
    job = await preview(known)
    assert (job["count"], job["state"], job["second_person"]) == (7, "previewed", False)
    assert not await runner(known).turn()
    assert known.commands.sent == []
    assert (await known.get(PATH))["items"] == [await known.get(f"{PATH}/{job['id']}")] == [job]


async def test_everything_at_once_is_not_previewed(known):
    body = {"action": "retry", "filter": {}, "reason": WHY}
    assert (await post(known, PATH, body, 422))["code"] == "unbounded"


async def test_a_confirmed_job_is_done_by_itself_and_says_what_became_of_each(known):
    job = await preview(known)
    assert (await confirm(known, job, 409, count=6))["code"] == "count_differs"
    assert (await confirm(known, job))["state"] == "running"
    assert await runner(known).turn()
    assert not await runner(known).turn()
    done = await known.get(f"{PATH}/{job['id']}")
    assert (done["state"], done["handled"], done["ended_at"] is None) == ("done", 7, False)
    assert len(known.commands.sent) == 7
    known.province.tell(about(Event.DELIVERED, id="mau-1", recipient="other", at=known.now))
    await known.record()
    items = (await known.get(f"{PATH}/{job['id']}/items"))["items"]
    assert [item["result"] for item in items] == ["delivered"] + ["dead_letter"] * 6
    assert {item["code"] for item in items} == {"bad"}
    assert await confirm(known, job) == done


async def test_a_job_goes_on_after_a_crash_where_it_stood(known):
    job = await preview(known, batch=3)
    await confirm(known, job)
    assert await runner(known).turn()

    class Away(CommandsInMemory):
        async def send(self, *commands):
            self.sent.extend(commands[:1])
            raise Unavailable("Kafka did not answer")

    with pytest.raises(Unavailable):
        await runner(known, Away()).turn()
    while await runner(known).turn():
        pass
    sent = [command.message for command in known.commands.sent]
    assert sorted(sent) == [f"mau-{number}" for number in range(1, 8)]
    assert (await known.get(f"{PATH}/{job['id']}"))["handled"] == 7


async def test_two_runners_at_once_lose_nothing_and_count_nothing_twice(known):
    job = await preview(known, batch=3)
    await confirm(known, job)
    jobs = DeadLetterJobs(known.engine, known.commands, lambda: known.now)
    seen = await jobs.running()
    assert seen is not None
    await jobs.step(seen)
    await jobs.step(seen)
    after = await jobs.get(job["id"])
    assert after is not None
    assert after.handled == 3


async def test_a_paused_job_stands_and_a_resumed_one_goes_on(known):
    job = await preview(known, batch=3)
    await confirm(known, job)
    await runner(known).turn()
    paused = await post(known, f"{PATH}/{job['id']}:pause", {"reason": WHY})
    assert (paused["state"], paused["handled"], paused["changed_by"]) == ("paused", 3, "an")
    assert not await runner(known).turn()
    await post(known, f"{PATH}/{job['id']}:resume", {"reason": WHY})
    assert await runner(known).turn()
    cancelled = await post(known, f"{PATH}/{job['id']}:cancel", {"reason": WHY})
    assert (cancelled["state"], cancelled["handled"]) == ("cancelled", 6)
    assert not await runner(known).turn()
    again = await post(known, f"{PATH}/{job['id']}:resume", {"reason": WHY}, 409)
    assert again["code"] == "job_state"
    assert (await confirm(known, job, 409))["code"] == "job_state"


async def test_a_job_that_was_never_confirmed_cannot_be_resumed_into_life(known):
    job = await preview(known)
    for move in ("pause", "resume"):
        await post(known, f"{PATH}/{job['id']}:{move}", {"reason": WHY}, 409)
    assert not await runner(known).turn()


async def test_many_at_once_need_another_person_than_asked(known, monkeypatch):
    monkeypatch.setattr(dead_letter_job, "FOUR_EYES_ABOVE", 5)
    job = await preview(known)
    assert job["second_person"]
    assert (await confirm(known, job, 409))["code"] == "second_person_needed"
    old = f"/v1/admin/dead-letters/jobs/{job['id']}:confirm"
    assert (await post(known, old, {"count": 7}, 409))["code"] == "second_person_needed"
    known.person = BINH
    assert (await confirm(known, job))["confirmed_by"] == "binh"


async def test_a_reset_that_comes_before_the_lock_is_seen_by_who_confirms(known, monkeypatch):
    monkeypatch.setattr(dead_letter_job, "FOUR_EYES_ABOVE", 5)
    job = await preview(known)
    lock = store.lock

    async def after_a_reset(connection):
        # "an" resets the password of "binh" in the moment before the confirmation has the lock.
        monkeypatch.setattr(store, "lock", lock)
        async with known.engine.begin() as other:
            row = new_row("binh", "Trần Bình (mẫu)", (), made_by="an", at=known.now)
            await other.execute(insert(people).values(row))
            reset = {"reset_by": "an", "reset_at": known.now}
            await other.execute(update(people).where(people.c.name == "binh").values(reset))
        return await lock(connection)

    monkeypatch.setattr(store, "lock", after_a_reset)
    known.person = BINH
    assert (await confirm(known, job, 409))["code"] == "second_person_needed"
    assert (await known.get(f"{PATH}/{job['id']}"))["state"] == "previewed"


async def test_of_two_who_confirm_at_once_one_has_confirmed_and_the_trail_says_so_once(
    known, monkeypatch
):
    monkeypatch.setattr(dead_letter_job, "FOUR_EYES_ABOVE", 5)
    job = await preview(known)
    jobs = DeadLetterJobs(known.engine, known.commands, lambda: known.now)
    found = await asyncio.gather(
        *(jobs.begin(job["id"], 7, actor=name, reason=WHY) for name in ("binh", "chi"))
    )
    [first] = {one.confirmed_by for one in found}
    entries = await Queries(known.engine).trail(before=None, entity=f"job/{job['id']}", limit=9)
    assert [entry.actor for entry in entries] == [first, "an"]


async def test_each_word_about_a_job_is_in_the_trail_with_its_reason(known):
    job = await preview(known)
    await confirm(known, job, reason="Đã xem (mẫu)")
    await post(known, f"{PATH}/{job['id']}:cancel", {"reason": "Nhầm (mẫu)"})
    entries = await Queries(known.engine).trail(before=None, entity=f"job/{job['id']}", limit=9)
    assert [(entry.actor, entry.reason) for entry in entries] == [
        ("an", "Nhầm (mẫu)"),
        ("an", "Đã xem (mẫu)"),
    ]


async def test_jobs_and_items_come_in_pages(known):
    for _ in range(3):
        job = await preview(known)
    page = await known.get(PATH, limit=2)
    rest = await known.get(PATH, limit=2, after=page["next"])
    assert (len(page["items"]), len(rest["items"]), rest["next"]) == (2, 1, None)
    await confirm(known, job)
    await runner(known).turn()
    assert [one["id"] for one in (await known.get(PATH, state="done"))["items"]] == [job["id"]]
    first = await known.get(f"{PATH}/{job['id']}/items", limit=4)
    second = await known.get(f"{PATH}/{job['id']}/items", limit=4, after=first["next"])
    assert len({one["id"] for one in first["items"] + second["items"]}) == 7


async def test_jobs_are_for_those_who_may_retry_everywhere(known):
    known.person = clerk_of("org-other", Role.OPERATOR)
    body = {"action": "retry", "filter": {"code": "bad"}, "reason": WHY}
    await post(known, PATH, body, 403)
    known.person = OPERATOR
    await known.refused(f"{PATH}/none", 404, "not_found")


async def test_a_dry_run_names_each_and_orders_nothing(known, monkeypatch):
    monkeypatch.setattr(dead_letter_job, "FOUR_EYES_ABOVE", 5)
    job = await preview(known, dry_run=True)
    assert not job["second_person"]
    await confirm(known, job)
    assert await runner(known).turn()
    done = await known.get(f"{PATH}/{job['id']}")
    assert (done["state"], done["handled"]) == ("done", 7)
    items = (await known.get(f"{PATH}/{job['id']}/items"))["items"]
    assert [item["result"] for item in items] == ["planned"] * 7
    assert known.commands.sent == []


async def test_a_rate_lets_a_job_wait_also_over_a_restart(known):
    job = await preview(known, batch=2, per_minute=1)
    await confirm(known, job)
    assert await runner(known).turn()
    stands = await known.get(f"{PATH}/{job['id']}")
    assert (stands["handled"], stands["state"]) == (2, "running")
    assert not await runner(known).turn()
    known.now += timedelta(minutes=2)
    assert await runner(known).turn()
    assert len(known.commands.sent) == 4


async def test_a_job_can_be_confirmed_and_yet_stand_until_somebody_resumes_it(known):
    job = await preview(known)
    assert (await confirm(known, job, paused=True))["state"] == "paused"
    assert not await runner(known).turn()
    await post(known, f"{PATH}/{job['id']}:resume", {"reason": WHY})
    assert await runner(known).turn()
    assert len(known.commands.sent) == 7


async def test_a_job_is_for_the_chosen_destinations_only(known):
    job = await preview(known, filter={"connector": "ket-noi-mau", "systems": ["receiver"]})
    assert job["count"] == 0
    job = await preview(known, filter={"systems": ["other", "receiver"]})
    assert job["count"] == 8
