// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "design/design.hpp"
#include "design/diagnostic.hpp"

namespace leadlag {

/// What the command line adds to a blueprint.
struct ReadOptions {
  std::vector<std::string> presets;                           ///< applied in order, before the settings
  std::vector<std::pair<std::string, std::string>> settings;  ///< path -> value as text, the last wins
  std::string technology_folder;                              ///< where technology names are looked up
};

/// Reads and validates a blueprint. Throws DesignError with ALL problems at once, or returns a Design in
/// which every name is resolved and every number is in its range.
Design read_design(const std::string& path, const ReadOptions& options);
/// The same from text already in memory; `file` names it in diagnostics.
Design parse_design(const std::string& file, const std::string& text, const ReadOptions& options);

/// Reads a technology file. A number without a source is an error; a number that is not stated takes the
/// default of Technology and is marked as assumed.
Technology read_technology(const std::string& path);

/// JSON Schema (draft 2020-12) of a blueprint, from the same parameter tables that the reader uses.
std::string blueprint_schema();

/// Parameter table of one block kind as Markdown, or of all kinds' names; for `leadlag blocks` and the docs.
std::vector<std::string> block_kinds();
std::string block_table(const std::string& kind);

}  // namespace leadlag
