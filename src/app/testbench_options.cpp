// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "app/commands.hpp"
#include "app/testbench.hpp"
#include "design/diagnostic.hpp"
#include "design/values.hpp"

namespace leadlag {
namespace {

/// Texts of the command line -> typed values; collects what is wrong.
class OptionsReader {
 public:
  explicit OptionsReader(const TestbenchCommand& command) : command_(command) {}

  std::string text(const std::string& name) const {
    const auto found = command_.options.find(name);
    return found == command_.options.end() ? "" : found->second;
  }
  template <class Q>
  std::optional<Q> quantity(const std::string& name) {
    const auto value = number(name, Q::dimension, true);
    return value ? std::optional<Q>(Q{*value}) : std::nullopt;
  }
  std::optional<double> plain(const std::string& name, bool positive) { return number(name, {}, positive); }
  template <class I>
  std::optional<I> whole(const std::string& name, double low, double high) {
    const auto value = number(name, {}, false);
    if (!value) return std::nullopt;
    if (*value >= low && *value <= high && *value == std::floor(*value)) return static_cast<I>(*value);
    fail(name, "out-of-range",
         "it needs a whole number from " + plain_number(low) + " to " + plain_number(high));
    return std::nullopt;
  }
  void fail(const std::string& name, const std::string& id, const std::string& why) {
    found_.push_back({id, {}, why, "--" + name + " " + text(name)});
  }
  void finish() const {
    if (!found_.empty()) throw DesignError(command_.blueprint, found_);
  }

 private:
  std::optional<double> number(const std::string& name, const Dimension& dimension, bool positive) {
    if (command_.options.find(name) == command_.options.end()) return std::nullopt;
    std::string problem;
    const auto value = parse_quantity(text(name), problem);
    if (!value) {
      fail(name, "bad-number", "it needs " + describe(dimension) + ", but " + problem);
    } else if (!(value->dimension == dimension)) {
      fail(name, "bad-unit", "it needs " + describe(dimension));
    } else if (positive && !(value->si > 0.0)) {
      fail(name, "out-of-range", "it must be more than 0");
    } else {
      return value->si;
    }
    return std::nullopt;
  }

