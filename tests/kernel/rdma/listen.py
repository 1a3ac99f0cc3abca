"""Listens for RDMA connections on addresses with ports, given as arguments, until its input ends.

Prints a line when it listens. Speaks to /dev/infiniband/rdma_cm as librdmacm does: rdma/rdma_user_cm.h.
"""
import ctypes
import os
import socket
import struct
import sys

CREATE_ID, LISTEN, BIND = 0, 7, 20
PORT_SPACE_TCP, RELIABLE_CONNECTION, STORAGE = 0x106, 2, 128

device = os.open("/dev/infiniband/rdma_cm", os.O_RDWR)


def command(number, payload, response=0):
    os.write(device, struct.pack("=IHH", number, len(payload), response) + payload)


for argument in sys.argv[1:]:
    address, port = argument.rsplit(":", 1)
    made = ctypes.create_string_buffer(4)
    where = ctypes.addressof(made)
    command(CREATE_ID, struct.pack("=QQHB5x", 1, where, PORT_SPACE_TCP, RELIABLE_CONNECTION), 4)
    (identifier,) = struct.unpack("=I", made.raw)
    name = struct.pack("=H", socket.AF_INET) + struct.pack("!H", int(port)) + socket.inet_aton(address)
    command(BIND, struct.pack("=IHH", identifier, 16, 0) + name.ljust(STORAGE, b"\0"))
    command(LISTEN, struct.pack("=II", identifier, 1))
print("listening", flush=True)
sys.stdin.read()
