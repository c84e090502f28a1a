"""The twin as a process of its own: `python -m tests.fakes.stripe_twin` prints the port that it answers on."""

import sys

from tests.fakes.stripe_twin.wire import Server


def main() -> None:
    server = Server(("127.0.0.1", int(sys.argv[1]) if len(sys.argv) > 1 else 0))
    sys.stdout.write(f"{server.server_port}\n")
    sys.stdout.flush()
    server.serve_forever()


main()
