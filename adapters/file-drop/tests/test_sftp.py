import os

import pytest
from file_drop_rig import BODY, SCAN, drop, names, opened, source
from lgsp_adapter import Context, Fatal, Reject, Retryable
from lgsp_adapter.guard import UNSAFE_LOOPBACK
from sandbox_file_drop import SftpAgency


async def test_a_file_without_permission_stops_only_itself(tmp_path, ctx, agency, over_sftp):
    drop(tmp_path, "a.json")
    made = await opened(source(over_sftp(), **BODY), ctx)
    agency.faults.deny = True
    (record,) = await made.read(10)
    assert isinstance(record.message, Reject)
    assert (record.message.code, record.message.peer_code) == ("file_not_readable", "3")
    await made.ack(record.position)
    assert len(names(tmp_path / "error")) == 1
    await made.close()


async def test_a_line_cut_in_the_middle_of_a_file_loses_nothing(
    tmp_path, ctx, agency, objects, over_sftp
):
    content = os.urandom(2_000_000)
    (tmp_path / "a.pdf").write_bytes(content)
    agency.faults.cut_after_reads = 2
    made = await opened(source(over_sftp(), **SCAN), ctx)
    with pytest.raises(Retryable):
        await made.read(10)
    (record,) = await made.read(10)
    assert objects.kept[record.message.objects[0]][0] == content
    assert agency.logins >= 2
    await made.close()


async def test_a_server_with_another_key_is_never_spoken_to(tmp_path, ctx, agency, over_sftp):
    drop(tmp_path, "a.json")
    other = SftpAgency(tmp_path)
    made = await opened(source(over_sftp(host_key=other.host_key), **BODY), ctx)
    with pytest.raises(Fatal):
        await made.read(10)
    assert agency.logins == 0
    await made.close()


async def test_a_key_that_the_server_does_not_know_stops_the_connector(agency, clock, over_sftp):
    async def other(_name):
        return SftpAgency(agency.folder).private_key

    made = source(over_sftp(), **BODY)
    await made.open(
        Context("test", resolvers={"test": other}, now=clock, networks=(UNSAFE_LOOPBACK,)), None
    )
    with pytest.raises(Fatal):
        await made.read(10)
    await made.close()


async def test_what_is_no_key_is_said_without_showing_it(clock, over_sftp):
    async def wrong(_name):
        return "-----BEGIN PRIVATE KEY-----\nbi-mat-mau\n-----END PRIVATE KEY-----\n"

    made = source(over_sftp(), **BODY)
    with pytest.raises(Fatal) as told:
        await made.open(Context("test", resolvers={"test": wrong}, now=clock), None)
    assert "bi-mat" not in f"{told.value!r}{told.value.__cause__!r}{told.value.__context__!r}"
    await made.close()


async def test_a_server_that_is_away_is_retryable_and_comes_back(tmp_path, ctx, agency, over_sftp):
    drop(tmp_path, "a.json")
    made = await opened(source(over_sftp(), **BODY), ctx)
    port = agency.port
    await agency.stop()
    with pytest.raises(Retryable):
        await made.read(10)
    await agency.start(port)
    assert len(await made.read(10)) == 1
    await made.close()


async def test_a_server_without_atomic_replace_still_gets_its_files_moved(
    tmp_path, ctx, agency, over_sftp
):
    agency.faults.without_posix_rename = True
    drop(tmp_path, "a.json")
    made = await opened(source(over_sftp(), **BODY), ctx)
    (record,) = await made.read(10)
    await made.ack(record.position)
    assert names(tmp_path) == ["done"]
    await made.close()
