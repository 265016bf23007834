"""Joins two TUN devices and delays each packet by half of a round trip.

Arguments: the names of the devices, which it makes. It prints "ready" once they exist, and takes the round trip in
milliseconds from each line of its input; it ends, and the devices with it, at the end of its input or by SIGTERM. An
interrupt is meant for the command that started it, which ends it when the servers have gone. Root only.
"""
import fcntl
import os
import select
import signal
import struct
import sys
import time
from collections import deque

TUNSETIFF = 0x400454CA
IFF_TUN = 1
IFF_NO_PI = 0x1000
# In seconds: the kernel wakes a process later than asked by about as much, which is spent looking at the clock instead.
LATE = 0.0001


def device(name):
    opened = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(opened, TUNSETIFF, struct.pack("16sH22x", name.encode(), IFF_TUN | IFF_NO_PI))
    return opened


def forward(devices, orders):
    other = {devices[0]: devices[1], devices[1]: devices[0]}
    waiting = deque()
    delay = 0.0
    while True:
        wait = None if not waiting else max(0.0, waiting[0][0] - time.monotonic() - LATE)
        readable, _, _ = select.select([*devices, orders], [], [], wait)
        for source in readable:
            if source is orders:
                line = orders.readline()
                if not line:
                    return
                delay = float(line) / 2000
                continue
            try:
                while True:
                    packet = os.read(source, 65536)
                    waiting.append((time.monotonic() + delay, other[source], packet))
            except BlockingIOError:
                pass
            except OSError:
                return  # The device is gone with its namespace: nothing is left to be joined.
        while waiting and waiting[0][0] <= time.monotonic():
            _, target, packet = waiting.popleft()
            try:
                os.write(target, packet)
            except OSError:
                pass  # The device is down, or its queue is full: the packet is lost, as on any link.


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # As if it were no program of this machine: it never waits for the programs whose packets it carries.
    os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))
    pair = [device(name) for name in sys.argv[1:3]]
    print("ready", flush=True)
    forward(pair, sys.stdin)
