// SPDX-License-Identifier: Apache-2.0
#include "instruments/wave_record.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdint>
#include <vector>

using namespace leadlag;

namespace {

std::vector<Waves::Signal> signals(std::size_t count) {
  return std::vector<Waves::Signal>(count, Waves::Signal{"a", "rate", "0", "V", {}});
}

}  // namespace

TEST_CASE("wave record: short records are kept whole", "[instruments]") {
  WaveRecord record(signals(2), {.exact_values = 20});  // 10 each
  for (int n = 0; n < 10; ++n) record.add(std::vector<double>{1.0 * n, -2.0 * n});
  const Waves waves = record.waves();
  REQUIRE(waves.cycles.size() == 10);
  CHECK(waves.exact == 10);
  CHECK(waves.traced == 10);
  for (std::size_t k = 0; k < 10; ++k) {
    CHECK(waves.cycles[k] == static_cast<std::int64_t>(k) + 1);
    CHECK(waves.signals[0].values[k] == static_cast<double>(k));
    CHECK(waves.signals[1].values[k] == -2.0 * static_cast<double>(k));
  }
}

TEST_CASE("wave record: a long record keeps the extremes of every bucket, in order", "[instruments]") {
  // Against the whole record, for lengths that end within a bucket, at its end and after several mergers.
  for (const std::size_t length : {11U, 14U, 26U, 27U, 100U, 1000U, 1023U}) {
    CAPTURE(length);
    WaveRecord record(signals(1), {.most_exact = 10, .buckets = 8});
    std::vector<double> whole;
    for (std::size_t n = 0; n < length; ++n) {
      whole.push_back(static_cast<double>((n * 7919 + 13) % 1009));  // a permutation: no value twice
      record.add({&whole.back(), 1});
    }
    const Waves waves = record.waves();
    const std::vector<double>& kept = waves.signals[0].values;
    REQUIRE(waves.exact == 10);
    REQUIRE(kept.size() == waves.cycles.size());
    REQUIRE(kept.size() > 10);
    CHECK(kept.size() <= 10 + 2 * 8);
    CHECK(std::is_sorted(waves.cycles.begin(), waves.cycles.end()));
    CHECK(waves.cycles.back() <= static_cast<std::int64_t>(length));
    CHECK(std::equal(kept.begin(), kept.begin() + 10, whole.begin()));
    std::size_t start = 10;
    for (std::size_t k = 10; k < kept.size(); k += 2) {
      const std::size_t end = std::min(length, start + static_cast<std::size_t>(waves.bucket));
      REQUIRE(start < end);
      const auto from = whole.begin() + static_cast<std::ptrdiff_t>(start),
                 to = whole.begin() + static_cast<std::ptrdiff_t>(end);
      const auto [low, high] = std::minmax_element(from, to);
      CHECK(kept[k] == (low < high ? *low : *high));
      CHECK(kept[k + 1] == (low < high ? *high : *low));
      CHECK(waves.cycles[k] == static_cast<std::int64_t>(start) + 1);
      start = end;
    }
    CHECK(start == length);  // nothing is left out
  }
}

TEST_CASE("wave record: many signals share the budget, the rest are counted", "[instruments]") {
  WaveRecord record(signals(7), {.most_signals = 5, .exact_values = 100});
  for (int n = 0; n < 50; ++n) record.add(std::vector<double>{0, 1, 2, 3, 4, 5, 6});
  const Waves waves = record.waves();
  REQUIRE(waves.signals.size() == 5);
  CHECK(waves.left_out == 2);
  CHECK(waves.exact == 20);
  for (std::size_t s = 0; s < 5; ++s) CHECK(waves.signals[s].values.back() == static_cast<double>(s));
}
