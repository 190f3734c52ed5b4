// SPDX-License-Identifier: Apache-2.0
#ifndef CTOML_H
#define CTOML_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// A parsed TOML 1.0 document; owns every node and every text that the functions below give.
typedef struct ctoml_document ctoml_document;

/// A node of a document; lives as long as its document.
typedef struct ctoml_node ctoml_node;

/// UTF-8, not ended by a NUL; lives as long as its document.
typedef struct {
    const char *_Nullable bytes;
    size_t length;
} ctoml_text;

/// A place in the text, counted from 1 in characters; 0 where unknown.
typedef struct {
    uint32_t line;
    uint32_t column;
} ctoml_place;

typedef enum {
    CTOML_TABLE,
    CTOML_ARRAY,
    CTOML_STRING,
    CTOML_INTEGER,
    CTOML_FLOAT,
    CTOML_BOOLEAN,
    /// A date, a time of day, or both.
    CTOML_DATE
} ctoml_kind;

/// Why a text is not TOML; the description is cut to fit and ended by a NUL.
typedef struct {
    ctoml_place place;
    char description[256];
} ctoml_error;

/// Parses `length` bytes of UTF-8; NULL with `error` filled in where they are not TOML.
ctoml_document *_Nullable ctoml_parse(const char *_Nonnull bytes, size_t length, ctoml_error *_Nonnull error);
void ctoml_free(ctoml_document *_Nonnull document);

/// The document's root table.
const ctoml_node *_Nonnull ctoml_root(const ctoml_document *_Nonnull document);

ctoml_kind ctoml_kind_of(const ctoml_node *_Nonnull node);

/// Where a value begins; a table's header, or the brace of an inline table.
ctoml_place ctoml_place_of(const ctoml_node *_Nonnull node);

/// Elements of an array; 0 for any other node.
size_t ctoml_array_count(const ctoml_node *_Nonnull array);
/// An element of an array; `index` is below the count.
const ctoml_node *_Nonnull ctoml_array_element(const ctoml_node *_Nonnull array, size_t index);

/// Called for each entry of a table, in the order of the keys' bytes.
typedef void (*ctoml_entry_visitor)(
    void *_Nullable context, ctoml_text key, ctoml_place key_place, const ctoml_node *_Nonnull value);
/// Visits the entries of a table; none for any other node.
void ctoml_table_visit(
    const ctoml_node *_Nonnull table, void *_Nullable context, ctoml_entry_visitor _Nonnull visitor);

/// The value of a node of that kind; empty, 0 or false for any other node.
ctoml_text ctoml_string(const ctoml_node *_Nonnull node);
int64_t ctoml_integer(const ctoml_node *_Nonnull node);
double ctoml_float(const ctoml_node *_Nonnull node);
bool ctoml_boolean(const ctoml_node *_Nonnull node);

#ifdef __cplusplus
}
#endif

#endif
