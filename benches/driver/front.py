"""nginx in front, as `keystile nginx` prints it; and the same with an nginx in the gate's place."""

import http.client
import shutil
import socket
import subprocess

from . import cost
from .ask import filled
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

ANSWERING = "server {{ listen 127.0.0.1:{port}; access_log off; {headers} return 200; }}"

# What an nginx says by itself.
OWN = {"date", "server", "connection", "content-length"}


def through_nginx(worlds):
    """Requests per second through either, all on one core; and beside an nginx that says as much as the gate."""
    need_nginx()
    world = worlds.of()
    question = world.folder / "front-question.txt"
    question.write_text(QUESTION)
    bare, telling = free_port(), free_port()
    started = [nginx(world.folder / "stub", bare, ANSWERING.format(port=bare, headers=""))]
    try:
        stub = ANSWERING.format(port=telling, headers=headers_of(world))
        started.append(nginx(world.folder / "telling", telling, stub))
        loads = []
        for gate in (bare, telling, world.port):
            port = free_port()
            server = nginx(world.folder / f"front-{gate}", port, before(world, gate, port))
            started.append(server)
            loads.append(cost.load_of(world, server=server, port=port, question=question))
        *floors, gate = loads
        ratios = [cost.compare(floor, gate, worlds.pairs).per_second for floor in floors]
        return f"{ratios[0]:.2f}; {ratios[1]:.2f} beside one that sends the gate's headers"
    finally:
        for server in started:
            server.end()


def headers_of(world):
    """The header of an answer of the gate's, as an nginx is told to send it."""
    question = filled(world.folder / "question.txt", world.routes, b"probe-probe")
    with socket.create_connection(("127.0.0.1", world.port)) as there:
        there.sendall(question.replace(b"@KEY@", world.secrets.read_bytes().split()[0]))
        answer = http.client.HTTPResponse(there)
        answer.begin()
    if answer.status != 200:
        raise cost.Unexpected(f"/verify answers {answer.status}")
    lines = ((name.lower(), value) for name, value in answer.getheaders())
    return " ".join(f"add_header {name} '{value}';" for name, value in lines if name not in OWN)


def before(world, gate, port):
    """The printed configuration, with `gate` in the gate's place, and a back end that answers at once."""
    api = free_port()
    words = [world.programs["keystile"], "--config", world.folder / "config.toml", "nginx", "bench"]
    words += ["--listen", f"127.0.0.1:{port}", "--upstream", f"127.0.0.1:{api}"]
    words += ["--log-folder", world.folder]
    printed = subprocess.run(words, check=True, capture_output=True, text=True).stdout
    assert f"server 127.0.0.1:{world.port} " in printed, "the gate is in the printed configuration"
    printed = printed.replace(f"server 127.0.0.1:{world.port} ", f"server 127.0.0.1:{gate} ")
    return printed + ANSWERING.format(port=api, headers="")


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
