"""What a password must be like, and that guessing one costs."""

import asyncio
import threading
from datetime import timedelta

import pytest
from argon2 import PasswordHasher
from hypothesis import given
from hypothesis import strategies as st

from hub.control.people import passwords
from hub.control.people.passwords import (
    AT_ONCE,
    MIN_CHARS,
    WAITING,
    Passwords,
    expect_good,
    first_password,
)
from hub.control.people.sign_in import FREE_TRIES, LONGEST_WAIT, wait_after
from hub.control.refusals import ChangeRefused
from hub.ports import Overloaded
from tests.admin_rig import QUICK


@pytest.mark.parametrize(
    "good",
    ["một câu dài dễ nhớ của tôi", "correct horse battery staple", "k7m2q-3vxwa-9pdrt-hz4ny"],
)
def test_a_long_phrase_is_good_without_rules_about_kinds_of_characters(good):
    expect_good("binh", good)


@pytest.mark.parametrize(
    "bad",
    [
        "x" * (MIN_CHARS - 1),
        "abcabcabcabcabcabc",
        "Binh thích cà phê sữa đá",
        "Password123456!!",
        "matkhau-matkhau-1",
        "ă" * 500,
    ],
)
def test_what_guessers_try_first_is_refused(bad):
    with pytest.raises(ChangeRefused, match="password_refused"):
        expect_good("binh", bad)


def test_first_passwords_are_good_and_differ():
    made = {first_password() for _ in range(50)}
    assert len(made) == 50
    for one in made:
        expect_good("binh", one)


async def test_the_same_letters_typed_on_two_keyboards_are_one_password():
    kept = await QUICK.hash("mật khẩu dạng tổ hợp")  # composed
    assert await QUICK.matches(kept, "mật khẩu dạng tổ hợp".encode().decode())
    assert await QUICK.matches(kept, "mâ\u0323t khâ\u0309u dạng tổ hợp")
    assert not await QUICK.matches(kept, "mat khau dang to hop")


async def test_the_hash_is_argon2id_as_strong_as_rfc_9106_advises():
    kept = await Passwords().hash("một câu dài dễ nhớ của tôi")
    assert kept.startswith("$argon2id$v=19$m=65536,t=3,p=1$")


@given(st.text())
def test_a_damaged_hash_opens_nothing(text):
    assert asyncio.run(QUICK.matches(f"$argon2id${text}", "x")) is False


async def test_nobodys_password_is_compared_all_the_same():
    compared = []

    class Counting(PasswordHasher):
        def verify(self, hash, password):  # noqa: A002  (argon2's own name)
            compared.append(hash)
            return super().verify(hash, password)

    slow = Passwords(Counting(time_cost=1, memory_cost=8, parallelism=1))
    assert await slow.matches(None, "x") is False
    assert len(compared) == 1


async def test_no_more_are_compared_at_once_than_memory_allows():
    gate, running = threading.Event(), []

    class Slow(PasswordHasher):
        def hash(self, password, *, salt=None):
            running.append(password)
            gate.wait(10)
            return super().hash(password, salt=salt)

    gate.set()
    busy = Passwords(Slow(time_cost=1, memory_cost=8, parallelism=1))
    gate.clear()
    running.clear()
    tasks = [asyncio.create_task(busy.hash(str(number))) for number in range(WAITING)]
    async with asyncio.timeout(30):
        while len(running) < AT_ONCE:  # noqa: ASYNC110  (a thread's list, not an event)
            await asyncio.sleep(0.01)
    with pytest.raises(Overloaded):
        await busy.hash("one too many")
    assert len(running) == AT_ONCE
    gate.set()
    await asyncio.gather(*tasks)
    assert len(running) == passwords.WAITING


def test_each_wrong_password_after_the_free_ones_costs_twice_as_much():
    waits = [wait_after(count) for count in range(FREE_TRIES + 20)]
    assert waits[:FREE_TRIES] == [timedelta(0)] * FREE_TRIES
    assert waits[FREE_TRIES + 1] == 2 * waits[FREE_TRIES]
    assert waits == sorted(waits)
    assert waits[-1] == LONGEST_WAIT
