// SPDX-License-Identifier: Apache-2.0
// A simple loop over libmodbus, which booth-bench compares with boothd. It polls each unit's first discrete input in
// turn, then sleeps until the next instant of the grid. Runs until it is killed.
#include <errno.h>
#include <modbus.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { most_connections = 64 };

static const char usage[] = "usage: libmodbus-loop rtu UNITS INTERVAL_MS TIMEOUT_MS DEVICE BAUD [SILENCE_US]\n"
                            "       libmodbus-loop tcp UNITS INTERVAL_MS TIMEOUT_MS PORT...\n";

static void fail(const char *what)
{
    fprintf(stderr, "libmodbus-loop: %s: %s\n", what, modbus_strerror(errno));
    exit(1);
}

/// Connects `context` with the response timeout; ends the program on failure.
static modbus_t *connected(modbus_t *context, int timeout_ms)
{
    if (!context)
        fail("new");
    modbus_set_response_timeout(context, timeout_ms / 1000, timeout_ms % 1000 * 1000);
    if (modbus_connect(context))
        fail("connect");
    return context;
}

/// Polls each unit once, each time after waiting `silence_us`, which the library does not do. Answers and failures are
/// ignored.
static void ask_all(modbus_t *context, int units, int silence_us)
{
    struct timespec silence = {.tv_nsec = silence_us * 1000L};
    for (int unit = 1; unit <= units; unit++) {
        uint8_t input;
        if (silence_us)
            clock_nanosleep(CLOCK_MONOTONIC, 0, &silence, 0);
        modbus_set_slave(context, unit);
        modbus_read_input_bits(context, 0, 1, &input);
    }
}

/// Sleeps until the next instant of the grid and stores it in `instant`. Instants missed by a long round are skipped.
static void sleep_to_next(struct timespec *instant, int interval_ms)
{
    if (!interval_ms)
        return;
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    long long step = interval_ms * 1000000LL;
    long long next = instant->tv_sec * 1000000000LL + instant->tv_nsec;
    long long reached = now.tv_sec * 1000000000LL + now.tv_nsec;
    next += ((reached > next ? reached - next : 0) / step + 1) * step;
    instant->tv_sec = next / 1000000000;
    instant->tv_nsec = next % 1000000000;
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, instant, 0);
}

int main(int count, char **arguments)
{
    if (count < 6 || count - 5 > most_connections) {
        fputs(usage, stderr);
        return 64;
    }
    int is_tcp = !strcmp(arguments[1], "tcp");
    int units = atoi(arguments[2]), interval_ms = atoi(arguments[3]), timeout_ms = atoi(arguments[4]);
    int silence_us = !is_tcp && count > 7 ? atoi(arguments[7]) : 0;
    modbus_t *connections[most_connections];
    int connection_count = is_tcp ? count - 5 : 1;
    for (int index = 0; index < connection_count; index++) {
        modbus_t *made = is_tcp ? modbus_new_tcp("127.0.0.1", atoi(arguments[5 + index]))
                                : modbus_new_rtu(arguments[5], count > 6 ? atoi(arguments[6]) : 9600, 'N', 8, 1);
        connections[index] = connected(made, timeout_ms);
    }
    struct timespec instant;
    clock_gettime(CLOCK_MONOTONIC, &instant);
    while (1) {
        for (int index = 0; index < connection_count; index++)
            ask_all(connections[index], units, silence_us);
        sleep_to_next(&instant, interval_ms);
    }
}
