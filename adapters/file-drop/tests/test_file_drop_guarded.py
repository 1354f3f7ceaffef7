"""The SFTP server is reached at approved addresses only, at every reconnect."""

import pytest
from hub_adapter_file_drop import FileDropIn
from lgsp_adapter import Context, Fatal, Retryable
from lgsp_adapter.guard import UNSAFE_LOOPBACK, AddressRefused
from lgsp_adapter.testing.guarded import answering, listening, nobody_came
from sandbox_file_drop import SftpAgency

NAME = "sftp.so-mau.example"
BODY = {"content": "body", "type": "vn.gov.dossier.received.v1", "ready": "rename"}
HERE = (UNSAFE_LOOPBACK,)


@pytest.fixture
def listener():
    with listening() as made:
        yield made


async def opened(over_sftp, agency, networks, **place):
    async def key(_name):
        return agency.private_key

    made = FileDropIn(FileDropIn.config_of({**over_sftp(**place), **BODY}))
    await made.open(Context("test", resolvers={"test": key}, networks=networks), None)
    return made


@pytest.mark.parametrize("networks", [(), ("10.20.0.0/16",), ("127.0.0.0/8",)])
@pytest.mark.parametrize("host", ["127.0.0.1", NAME])
async def test_what_is_not_approved_gets_no_packet(
    host, networks, listener, agency, over_sftp, monkeypatch
):
    answering(monkeypatch, ["127.0.0.1"])
    place = {"host": host, "port": listener.getsockname()[1]}
    made = await opened(over_sftp, agency, networks, **place)
    with pytest.raises(AddressRefused):
        await made.read(1)
    await made.close()
    assert nobody_came(listener)


async def test_it_connects_to_the_checked_address_and_asks_anew_when_the_line_broke(
    tmp_path, agency, over_sftp, monkeypatch
):
    # No name server knows the name: a library that asked again would not arrive.
    asked = answering(monkeypatch, ["127.0.0.2", "127.0.0.1"], ["10.30.0.1"])
    (tmp_path / "a.json").write_text("{}", encoding="utf-8")
    made = await opened(over_sftp, agency, HERE, host=NAME)
    agency.faults.cut_after_reads = 0
    with pytest.raises(Retryable):
        await made.read(1)
    assert agency.logins > 0
    assert asked == [NAME]
    with pytest.raises(AddressRefused):
        await made.read(1)
    await made.close()
    assert asked == [NAME, NAME]


async def test_the_host_key_is_asked_for_over_a_pinned_address_too(
    tmp_path, agency, over_sftp, monkeypatch
):
    answering(monkeypatch, ["127.0.0.1"])
    other = SftpAgency(tmp_path).host_key
    made = await opened(over_sftp, agency, HERE, host=NAME, host_key=other)
    with pytest.raises(Fatal):
        await made.read(1)
    await made.close()
    assert agency.logins == 0
