"""Runs a program and writes its status and peak memory to a descriptor: launch.py FD PROGRAM ARGUMENT...

A process starts with the peak memory of whoever forked it (Linux keeps ru_maxrss over exec), and pytest is fat.  So
the forking is done by this small interpreter: the figure has a floor of some 10 MB, and is exact above it.
"""

import os
import signal
import sys

report, argv = int(sys.argv[1]), sys.argv[2:]
pid = os.fork()
if pid == 0:
    os.close(report)
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # Python ignores it, and exec would keep that
    try:
        os.execv(argv[0], argv)
    except OSError as reason:
        os.write(2, f"{argv[0]}: {reason.strerror}\n".encode())
        os._exit(127)
for unused in (0, 1, 2):
    os.close(unused)  # the program alone holds the pipes, so that they end when it ends
_, status, usage = os.wait4(pid, 0)
os.write(report, f"{os.waitstatus_to_exitcode(status)} {usage.ru_maxrss}\n".encode())
