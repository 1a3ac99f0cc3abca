"""pyroute2: PROGRAM JOB COUNT, and a line of JSON for each line that is read."""

import json
import socket
import sys
import time

from pyroute2 import IPRoute

ip = IPRoute()
SO_RCVBUFFORCE = 33


def lookup(count):
    for i in range(count):
        ip.route("get", dst=f"192.0.2.{3 + i % 200}")
    return count


def insert(count, before):
    oif = ip.link_lookup(ifname="v0")[0]
    for i in range(count):
        ip.route(
            "add",
            dst=f"10.{i >> 16}.{i >> 8 & 255}.{i & 255}/32",
            gateway="192.0.2.2",
            oif=oif,
            table=1000 + before,
        )
    return count


def events(count):
    seen = 0
    while seen < count:
        seen += len(ip.get())
    return seen


jobs = {
    "routes": lambda count, before: len(list(ip.get_routes(family=socket.AF_INET))),
    "links": lambda count, before: len(list(ip.get_links())),
    "neighbours": lambda count, before: len(list(ip.get_neighbours(family=socket.AF_INET))),
    "lookup": lambda count, before: lookup(count),
    "insert": insert,
    "events": lambda count, before: events(count),
}

job, count = jobs[sys.argv[1]], int(sys.argv[2])
if sys.argv[1] == "events":
    ip.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 1 << 29)
    ip.bind(groups=1 << 6)
print("ready", flush=True)
for before, _ in enumerate(sys.stdin):
    wall, cpu, everything = time.monotonic_ns(), time.thread_time_ns(), time.process_time_ns()
    seen = job(count, before)
    cpu, everything = time.thread_time_ns() - cpu, time.process_time_ns() - everything
    wall = time.monotonic_ns() - wall
    print(json.dumps({"cpu": cpu, "process": everything, "wall": wall, "count": seen}), flush=True)
