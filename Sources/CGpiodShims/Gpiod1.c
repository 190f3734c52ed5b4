// SPDX-License-Identifier: Apache-2.0
// libgpiod 1.x: a line belongs to its chip handle, so a request keeps the handle open. Each line has its own
// descriptor.
#include <gpiod.h>

#ifdef GPIOD_LINE_BULK_MAX_LINES

#include <errno.h>
#include <stdlib.h>

#include "Common.h"

struct cgpiod_chip {
    struct gpiod_chip *raw;
    /// Reference count: the owner, and each request.
    unsigned holders;
};

struct cgpiod_request {
    struct cgpiod_chip *chip;
    bool outputs;
    size_t count;
    struct gpiod_line *lines[CGPIOD_MOST_LINES];
};

int cgpiod_abi(void)
{
    return 1;
}

const char *cgpiod_version(void)
{
    return gpiod_version_string();
}

struct cgpiod_chip *cgpiod_open_chip(const char *path)
{
    struct cgpiod_chip *chip = calloc(1, sizeof *chip);
    if (!chip)
        return NULL;
    chip->raw = gpiod_chip_open(path);
    if (!chip->raw) {
        int code = errno;
        free(chip);
        errno = code;
        return NULL;
    }
    chip->holders = 1;
    return chip;
}

void cgpiod_close_chip(struct cgpiod_chip *chip)
{
    if (--chip->holders)
        return;
    gpiod_chip_close(chip->raw);
    free(chip);
}

const char *cgpiod_chip_name(const struct cgpiod_chip *chip)
{
    return gpiod_chip_name(chip->raw);
}

const char *cgpiod_chip_label(const struct cgpiod_chip *chip)
{
    return gpiod_chip_label(chip->raw);
}

unsigned cgpiod_chip_line_count(const struct cgpiod_chip *chip)
{
    return gpiod_chip_num_lines(chip->raw);
}

static enum cgpiod_bias bias_from(int bias)
{
    switch (bias) {
    case GPIOD_LINE_BIAS_DISABLE:
        return CGPIOD_BIAS_DISABLED;
    case GPIOD_LINE_BIAS_PULL_UP:
        return CGPIOD_BIAS_PULL_UP;
    case GPIOD_LINE_BIAS_PULL_DOWN:
        return CGPIOD_BIAS_PULL_DOWN;
    default:
        return CGPIOD_BIAS_AS_IS;
    }
}

int cgpiod_read_line_info(struct cgpiod_chip *chip, unsigned offset, struct cgpiod_line_info *info)
{
    struct gpiod_line *line = gpiod_chip_get_line(chip->raw, offset);
    // The handle caches the line's state, so update it: another process may have taken the line.
    if (!line || gpiod_line_update(line))
        return -1;
    copy_name(info->name, gpiod_line_name(line));
    copy_name(info->consumer, gpiod_line_consumer(line));
    info->used = gpiod_line_is_used(line);
    info->output = gpiod_line_direction(line) == GPIOD_LINE_DIRECTION_OUTPUT;
    info->active_low = gpiod_line_active_state(line) == GPIOD_LINE_ACTIVE_STATE_LOW;
    info->bias = bias_from(gpiod_line_bias(line));
    return 0;
}

static int flags_of(const struct cgpiod_line *line)
{
    int flags = line->active_low ? GPIOD_LINE_REQUEST_FLAG_ACTIVE_LOW : 0;
    switch (line->bias) {
    case CGPIOD_BIAS_AS_IS:
        return flags;
    case CGPIOD_BIAS_DISABLED:
        return flags | GPIOD_LINE_REQUEST_FLAG_BIAS_DISABLE;
    case CGPIOD_BIAS_PULL_UP:
        return flags | GPIOD_LINE_REQUEST_FLAG_BIAS_PULL_UP;
    case CGPIOD_BIAS_PULL_DOWN:
        return flags | GPIOD_LINE_REQUEST_FLAG_BIAS_PULL_DOWN;
    }
    return flags;
}

