// SPDX-License-Identifier: Apache-2.0
// libgpiod 2.x: one descriptor for all lines of a request, numbered edges, debounce in the kernel.
#include <gpiod.h>

#ifndef GPIOD_LINE_BULK_MAX_LINES

#include <errno.h>
#include <stdlib.h>

#include "Common.h"

enum {
    /// Edges read in one call.
    BATCH = 64,
};

struct cgpiod_chip {
    struct gpiod_chip *raw;
    struct gpiod_chip_info *info;
};

struct cgpiod_request {
    struct gpiod_line_request *raw;
    struct gpiod_edge_event_buffer *buffer;
    size_t count;
};

int cgpiod_abi(void)
{
    return 2;
}

const char *cgpiod_version(void)
{
    return gpiod_api_version();
}

struct cgpiod_chip *cgpiod_open_chip(const char *path)
{
    struct cgpiod_chip *chip = calloc(1, sizeof *chip);
    if (!chip)
        return NULL;
    chip->raw = gpiod_chip_open(path);
    chip->info = chip->raw ? gpiod_chip_get_info(chip->raw) : NULL;
    if (!chip->info) {
        int code = errno;
        if (chip->raw)
            gpiod_chip_close(chip->raw);
        free(chip);
        errno = code;
        return NULL;
    }
    return chip;
}

void cgpiod_close_chip(struct cgpiod_chip *chip)
{
    gpiod_chip_info_free(chip->info);
    gpiod_chip_close(chip->raw);
    free(chip);
}

const char *cgpiod_chip_name(const struct cgpiod_chip *chip)
{
    return gpiod_chip_info_get_name(chip->info);
}

const char *cgpiod_chip_label(const struct cgpiod_chip *chip)
{
    return gpiod_chip_info_get_label(chip->info);
}

unsigned cgpiod_chip_line_count(const struct cgpiod_chip *chip)
{
    return (unsigned)gpiod_chip_info_get_num_lines(chip->info);
}

