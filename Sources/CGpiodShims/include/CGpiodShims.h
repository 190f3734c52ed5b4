// SPDX-License-Identifier: Apache-2.0
// One way to watch GPIO inputs and to drive outputs over the two libgpiods: 1.6 (kernel ABI v1, one descriptor for each
// line) and 2.x (ABI v2, one descriptor for a request of up to 64 lines). Every function sets errno where it fails.
#ifndef CGPIODSHIMS_H
#define CGPIODSHIMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    /// The most lines in one request.
    CGPIOD_MOST_LINES = 64,
    /// A name with its NUL, as the kernel cuts it (linux/gpio.h, GPIO_MAX_NAME_SIZE).
    CGPIOD_NAME_SIZE = 32,
    /// The edges that ABI v1 keeps for a line; a batch of just so many may have lost the newest.
    CGPIOD_V1_BUFFER = 16,
    /// The edges that ABI v2 keeps for a request, asked for and granted at most (gpiolib-cdev.c, linereq_create: 16 times
    /// the most lines). All of it, whatever the number of lines: 48 KiB of the kernel's memory for each request.
    CGPIOD_V2_BUFFER = 1024,
};

enum cgpiod_bias { CGPIOD_BIAS_AS_IS, CGPIOD_BIAS_DISABLED, CGPIOD_BIAS_PULL_UP, CGPIOD_BIAS_PULL_DOWN };

struct cgpiod_chip;
struct cgpiod_request;

struct cgpiod_line_info {
    char name[CGPIOD_NAME_SIZE];
    char consumer[CGPIOD_NAME_SIZE];
    bool used;
    bool output;
    bool active_low;
    /// AS_IS where the kernel does not know.
    enum cgpiod_bias bias;
};

struct cgpiod_line {
    uint32_t offset;
    enum cgpiod_bias bias;
    bool active_low;
    /// What the kernel is to debounce, in microseconds; 1.x ignores it.
    uint32_t debounce_us;
    /// Inputs: whether both edges are reported; 1.x cannot go without.
    bool edges;
    /// Outputs: what it is driven to from the first instant on, active_low reckoned in.
    bool active;
};

struct cgpiod_edge {
    uint32_t offset;
    /// Whether the line became active.
    bool active;
    /// CLOCK_MONOTONIC.
    int64_t timestamp_ns;
    /// Counts this line's edges from 1, lost ones included; 0 where the ABI does not count.
    uint64_t line_seqno;
    /// Counts the edges of every line of the request, from 1, in the order of their interrupts; 0 where the ABI does not.
    uint64_t request_seqno;
};

/// Which kernel ABI the library speaks, 1 or 2, and how the library calls its version.
int cgpiod_abi(void);
const char *cgpiod_version(void);

/// Opens the chip at `path`, a character device. NULL with errno: ENOENT, EACCES, ENOTTY or ENODEV for what is no chip.
struct cgpiod_chip *cgpiod_open_chip(const char *path);

/// Closes `chip`; the requests made of it stay good until each is released.
void cgpiod_close_chip(struct cgpiod_chip *chip);

/// The kernel's name, the driver's label, the number of lines; the texts live as long as `chip`.
const char *cgpiod_chip_name(const struct cgpiod_chip *chip);
const char *cgpiod_chip_label(const struct cgpiod_chip *chip);
unsigned cgpiod_chip_line_count(const struct cgpiod_chip *chip);

/// What the kernel says of a line now. Returns 0 or -1.
int cgpiod_read_line_info(struct cgpiod_chip *chip, unsigned offset, struct cgpiod_line_info *info);

/// Requests 1...64 lines of `chip` as inputs: all of them or none. NULL with errno: EBUSY, ENODEV, …
struct cgpiod_request *cgpiod_request_inputs(
    struct cgpiod_chip *chip, const char *consumer, const struct cgpiod_line *lines, size_t count);

/// Sets the lines of a request of inputs anew: the same lines in the same order. Edges that wait are kept and the count
/// of a line goes on. Returns 0 or -1: ENOTSUP from 1.x, which would have to give the lines back.
int cgpiod_reconfigure_inputs(struct cgpiod_request *request, const struct cgpiod_line *lines, size_t count);

/// Requests 1...64 lines of `chip` as outputs: all of them or none. NULL with errno: EBUSY, ENODEV, …
struct cgpiod_request *cgpiod_request_outputs(
    struct cgpiod_chip *chip, const char *consumer, const struct cgpiod_line *lines, size_t count);

/// Drives every line of a request of outputs: 1 active, 0 not, in the order of the request. Returns 0 or -1.
int cgpiod_set_values(struct cgpiod_request *request, const uint8_t *values);

/// Gives the lines back.
void cgpiod_release(struct cgpiod_request *request);

/// The descriptors to wait for: readable when edges wait, hung up when the chip is gone. Outputs have none with 1.x.
size_t cgpiod_descriptor_count(const struct cgpiod_request *request);
int cgpiod_descriptor(const struct cgpiod_request *request, size_t index);

/// Reads what edges wait behind the descriptor `index`, at most `capacity`, without waiting for any.
/// Returns how many, 0 when there are none, -1 on failure.
int cgpiod_read_edges(struct cgpiod_request *request, size_t index, struct cgpiod_edge *edges, size_t capacity);

/// Reads every line of the request: 1 active, 0 not, in the order of the request. Returns 0 or -1.
int cgpiod_read_values(struct cgpiod_request *request, uint8_t *values);

#endif
