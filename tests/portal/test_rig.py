"""What the other tests here run on does what it says."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import container_images
import psycopg
import pytest
from postgresql import main


def test_a_server_has_databases_of_their_own_and_asks_for_its_password(postgresql):
    with psycopg.connect(postgresql.new_database("first")) as connection:
        connection.execute("CREATE TABLE things (id int)")
    with psycopg.connect(postgresql.new_database("second")) as connection:
        found = connection.execute("SELECT to_regclass('things')").fetchone()
    assert found == (None,)

    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(postgresql.url().replace(postgresql.password, "another"))


def test_a_server_listens_on_loopback_only(postgresql):
    with psycopg.connect(postgresql.url()) as connection:
        listening = connection.execute("SHOW listen_addresses").fetchone()
        sockets = connection.execute("SHOW unix_socket_directories").fetchone()
    assert (listening, sockets) == (("127.0.0.1",), ("",))


def test_a_server_ends_with_the_process_that_needs_it_even_if_that_is_killed():
    code = (
        "import postgresql, time\n"
        "with postgresql.running_postgresql() as server: print(server.url(), flush=True); time.sleep(60)"
    )
    folder = Path(__file__).parent
    environment = os.environ | {"PYTHONPATH": f"{folder}{os.pathsep}{folder.parent}"}
    with subprocess.Popen(  # noqa: S603
        [sys.executable, "-c", code], env=environment, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        with psycopg.connect(url) as connection:
            row = connection.execute("SHOW data_directory").fetchone()
            assert row is not None
            data = Path(row[0])
            process.send_signal(signal.SIGKILL)
            with pytest.raises(psycopg.OperationalError, match="terminat"):
                connection.execute("SELECT pg_sleep(30)")
    (data.parent / "password").unlink()


def test_a_command_runs_on_a_server_and_its_exit_code_is_kept():
    code = (
        "import os, sys; sys.exit(7 * ('@127.0.0.1:' in os.environ['USER_MANAGER_DATABASE_URL']))"
    )
    assert main([sys.executable, "-c", code]) == 7


def test_an_image_is_built_and_runs_without_rights(base_image, tmp_path):
    (tmp_path / "Dockerfile").write_text(
        'ARG BASE\nFROM ${BASE}\nARG WORD\nRUN echo "$WORD" > /word\nUSER 10001:10001\n'
    )
    name = "localhost/profiles-management-rig"
    container_images.build(name, tmp_path, base=base_image, arguments={"WORD": "built"})
    code = "import os; print(os.getuid(), open('/word').read().strip(), os.access('/', os.W_OK))"

    assert container_images.run(name, "python3", "-c", code) == "10001 built False\n"
    container_images.remove(name)


def test_a_container_in_the_background_is_told_to_end(base_image):
    code = "import signal; print('up', flush=True); signal.sigwait([signal.SIGTERM]); print('end')"
    start = f"import signal; signal.pthread_sigmask(0, [signal.SIGTERM]); {code}"
    with container_images.running(base_image, "python3", "-u", "-c", start) as container:
        assert container.run("cat", "/proc/1/comm") == "python3\n"
        assert container.stop() == 0
        assert container.logs() == "up\nend\n"
