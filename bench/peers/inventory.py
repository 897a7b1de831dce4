"""The host, for pyinfra."""

import os

production = [
    (
        "127.0.0.1",
        {
            "ssh_user": "ubuntu",
            "ssh_port": int(os.environ["BENCH_PORT"]),
            "ssh_key": os.environ["BENCH_KEY"],
            "ssh_known_hosts_file": os.environ["BENCH_KNOWN_HOSTS"],
        },
    )
]
