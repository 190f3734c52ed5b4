# SPDX-License-Identifier: Apache-2.0
"""A simple loop over pymodbus, like libmodbus-loop.c: polls each unit in turn, then sleeps to the next instant.

usage: pymodbus-loop.py rtu UNITS INTERVAL_MS TIMEOUT_MS DEVICE BAUD
       pymodbus-loop.py tcp UNITS INTERVAL_MS TIMEOUT_MS PORT...
"""

import inspect
import logging
import sys
import time

from pymodbus.client import ModbusSerialClient, ModbusTcpClient
from pymodbus.exceptions import ModbusException

logging.disable(logging.CRITICAL)


def connections(mode, timeout, rest):
    """Creates the clients, without retries: a silent unit costs one timeout."""
    if mode == "rtu":
        made = [ModbusSerialClient(rest[0], baudrate=int(rest[1]), timeout=timeout, retries=0)]
    else:
        made = [ModbusTcpClient("127.0.0.1", port=int(port), timeout=timeout, retries=0) for port in rest]
    for client in made:
        # pymodbus 3.0 cuts the timeout to whole seconds.
        if hasattr(client, "params"):
            client.params.timeout = timeout
    return made


def unit_keyword(client):
    """The name of the unit parameter: `slave` up to pymodbus 3.9, then `device_id`."""
    names = inspect.signature(client.read_discrete_inputs).parameters
    return "device_id" if "device_id" in names else "slave"


def ask_all(client, keyword, units):
    """Polls each unit once. Newer releases raise an exception where older ones return an error."""
    for unit in range(1, units + 1):
        try:
            client.read_discrete_inputs(0, count=1, **{keyword: unit})
        except ModbusException:
            client.connect()


def main():
    mode, units, interval, timeout = sys.argv[1], *map(int, sys.argv[2:5])
    clients = connections(mode, timeout / 1000, sys.argv[5:])
    for client in clients:
        if not client.connect():
            sys.exit("pymodbus-loop: cannot connect")
    keyword = unit_keyword(clients[0])
    step = interval / 1000
    instant = time.monotonic()
    while True:
        for client in clients:
            ask_all(client, keyword, units)
        if step:
            late = max(0, time.monotonic() - instant)
            instant += (late // step + 1) * step
            time.sleep(max(0, instant - time.monotonic()))


main()
