"""nginx in front, as `keystile nginx` prints it; and the same with an nginx in the gate's place."""

import shutil
import subprocess

from . import cost
from .world import Server, free_port, until_heard

QUESTION = (
    "GET @ROUTE@ HTTP/1.1\r\nHost: api.bench.example\r\nX-Request-Id: @ID@\r\n"
    "User-Agent: curl/7.88.1\r\nAccept: */*\r\nX-Api-Key: @KEY@\r\n\r\n"
)

MAIN = """
master_process off;
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 1024; }}
http {{
    keepalive_requests 1000000;
    client_body_temp_path {folder}; proxy_temp_path {folder}; fastcgi_temp_path {folder};
    uwsgi_temp_path {folder}; scgi_temp_path {folder};
    {servers}
}}
"""

ANSWERING = "server {{ listen 127.0.0.1:{port}; access_log off; return 200; }}"


def through_nginx(worlds):
    """Requests per second through either, all on one core."""
    need_nginx()
    world = worlds.of()
    question = world.folder / "front-question.txt"
    question.write_text(QUESTION)
    stub = free_port()
    started = [nginx(world.folder / "stub", stub, ANSWERING.format(port=stub))]
    try:
        loads = []
        for gate in (stub, world.port):
            port = free_port()
            server = nginx(world.folder / f"front-{gate}", port, before(world, gate, port))
            started.append(server)
            loads.append(cost.load_of(world, server=server, port=port, question=question))
        return f"{cost.compare(*loads, worlds.pairs).per_second:.2f}"
    finally:
        for server in started:
            server.end()


def before(world, gate, port):
    """The printed configuration, with `gate` in the gate's place, and a back end that answers at once."""
    api = free_port()
    words = [world.programs["keystile"], "--config", world.folder / "config.toml", "nginx", "bench"]
    words += ["--listen", f"127.0.0.1:{port}", "--upstream", f"127.0.0.1:{api}"]
    words += ["--log-folder", world.folder]
    printed = subprocess.run(words, check=True, capture_output=True, text=True).stdout
    assert f"server 127.0.0.1:{world.port} " in printed, "the gate is in the printed configuration"
    printed = printed.replace(f"server 127.0.0.1:{world.port} ", f"server 127.0.0.1:{gate} ")
    return printed + ANSWERING.format(port=api)


def nginx(folder, port, servers):
    """An nginx of one process."""
    folder.mkdir()
    (folder / "nginx.conf").write_text(MAIN.format(folder=folder, servers=servers))
    words = [shutil.which("nginx") or "/usr/sbin/nginx", "-e", folder / "error.log"]
    server = Server([*words, "-c", folder / "nginx.conf"], folder / "nginx.log")
    until_heard(port)
    return server


def need_nginx():
    """Debian's nginx, installed where it is missing."""
    if shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/sbin"):
        return
    subprocess.run(["apt-get", "install", "-y", "-qq", "nginx-light"], check=True)
