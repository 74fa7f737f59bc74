"""Programs that tests end as Ctrl+C does."""

import signal
import subprocess


def started(command, **options):
    """The program, heeding Ctrl+C also where the tests do not: in the background a shell has them ignore it."""
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL), **options
    )
