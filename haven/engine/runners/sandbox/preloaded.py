"""Preloaded: what the server of a worker pool loads before it makes workers.

In, Out nothing; the library of system calls is found once and not by each worker
Why     finding it starts a program, which takes as long as all the rest of a worker's start
Not     here: using it (syscalls.py)
"""

from haven.engine.runners.sandbox import syscalls

syscalls.preload()
