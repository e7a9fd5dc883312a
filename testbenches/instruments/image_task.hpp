// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>

#include "instruments/idx.hpp"
#include "instruments/sample_task.hpp"

namespace leadlag {

/// Images of an IDX data set, each held for cycles_per_sample cycles; with task.mirrored, pixels x and then
/// as many -x.
class ImageTask final : public SampleTask {
 public:
  explicit ImageTask(const Design& design);

 private:
  struct Set {
    Idx images, labels;
    std::size_t count() const { return labels.values.size(); }
  };
  static Set load(const std::string& folder, const std::string& stem);
  static Idx pooled(const Idx& images, std::size_t side);
  const Set& set(Shown shown) const { return shown.training ? train_ : test_; }
  std::uint32_t label(Shown shown) const override { return set(shown).labels.values[shown.sample]; }
  void set_inputs(std::int64_t cycle, std::span<double> x) override;

  std::size_t pixels_ = 0;
  bool mirrored_;
  Set train_, test_;
  std::array<double, 256> level_{};  // pixel value -> model units
};

}  // namespace leadlag
