"""How the programs in Python serve: on a free port, which they say, with a clock that can be put forward.

Standard input carries seconds, one number a line; each is answered on standard output. The program ends when it closes.
"""

import datetime
import os
import socket
import sys
import threading

import time_machine


def _follow_orders():
    clock = None
    for line in sys.stdin:
        if clock is None:
            now = datetime.datetime.now(datetime.timezone.utc)
            clock = time_machine.travel(now, tick=True).start()
        clock.shift(datetime.timedelta(seconds=int(line)))
        print(f"clock put forward by {line.strip()} s", flush=True)
    os._exit(0)


def _start(port):
    threading.Thread(target=_follow_orders, daemon=True).start()
    print(f"listening on 127.0.0.1:{port}", flush=True)


def serve_wsgi(app):
    """Flask, Django and their like."""
    import waitress

    server = waitress.create_server(app, host="127.0.0.1", port=0)
    _start(server.effective_port)
    server.run()


def serve_asgi(app):
    """FastAPI and its like."""
    import uvicorn

    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(128)
    _start(listener.getsockname()[1])
    uvicorn.Server(uvicorn.Config(app, log_level="warning")).run(sockets=[listener])
