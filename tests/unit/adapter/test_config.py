import logging
from typing import ClassVar

import pytest
from lgsp_adapter import Config, ConfigError, Context, Fatal, Problem, Secret, load_config, render

from tests.unit.adapter.agency import GoodSource

PASSWORD = "mat-khau-mau-9931"


class Second(Config):
    version: ClassVar[int] = 2
    url: str
    token: Secret

    @classmethod
    def migrate(cls, version, raw):  # noqa: ARG003
        return {"url": raw.pop("address"), **raw}


def test_an_old_configuration_is_migrated():
    config = load_config(Second, {"address": "memory://a", "token": "env:TOKEN"})
    assert config.url == "memory://a"


@pytest.mark.parametrize("version", [0, 3, "1", True, None])
def test_an_unknown_version_is_refused(version):
    with pytest.raises(ConfigError) as refused:
        load_config(Second, {"config_version": version})
    assert refused.value.problems == (Problem(field="config_version", rule="version_unknown"),)


@pytest.mark.parametrize(
    ("raw", "problem"),
    [
        ({"url": "u", "token": PASSWORD}, Problem(field="token", rule="secret_reference")),
        ({"url": [PASSWORD], "token": "env:T"}, Problem(field="url", rule="string_type")),
        ({"url": "u", "token": "env:T", "x": PASSWORD}, Problem(field="x", rule="extra_forbidden")),
        ({"url": "u", "token": "env:T", "9 mau": 1}, Problem(field="?", rule="extra_forbidden")),
    ],
)  # fmt: skip
def test_an_error_names_field_and_rule_and_never_the_value(raw, problem):
    with pytest.raises(ConfigError) as refused:
        load_config(Second, {"config_version": 2, **raw})
    assert refused.value.problems == (problem,)
    assert refused.value.__cause__ is refused.value.__context__ is None
    assert PASSWORD not in repr(refused.value)


async def test_secrets_are_read_when_opened_and_masked_in_the_log(monkeypatch, caplog, tmp_path):
    monkeypatch.setenv("MAU_TOKEN", PASSWORD)
    (tmp_path / "secret").write_text(PASSWORD + "\n")
    ctx = Context("mau")
    for reference in ("env:MAU_TOKEN", f"file:{tmp_path / 'secret'}"):
        assert (await ctx.secret(Secret(reference))).get_secret_value() == PASSWORD
    with caplog.at_level(logging.DEBUG):
        try:
            raise ValueError(PASSWORD)  # noqa: TRY301
        except ValueError:
            ctx.log.exception("with %s", PASSWORD)
    assert "***" in caplog.text
    assert PASSWORD not in caplog.text


async def test_a_secret_that_is_not_there_stops_and_says_nothing_more():
    with pytest.raises(Fatal) as stopped:
        await Context("mau").secret(Secret(f"abc:{PASSWORD}"))
    assert PASSWORD not in repr(stopped.value) + repr(Secret(f"abc:{PASSWORD}"))


def test_the_reference_page_is_deterministic_and_names_fields_in_both_languages():
    page = render(GoodSource.spec)
    assert page == render(GoodSource.spec)
    assert "| `token` | Mã truy cập / Token | tham chiếu bí mật / secret reference |" in page
