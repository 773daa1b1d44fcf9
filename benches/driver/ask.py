"""Asking by hand: many questions on one connection, each answer looked at."""

import itertools
import socket

GROUP = 50


def filled(question, routes, request_id):
    """A question from its file, with an id and the first of the routes; the key is left open."""
    filled = question.read_bytes().replace(b"@ID@", request_id)
    return filled.replace(b"@ROUTE@", routes.read_bytes().split()[0])


def exchange(port, questions, expected):
    """Sends each question; every answer has to begin with `expected`. Answers how many there were."""
    count = 0
    with socket.create_connection(("127.0.0.1", port)) as connection:
        questions = iter(questions)
        while group := list(itertools.islice(questions, GROUP)):
            connection.sendall(b"".join(group))
            for head in _heads(connection, len(group)):
                if not head.startswith(expected):
                    raise SystemExit(f"benches/run: not {expected!r}: {head!r}")
                count += 1
    return count


def _heads(connection, count):
    """The heads of as many answers; a body is as long as its head says."""
    buffer = b""
    while count:
        head, end, rest = buffer.partition(b"\r\n\r\n")
        if end and len(rest) >= (length := _body_bytes(head)):
            yield head
            buffer, count = rest[length:], count - 1
            continue
        more = connection.recv(1 << 16)
        if not more:
            raise SystemExit("benches/run: a connection was closed")
        buffer += more


def _body_bytes(head):
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line.split(b":")[1])
    return 0