static enum cgpiod_bias bias_from(enum gpiod_line_bias bias)
{
    switch (bias) {
    case GPIOD_LINE_BIAS_DISABLED:
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
    struct gpiod_line_info *line = gpiod_chip_get_line_info(chip->raw, offset);
    if (!line)
        return -1;
    copy_name(info->name, gpiod_line_info_get_name(line));
    copy_name(info->consumer, gpiod_line_info_get_consumer(line));
    info->used = gpiod_line_info_is_used(line);
    info->output = gpiod_line_info_get_direction(line) == GPIOD_LINE_DIRECTION_OUTPUT;
    info->active_low = gpiod_line_info_is_active_low(line);
    info->bias = bias_from(gpiod_line_info_get_bias(line));
    gpiod_line_info_free(line);
    return 0;
}

static enum gpiod_line_bias bias_of(const struct cgpiod_line *line)
{
    switch (line->bias) {
    case CGPIOD_BIAS_AS_IS:
        return GPIOD_LINE_BIAS_AS_IS;
    case CGPIOD_BIAS_DISABLED:
        return GPIOD_LINE_BIAS_DISABLED;
    case CGPIOD_BIAS_PULL_UP:
        return GPIOD_LINE_BIAS_PULL_UP;
    case CGPIOD_BIAS_PULL_DOWN:
        return GPIOD_LINE_BIAS_PULL_DOWN;
    }
    return GPIOD_LINE_BIAS_AS_IS;
}

static int add_line(struct gpiod_line_config *config, const struct cgpiod_line *line, bool output)
{
    struct gpiod_line_settings *settings = gpiod_line_settings_new();
    if (!settings)
        return -1;
    if (output) {
        gpiod_line_settings_set_direction(settings, GPIOD_LINE_DIRECTION_OUTPUT);
        gpiod_line_settings_set_output_value(
            settings, line->active ? GPIOD_LINE_VALUE_ACTIVE : GPIOD_LINE_VALUE_INACTIVE);
    } else {
        gpiod_line_settings_set_direction(settings, GPIOD_LINE_DIRECTION_INPUT);
        gpiod_line_settings_set_edge_detection(settings, line->edges ? GPIOD_LINE_EDGE_BOTH : GPIOD_LINE_EDGE_NONE);
        gpiod_line_settings_set_event_clock(settings, GPIOD_LINE_CLOCK_MONOTONIC);
        gpiod_line_settings_set_debounce_period_us(settings, line->debounce_us);
    }
    gpiod_line_settings_set_bias(settings, bias_of(line));
    gpiod_line_settings_set_active_low(settings, line->active_low);
    int result = gpiod_line_config_add_line_settings(config, &line->offset, 1, settings);
    int code = errno;
    gpiod_line_settings_free(settings);
    errno = code;
    return result;
}

/// The settings of `count` lines; the caller frees them. NULL with errno.
static struct gpiod_line_config *config_of(const struct cgpiod_line *lines, size_t count, bool outputs)
{
    struct gpiod_line_config *config = gpiod_line_config_new();
    size_t added = 0;
    while (config && added < count) {
        if (add_line(config, &lines[added++], outputs)) {
            int code = errno;
            gpiod_line_config_free(config);
            errno = code;
            return NULL;
        }
    }
    return config;
}

static struct gpiod_line_request *request_configured(
    struct cgpiod_chip *chip, const char *consumer, struct gpiod_line_config *config)
{
    struct gpiod_request_config *options = gpiod_request_config_new();
    if (!options)
        return NULL;
    gpiod_request_config_set_consumer(options, consumer);
    gpiod_request_config_set_event_buffer_size(options, CGPIOD_V2_BUFFER);
    struct gpiod_line_request *request = gpiod_chip_request_lines(chip->raw, options, config);
    int code = errno;
    gpiod_request_config_free(options);
    errno = code;
    return request;
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
    request->count = count;
    request->buffer = gpiod_edge_event_buffer_new(BATCH);
    struct gpiod_line_config *config = request->buffer ? config_of(lines, count, outputs) : NULL;
    request->raw = config ? request_configured(chip, consumer, config) : NULL;
    bool complete = request->raw && !make_nonblocking(gpiod_line_request_get_fd(request->raw));
    int code = errno;
    if (config)
        gpiod_line_config_free(config);
    if (!complete) {
        cgpiod_release(request);
        request = NULL;
    }
    errno = code;
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
    // The new settings replace all old ones, so every line is included. The kernel does not touch unchanged lines.
    struct gpiod_line_config *config = config_of(lines, count, false);
    if (!config)
        return -1;
    int result = gpiod_line_request_reconfigure_lines(request->raw, config);
    int code = errno;
    gpiod_line_config_free(config);
    errno = code;
    return result;
}

void cgpiod_release(struct cgpiod_request *request)
{
    if (request->raw)
        gpiod_line_request_release(request->raw);
    if (request->buffer)
        gpiod_edge_event_buffer_free(request->buffer);
    free(request);
}

size_t cgpiod_descriptor_count(const struct cgpiod_request *request)
{
    (void)request;
    return 1;
}

int cgpiod_descriptor(const struct cgpiod_request *request, size_t index)
{
    (void)index;
    return gpiod_line_request_get_fd(request->raw);
}

int cgpiod_read_edges(struct cgpiod_request *request, size_t index, struct cgpiod_edge *edges, size_t capacity)
{
    (void)index;
    int count = gpiod_line_request_read_edge_events(
        request->raw, request->buffer, capacity < BATCH ? capacity : BATCH);
    if (count < 0)
        return errno == EAGAIN ? 0 : -1;
    for (int i = 0; i < count; i++) {
        struct gpiod_edge_event *event = gpiod_edge_event_buffer_get_event(request->buffer, (unsigned long)i);
        edges[i] = (struct cgpiod_edge){
            .offset = gpiod_edge_event_get_line_offset(event),
            .active = gpiod_edge_event_get_event_type(event) == GPIOD_EDGE_EVENT_RISING_EDGE,
            .timestamp_ns = (int64_t)gpiod_edge_event_get_timestamp_ns(event),
            .line_seqno = gpiod_edge_event_get_line_seqno(event),
            .request_seqno = gpiod_edge_event_get_global_seqno(event),
        };
    }
    return count;
}

int cgpiod_read_values(struct cgpiod_request *request, uint8_t *values)
{
    enum gpiod_line_value read[CGPIOD_MOST_LINES];
    if (gpiod_line_request_get_values(request->raw, read))
        return -1;
    for (size_t i = 0; i < request->count; i++)
        values[i] = read[i] == GPIOD_LINE_VALUE_ACTIVE;
    return 0;
}

int cgpiod_set_values(struct cgpiod_request *request, const uint8_t *values)
{
    enum gpiod_line_value driven[CGPIOD_MOST_LINES];
    for (size_t i = 0; i < request->count; i++)
        driven[i] = values[i] ? GPIOD_LINE_VALUE_ACTIVE : GPIOD_LINE_VALUE_INACTIVE;
    return gpiod_line_request_set_values(request->raw, driven);
}

#endif
