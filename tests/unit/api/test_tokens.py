"""Client assertions and access tokens."""

import time

import pytest

from hub.api.tokens import ASSERTION_SECONDS, TOKEN_SECONDS, TokenRefused, Tokens
from hub.ports import Unavailable
from tests import support
from tests.api_rig import TOKEN_KEY, assertion, other_key


class Clock:
    def __init__(self):
        self.now = time.time()

    def __call__(self):
        return self.now


class Everywhere:
    """Stands for SQL: all API processes of a hub ask it."""

    def __init__(self):
        self.used, self.away = {}, False

    async def first_use(self, digest, until):
        if self.away:
            raise Unavailable("SQL is away (test)")
        first = digest not in self.used
        self.used[digest] = until
        return first


class World:
    def __init__(self):
        self.rules = support.build_rules()
        self.clock = Clock()
        self.everywhere = Everywhere()
        self.tokens = self.process()

    def process(self, key=TOKEN_KEY):
        """Return the tokens of one more API process."""
        return Tokens(key, lambda: self.rules, self.clock, self.everywhere)


@pytest.fixture
def world():
    return World()


async def test_a_good_assertion_gives_a_token_that_names_the_system(world):
    token = await world.tokens.exchange(assertion("sender"))
    assert world.tokens.caller(token).system == "sender"


@pytest.mark.parametrize("algorithm", ["ES256", "Ed25519", "RS256", "PS256"])
async def test_every_registered_algorithm_is_taken(world, algorithm):
    key = support.key_for(algorithm)
    name = support.key_name("sender", key)
    world.rules = support.build_rules({name: support.key_record(key, algorithm)})
    assert await world.tokens.exchange(assertion("sender", key, algorithm=algorithm))


@pytest.mark.parametrize(
    "changes",
    [
        {"sub": "receiver"},
        {"iss": None},
        {"iss": 7, "sub": 7},
        {"aud": "another-hub"},
        {"aud": [support.HUB]},
        {"exp": None},
        {"exp": "soon"},
        {"iat": True},
        {"jti": ""},
        {"jti": 5},
        {"jti": "x" * 200},
        {"iat": 0, "exp": 60},
    ],
)
async def test_an_assertion_that_is_not_exact_is_refused(world, changes):
    with pytest.raises(TokenRefused):
        await world.tokens.exchange(assertion("sender", **changes))


@pytest.mark.parametrize(
    "header", [{"typ": "JWT"}, {"alg": "HS256"}, {"alg": "none"}, {"crit": ["b64"]}, {"kid": 5}]
)
async def test_a_header_that_is_not_exact_is_refused(world, header):
    with pytest.raises(TokenRefused):
        await world.tokens.exchange(assertion("sender", header=header))


async def test_a_key_of_another_system_does_not_speak_for_this_one(world):
    with pytest.raises(TokenRefused):
        await world.tokens.exchange(assertion("sender", support.key_of("receiver")))
    with pytest.raises(TokenRefused):
        await world.tokens.exchange(assertion("sender", other_key()))


async def test_an_assertion_counts_once_until_it_has_long_expired(world):
    text = assertion("sender")
    await world.tokens.exchange(text)
    for later in (0, 30, 89):
        world.clock.now += later
        with pytest.raises(TokenRefused):
            await world.tokens.exchange(text)


async def test_an_assertion_that_one_process_took_is_refused_by_every_other(world):
    text = assertion("sender")
    await world.tokens.exchange(text)
    with pytest.raises(TokenRefused):
        await world.process().exchange(text)


async def test_without_sql_a_token_is_given_and_each_process_still_counts_once(world):
    world.everywhere.away = True
    text = assertion("sender")
    assert await world.tokens.exchange(text)
    with pytest.raises(TokenRefused):
        await world.tokens.exchange(text)


async def test_what_is_remembered_of_an_assertion_outlives_it_and_names_nobody(world):
    await world.tokens.exchange(assertion("sender"))
    ((digest, until),) = world.everywhere.used.items()
    assert "sender" not in digest
    assert until >= world.clock.now + ASSERTION_SECONDS - 1


async def test_a_token_ends_with_its_time_its_system_or_its_key(world):
    token = await world.tokens.exchange(assertion("sender"))
    world.rules = support.build_rules(support.changed("system/sender", state="suspended"))
    with pytest.raises(TokenRefused):
        world.tokens.caller(token)
    key = support.key_name("sender", support.key_of("sender"))
    world.rules = support.build_rules(support.changed(key, revoked=True))
    with pytest.raises(TokenRefused):
        world.tokens.caller(token)
    world.rules = support.build_rules()
    assert world.tokens.caller(token)
    world.clock.now += TOKEN_SECONDS + 1
    with pytest.raises(TokenRefused):
        world.tokens.caller(token)


async def test_a_changed_token_or_one_of_another_key_is_refused(world):
    token = await world.tokens.exchange(assertion("sender"))
    elsewhere = world.process(b"another key, also for tests".ljust(32))
    header, claims, signature = token.split(".")
    for wrong in (
        f"{header}.{claims[:-2]}AA.{signature}",
        f"{header}.{claims}.{signature[:-3]}",
        f"{header}.{claims}.",
        "",
        "a.b.c",
        assertion("sender"),
        await elsewhere.exchange(assertion("sender")),
    ):
        with pytest.raises(TokenRefused):
            world.tokens.caller(wrong)


async def test_before_any_rules_are_read_nobody_is_refused_for_being_unknown(world):
    token = await world.tokens.exchange(assertion("sender"))
    world.rules = support.build_rules(version=0)
    with pytest.raises(Unavailable):
        await world.tokens.exchange(assertion("sender"))
    with pytest.raises(Unavailable):
        world.tokens.caller(token)