static int add_line(struct cgpiod_request *request, const char *consumer, const struct cgpiod_line *wanted)
{
    struct gpiod_line *line = gpiod_chip_get_line(request->chip->raw, wanted->offset);
    if (!line)
        return -1;
    struct gpiod_line_request_config config = {
        .consumer = consumer,
        .request_type = request->outputs ? GPIOD_LINE_REQUEST_DIRECTION_OUTPUT : GPIOD_LINE_REQUEST_EVENT_BOTH_EDGES,
        .flags = flags_of(wanted),
    };
    if (gpiod_line_request(line, &config, wanted->active))
        return -1;
    request->lines[request->count++] = line;
    return request->outputs ? 0 : make_nonblocking(gpiod_line_event_get_fd(line));
}

static struct cgpiod_request *request_lines(
    struct cgpiod_chip *chip, const char *consumer, const struct cgpiod_line *lines, size_t count, bool outputs)
{
    if (count < 1 || count > CGPIOD_MOST_LINES) {
        errno = EINVAL;
        return NULL;
    }
    struct cgpiod_request *request = calloc(1, sizeof *request);
    if (!request)
        return NULL;
    request->chip = chip;
    request->outputs = outputs;
    chip->holders++;
    for (size_t i = 0; i < count; i++) {
        if (add_line(request, consumer, &lines[i])) {
            int code = errno;
            cgpiod_release(request);
            errno = code;
            return NULL;
        }
    }
    return request;
}

struct cgpiod_request *cgpiod_request_inputs(
    struct cgpiod_chip *chip, const char *consumer, const struct cgpiod_line *lines, size_t count)
{
    return request_lines(chip, consumer, lines, count, false);
}

struct cgpiod_request *cgpiod_request_outputs(
    struct cgpiod_chip *chip, const char *consumer, const struct cgpiod_line *lines, size_t count)
{
    return request_lines(chip, consumer, lines, count, true);
}

int cgpiod_reconfigure_inputs(struct cgpiod_request *request, const struct cgpiod_line *lines, size_t count)
{
    (void)request;
    (void)lines;
    (void)count;
    errno = ENOTSUP;
    return -1;
}

void cgpiod_release(struct cgpiod_request *request)
{
    for (size_t i = 0; i < request->count; i++)
        gpiod_line_release(request->lines[i]);
    cgpiod_close_chip(request->chip);
    free(request);
}

size_t cgpiod_descriptor_count(const struct cgpiod_request *request)
{
    return request->outputs ? 0 : request->count;
}

int cgpiod_descriptor(const struct cgpiod_request *request, size_t index)
{
    return gpiod_line_event_get_fd(request->lines[index]);
}

int cgpiod_read_edges(struct cgpiod_request *request, size_t index, struct cgpiod_edge *edges, size_t capacity)
{
    struct gpiod_line_event events[CGPIOD_V1_BUFFER];
    struct gpiod_line *line = request->lines[index];
    unsigned most = capacity < CGPIOD_V1_BUFFER ? (unsigned)capacity : CGPIOD_V1_BUFFER;
    int count = gpiod_line_event_read_fd_multiple(gpiod_line_event_get_fd(line), events, most);
    if (count < 0)
        return errno == EAGAIN ? 0 : -1;
    for (int i = 0; i < count; i++) {
        edges[i] = (struct cgpiod_edge){
            .offset = gpiod_line_offset(line),
            .active = events[i].event_type == GPIOD_LINE_EVENT_RISING_EDGE,
            .timestamp_ns = (int64_t)events[i].ts.tv_sec * 1000000000 + events[i].ts.tv_nsec,
        };
    }
    return count;
}

int cgpiod_read_values(struct cgpiod_request *request, uint8_t *values)
{
    for (size_t i = 0; i < request->count; i++) {
        int value = gpiod_line_get_value(request->lines[i]);
        if (value < 0)
            return -1;
        values[i] = (uint8_t)value;
    }
    return 0;
}

int cgpiod_set_values(struct cgpiod_request *request, const uint8_t *values)
{
    for (size_t i = 0; i < request->count; i++) {
        if (gpiod_line_set_value(request->lines[i], values[i]))
            return -1;
    }
    return 0;
}

#endif