  const TestbenchCommand& command_;
  std::vector<Diagnostic> found_;
};

BenchKind kind_of(const std::string& name) {
  const auto& names = Names<BenchKind>::value;
  for (std::size_t k = 0; k < names.size(); ++k) {
    if (names[k] == name) return static_cast<BenchKind>(k);
  }
  throw UsageError("no measurement '" + name + "'" + suggestion(name, {names.begin(), names.end()}));
}

std::vector<std::string> blocks_of(OptionsReader& reader, const std::string& name) {
  std::vector<std::string> blocks;
  std::istringstream list(reader.text(name));
  for (std::string block; std::getline(list, block, ',');) {
    const bool known =
        std::find(mismatched_blocks.begin(), mismatched_blocks.end(), block) != mismatched_blocks.end();
    if (!known)
      reader.fail(name, "unknown-name",
                  "a transistor deck has no block '" + block + "'" +
                      suggestion(block, {mismatched_blocks.begin(), mismatched_blocks.end()}));
    blocks.push_back(block);
  }
  return blocks;
}

void read_mismatch(OptionsReader& reader, SpiceOptions& o) {
  const auto seed = reader.whole<std::int64_t>("mismatch", 0, 1e15);
  DeckMismatch mismatch;
  mismatch.only = blocks_of(reader, "mismatch-only"), mismatch.except = blocks_of(reader, "mismatch-except");
  o.draws = reader.whole<int>("mismatch-draws", 1, 100000);
  for (const char* name : {"mismatch-only", "mismatch-except", "mismatch-draws"}) {
    if (!reader.text(name).empty() && reader.text("mismatch").empty())
      reader.fail(name, "illegal-combination", "it needs --mismatch SEED");
  }
  if (!reader.text("mismatch").empty() && o.level != SpiceLevel::transistor)
    reader.fail("mismatch", "illegal-combination", "only --level transistor has transistors to draw");
  if (!seed) return;
  mismatch.seed = static_cast<std::uint64_t>(*seed);
  std::ifstream library(spice_folder() + "/transistor.lib");
  std::ostringstream text;
  text << library.rdbuf();
  mismatch.library = text.str();
  o.mismatch = mismatch;
}

}  // namespace

TestbenchOptions read_testbench_options(const TestbenchCommand& command) {
  TestbenchOptions o;
  o.kind = kind_of(command.kind);
  OptionsReader reader(command);
  for (const BenchOption& option : bench_options) {
    const std::string name(option.name);
    const bool taken =
        (" " + std::string(option.kinds) + " ").find(" " + command.kind + " ") != std::string::npos;
    if (command.options.count(name) != 0 && !taken) {
      reader.fail(
          name, "illegal-combination",
          "testbench " + command.kind + " does not take it; it belongs to " + std::string(option.kinds));
    }
  }
  o.ends = {reader.text("of"), reader.text("from"), reader.text("to")};
  o.offset = reader.plain("offset", false);
  const auto amplitude = reader.plain("amplitude", true), tolerance = reader.plain("tolerance", true);
  const auto min = reader.quantity<Frequency>("min"), max = reader.quantity<Frequency>("max");
  const auto duration = reader.quantity<Time>("duration");
  o.ac = {.min = min,
          .max = max,
          .points = o.kind == BenchKind::ac ? reader.whole<int>("points", 1, 10000) : std::nullopt,
          .amplitude = amplitude,
          .tolerance = tolerance};
  o.step = {.amplitude = amplitude,
            .tolerance = tolerance,
            .settle_to = reader.plain("settle-to", true),
            .duration = duration};
  if (o.step.settle_to && *o.step.settle_to >= 1.0)
    reader.fail("settle-to", "out-of-range", "it is a share of the step, less than 1");
  o.chirp = {.min = min, .max = max, .amplitude = amplitude, .tolerance = tolerance, .duration = duration};
  o.settle = {.amplitude = amplitude};
  o.linearity = {
      .amplitude = amplitude,
      .tolerance = tolerance,
      .points = o.kind == BenchKind::linearity ? reader.whole<int>("points", 32, 1024) : std::nullopt};
  o.noise = {.cycles = o.kind == BenchKind::noise ? reader.whole<std::int64_t>("cycles", 1 << 15, 1e9)
                                                  : std::nullopt,
             .tolerance = tolerance};
  o.retention = {.duration = duration, .tolerance = tolerance};
  o.mismatch = {.dies = reader.whole<int>("dies", 5, 100000)};
  const std::string sweep = reader.text("sweep");
  if (sweep == "linear") o.chirp.sweep = waveform::Sweep::linear;
  if (!sweep.empty() && o.kind == BenchKind::gradient) {
    const std::size_t equals = sweep.find('=');
    GradientSweep values{sweep.substr(0, equals), {}};
    for (std::size_t at = equals; at < sweep.size();) {
      const std::size_t end = std::min(sweep.find(',', at + 1), sweep.size());
      if (end > at + 1) values.values.push_back(sweep.substr(at + 1, end - at - 1));
      at = end;
    }
    if (values.path.empty() || values.values.empty())
      reader.fail("sweep", "wrong-type", "it needs PATH=VALUE,VALUE,... such as learning.ep.beta=0.01,0.1,1");
    o.sweep = values;
  } else if (!sweep.empty() && sweep != "linear" && sweep != "exponential")
    reader.fail("sweep", "unknown-name",
                "no sweep is called so" + suggestion(sweep, {"linear", "exponential"}));
  o.gradient = {
      .cycles = o.kind == BenchKind::gradient ? reader.whole<std::int64_t>("cycles", 1, 1e9) : std::nullopt,
      .start = reader.whole<std::int64_t>("start", 0, 1e9)};
  o.spice = {.level = SpiceLevel::behavioural,
             .models = {},
             .step = reader.quantity<Time>("step"),
             .cycles = o.kind == BenchKind::spice ? reader.whole<std::int64_t>("cycles", 2, most_deck_cycles)
                                                  : std::nullopt,
             .tolerance = tolerance,
             .mismatch = {},
             .draws = {}};
  const std::string level = reader.text("level");
  const auto& levels = Names<SpiceLevel>::value;
  const auto known = std::find(levels.begin(), levels.end(), level);
  if (known != levels.end()) o.spice.level = static_cast<SpiceLevel>(known - levels.begin());
  if (known == levels.end() && !level.empty())
    reader.fail("level", "unknown-name",
                "no level is called so" + suggestion(level, {levels.begin(), levels.end()}));
  if (const std::string models = reader.text("models"); !models.empty()) {
    if (!std::filesystem::is_regular_file(models)) reader.fail("models", "no-file", "there is no such file");
    if (o.spice.level != SpiceLevel::transistor)
      reader.fail("models", "illegal-combination", "only --level transistor has models");
    o.spice.models = std::filesystem::absolute(models).string();
  }
  read_mismatch(reader, o.spice);
  o.min_cosine = reader.plain("min-cosine", false);
  if (o.min_cosine && std::abs(*o.min_cosine) > 1.0)
    reader.fail("min-cosine", "out-of-range", "a cosine is from -1 to 1");
  reader.finish();
  return o;
}

}  // namespace leadlag
