// SPDX-License-Identifier: Apache-2.0
#include "CTOML.h"

// toml++ up to 3.4 asserts that a key begins like one before it checks that it does: "[[=" would abort the process, or
// with NDEBUG be undefined (marzer/tomlplusplus pull request 301). Its checks stand on their own; no assertion is needed.
#undef NDEBUG
#define TOML_ASSERT(condition) static_cast<void>(0)
#define TOML_EXCEPTIONS 0
#define TOML_HEADER_ONLY 1
#define TOML_ENABLE_FORMATTERS 0
#include <toml++/toml.h>

#include <algorithm>
#include <cstring>
#include <new>
#include <string_view>
#include <utility>

struct ctoml_document {
    toml::table root;
};

namespace {

const toml::node &node_of(const ctoml_node *node) { return *reinterpret_cast<const toml::node *>(node); }

const ctoml_node *opaque(const toml::node &node) { return reinterpret_cast<const ctoml_node *>(&node); }

ctoml_place place_of(const toml::source_region &region) { return {region.begin.line, region.begin.column}; }

}  // namespace

ctoml_document *ctoml_parse(const char *bytes, size_t length, ctoml_error *error) {
    toml::parse_result result = toml::parse(std::string_view(bytes, length));
    if (!result) {
        const std::string_view description = result.error().description();
        const size_t fitting = std::min(description.size(), sizeof error->description - 1);
        error->place = place_of(result.error().source());
        std::memcpy(error->description, description.data(), fitting);
        error->description[fitting] = 0;
        return nullptr;
    }
    return new (std::nothrow) ctoml_document{std::move(result).table()};
}

void ctoml_free(ctoml_document *document) { delete document; }

const ctoml_node *ctoml_root(const ctoml_document *document) { return opaque(document->root); }

ctoml_kind ctoml_kind_of(const ctoml_node *node) {
    switch (node_of(node).type()) {
        case toml::node_type::table: return CTOML_TABLE;
        case toml::node_type::array: return CTOML_ARRAY;
        case toml::node_type::string: return CTOML_STRING;
        case toml::node_type::integer: return CTOML_INTEGER;
        case toml::node_type::floating_point: return CTOML_FLOAT;
        case toml::node_type::boolean: return CTOML_BOOLEAN;
        default: return CTOML_DATE;
    }
}

ctoml_place ctoml_place_of(const ctoml_node *node) { return place_of(node_of(node).source()); }

size_t ctoml_array_count(const ctoml_node *array) {
    const toml::array *elements = node_of(array).as_array();
    return elements ? elements->size() : 0;
}

const ctoml_node *ctoml_array_element(const ctoml_node *array, size_t index) {
    return opaque((*node_of(array).as_array())[index]);
}

void ctoml_table_visit(const ctoml_node *table, void *context, ctoml_entry_visitor visitor) {
    const toml::table *entries = node_of(table).as_table();
    if (!entries) return;
    for (const auto &[key, value] : *entries) {
        visitor(context, {key.str().data(), key.str().size()}, place_of(key.source()), opaque(value));
    }
}

ctoml_text ctoml_string(const ctoml_node *node) {
    const toml::value<std::string> *value = node_of(node).as_string();
    return value ? ctoml_text{value->get().data(), value->get().size()} : ctoml_text{nullptr, 0};
}

int64_t ctoml_integer(const ctoml_node *node) {
    const toml::value<int64_t> *value = node_of(node).as_integer();
    return value ? value->get() : 0;
}

double ctoml_float(const ctoml_node *node) {
    const toml::value<double> *value = node_of(node).as_floating_point();
    return value ? value->get() : 0;
}

bool ctoml_boolean(const ctoml_node *node) {
    const toml::value<bool> *value = node_of(node).as_boolean();
    return value && value->get();
}
