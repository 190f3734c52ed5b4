// SPDX-License-Identifier: Apache-2.0
// One API for GPIO inputs and outputs over both versions of libgpiod: 1.6 (kernel ABI v1, one descriptor for each line)
// and 2.x (ABI v2, one descriptor for a request of up to 64 lines). Every function sets errno when it fails.
#ifndef CGPIODSHIMS_H
#define CGPIODSHIMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    /// The most lines in one request.
    CGPIOD_MOST_LINES = 64,
    /// The size of a name with its NUL (linux/gpio.h, GPIO_MAX_NAME_SIZE).
    CGPIOD_NAME_SIZE = 32,
    /// How many edges ABI v1 keeps for a line. After a batch of this size, newer edges may be lost.
    CGPIOD_V1_BUFFER = 16,
    /// How many edges ABI v2 keeps for a request, at most (gpiolib-cdev.c, linereq_create: 16 times the most lines).
    /// This much is always requested, whatever the number of lines: 48 KiB of kernel memory for each request.
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
    /// AS_IS if the kernel does not know.
    enum cgpiod_bias bias;
};

struct cgpiod_line {
    uint32_t offset;
    enum cgpiod_bias bias;
    bool active_low;
    /// The kernel's debounce period in microseconds; 1.x ignores it.
    uint32_t debounce_us;
    /// Inputs: whether both edges are reported; always with 1.x.
    bool edges;
    /// Outputs: the initial value; active_low is applied.
    bool active;
};

struct cgpiod_edge {
    uint32_t offset;
    /// Whether the line became active.
    bool active;
    /// Time stamp, CLOCK_MONOTONIC.
    int64_t timestamp_ns;
    /// The number of this line's edge, counted from 1, lost edges included; 0 if the ABI does not count.
    uint64_t line_seqno;
    /// The number of the edge among all lines of the request, counted from 1 in the order of their interrupts; 0 if the
    /// ABI does not count.
    uint64_t request_seqno;
};

/// The kernel ABI that the library uses, 1 or 2, and the library's version text.
int cgpiod_abi(void);
const char *cgpiod_version(void);

/// Opens the chip at `path`, a character device. NULL with errno: ENOENT, EACCES, and ENOTTY or ENODEV if it is no
/// chip.
struct cgpiod_chip *cgpiod_open_chip(const char *path);

/// Closes `chip`. Its requests stay valid until each is released.
void cgpiod_close_chip(struct cgpiod_chip *chip);

/// The kernel's name, the driver's label, the number of lines. The texts are valid as long as `chip`.
const char *cgpiod_chip_name(const struct cgpiod_chip *chip);
const char *cgpiod_chip_label(const struct cgpiod_chip *chip);
unsigned cgpiod_chip_line_count(const struct cgpiod_chip *chip);

/// What the kernel reports of a line now. Returns 0 or -1.
int cgpiod_read_line_info(struct cgpiod_chip *chip, unsigned offset, struct cgpiod_line_info *info);

/// Requests 1...64 lines of `chip` as inputs, all of them or none. NULL with errno: EBUSY, ENODEV, …
struct cgpiod_request *cgpiod_request_inputs(
    struct cgpiod_chip *chip, const char *consumer, const struct cgpiod_line *lines, size_t count);

/// Changes the settings of an input request: the same lines in the same order. Waiting edges are kept and edge numbers
/// continue. Returns 0 or -1: ENOTSUP from 1.x, which would have to release the lines.
int cgpiod_reconfigure_inputs(struct cgpiod_request *request, const struct cgpiod_line *lines, size_t count);

/// Requests 1...64 lines of `chip` as outputs, all of them or none. NULL with errno: EBUSY, ENODEV, …
struct cgpiod_request *cgpiod_request_outputs(
    struct cgpiod_chip *chip, const char *consumer, const struct cgpiod_line *lines, size_t count);

/// Drives every line of an output request: 1 active, 0 inactive, in the order of the request. Returns 0 or -1.
int cgpiod_set_values(struct cgpiod_request *request, const uint8_t *values);

/// Releases the lines.
void cgpiod_release(struct cgpiod_request *request);

/// The descriptors to wait for: readable when edges wait, hung up when the chip is gone. None for outputs with 1.x.
size_t cgpiod_descriptor_count(const struct cgpiod_request *request);
int cgpiod_descriptor(const struct cgpiod_request *request, size_t index);

/// Reads the edges that wait at the descriptor `index`, at most `capacity`, without blocking.
/// Returns how many, 0 when there are none, -1 on failure.
int cgpiod_read_edges(struct cgpiod_request *request, size_t index, struct cgpiod_edge *edges, size_t capacity);

/// Reads every line of the request: 1 active, 0 inactive, in the order of the request. Returns 0 or -1.
int cgpiod_read_values(struct cgpiod_request *request, uint8_t *values);

#endif
