// SPDX-License-Identifier: Apache-2.0
#include <boost/iostreams/filter/gzip.hpp>
#include <boost/iostreams/filtering_stream.hpp>
#include <catch2/catch.hpp>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <set>

#include "design/reader.hpp"
#include "instruments/bench.hpp"
#include "instruments/continuous_task.hpp"
#include "instruments/idx.hpp"
#include "instruments/image_task.hpp"
#include "instruments/supply_meter.hpp"

using namespace leadlag;
using Catch::Matchers::Contains;
using Catch::Matchers::WithinAbs;
using Catch::Matchers::WithinRel;

namespace {

namespace fs = std::filesystem;

struct Folder {
  fs::path path = fs::temp_directory_path() / ("leadlag-instruments-" + std::to_string(getpid()));
  Folder() { fs::create_directories(path); }
  ~Folder() { fs::remove_all(path); }
  std::string file(const std::string& name) const { return (path / name).string(); }
};

std::string idx_bytes(const std::vector<std::uint32_t>& shape, const std::string& values) {
  std::string bytes("\0\0\x08", 3);
  bytes += static_cast<char>(shape.size());
  for (const std::uint32_t n : shape) {
    for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>((n >> shift) & 0xff);
  }
  return bytes + values;
}

void write(const std::string& path, const std::string& bytes, bool zipped = false) {
  std::ofstream file(path, std::ios::binary);
  if (!zipped) {
    file << bytes;
    return;
  }
  boost::iostreams::filtering_ostream out;
  out.push(boost::iostreams::gzip_compressor());
  out.push(file);
  out << bytes;
}

/// 2x2 images of three classes: image k is k everywhere, its label is k % 3.
void write_set(const Folder& folder, const std::string& stem, std::uint32_t count) {
  std::string images, labels;
  for (std::uint32_t k = 0; k < count; ++k)
    images += std::string(4, static_cast<char>(k)), labels += static_cast<char>(k % 3);
  write(folder.file(stem + "-images-idx3-ubyte"), idx_bytes({count, 2, 2}, images));
  write(folder.file(stem + "-labels-idx1-ubyte.gz"), idx_bytes({count}, labels), true);
}

Design image_design(const Folder& folder, const std::string& chip = "", const std::string& task = "",
                    const std::string& schedule = "") {
  const std::string text =
      "leadlag: 1\nchip: {name: c, technology: cmos180, clock: 1 MHz" + chip + "}\narrays:\n" +
      "  image: {block: input_driver, size: 4}\n  output: {block: prospective_neuron, size: 3, activation: "
      "linear}\n" +
      "crossbars:\n  w: {from: image, to: output, weights: zero, tile: 16x16}\n" +
      "learning: {system: gle}\ntask: {kind: idx_images, data: " + folder.path.string() + task + "}\n" +
      "schedule: {cycles_per_sample: 5, target: [1, 4], plasticity: [2, 5], readout: [3, 5], train_samples: "
      "20, test_samples: 6" +
      schedule + "}\n";
  return parse_design("c.yaml", text, {{}, {}, LEADLAG_TECHNOLOGY_DIR});
}

}  // namespace

TEST_CASE("idx: reads plain and gzipped files, says what is wrong with others", "[idx]") {
  const Folder folder;
  write(folder.file("a"), idx_bytes({2, 3}, "abcdef"));
  write(folder.file("b.gz"), idx_bytes({6}, "abcdef"), true);
  CHECK(read_idx(folder.file("a")).shape == std::vector<std::size_t>{2, 3});
  CHECK(read_idx(folder.file("b")).values == std::vector<std::uint8_t>{'a', 'b', 'c', 'd', 'e', 'f'});
  CHECK_THROWS_WITH(read_idx(folder.file("none")), Contains("no such file"));
  struct Bad {
    std::string bytes, why;
  };
  const std::vector<Bad> bad{{"", "not an IDX file"},
                             {"P5 4 4", "not an IDX file"},
                             {std::string("\0\0\x0d\x01\0\0\0\x01xxxx", 12), "another type"},
                             {std::string("\0\0\x08\x02\0\0\0\x01", 8), "cut short"},
                             {idx_bytes({7}, "abcdef"), "promises 7 values, the file has 6"},
                             {idx_bytes({5}, "abcdef"), "promises 5 values, the file has 6"},
                             {idx_bytes({0xffffffff, 0xffffffff, 0xffffffff}, ""), "too much"}};
  REQUIRE(bad.size() == 7);
  for (const Bad& b : bad) {
    CAPTURE(b.why);
    write(folder.file("bad"), b.bytes);
    CHECK_THROWS_WITH(read_idx(folder.file("bad")), Contains(b.why));
  }
  write(folder.file("c.gz"), "no gzip at all");
  CHECK_THROWS_WITH(read_idx(folder.file("c")), Contains("gzip"));
}

TEST_CASE("image task: an epoch shows every image once, in an order of the seed", "[task]") {
  const Folder folder;
  write_set(folder, "train", 10), write_set(folder, "t10k", 6);
  const auto order = [&](const std::string& seed) {
    const Design design = image_design(folder, ", seed: " + seed);
    ImageTask task(design);
    std::vector<int> shown;
    std::vector<double> x(4), target(3);
    for (std::int64_t n = 0; n < task.cycles(); ++n) {
      task.drive(n, x, target);
      if (n % 5 == 0) shown.push_back(static_cast<int>(std::lround(x[0] * 255.0)));
      CHECK(target[static_cast<std::size_t>(shown.back() % 3)] == 1.0);
    }
    return shown;
  };
  const auto first = order("1");
  REQUIRE(first.size() == 26);  // 20 training images, 6 test images
  CHECK(std::set<int>(first.begin(), first.begin() + 10).size() == 10);
  CHECK(std::set<int>(first.begin() + 10, first.begin() + 20).size() == 10);
  CHECK(std::vector<int>(first.begin(), first.begin() + 10) !=
        std::vector<int>(first.begin() + 10, first.begin() + 20));
  CHECK(std::vector<int>(first.begin() + 20, first.end()) == std::vector<int>{0, 1, 2, 3, 4, 5});
  CHECK(order("1") == first);
  CHECK(order("2") != first);
}

TEST_CASE("image task: windows, standard scaling, replicas", "[task]") {
  const Folder folder;
  write_set(folder, "train", 10), write_set(folder, "t10k", 6);
  const Design design = image_design(
      folder, ", replicas: 2", ", scaling: standard, mean: 0.5, deviation: 0.25", ", reset_state: true");
  ImageTask task(design);
  CHECK(task.cycles() == 5 * (10 + 3));
  const std::size_t lanes = 16;  // two replicas are padded to sixteen lanes
  std::vector<double> x(4 * lanes), target(3 * lanes);
  for (std::int64_t n = 0; n < task.cycles(); ++n) {
    const Frame f = task.drive(n, x, target);
    const std::int64_t cycle = n % 5;
    const bool training = n < 50;
    CHECK(f.target_on == (training && cycle >= 1 && cycle < 4));
    CHECK(f.learn == (training && cycle >= 2));
    CHECK(f.window == (cycle >= 3));
    CHECK(f.reset == (cycle == 0));
    CHECK(task.training_sample_ended(n) == (training && cycle == 4));
    if (n >= 50) {  // test image 2 k + b on replica b, scaled
      const double image = static_cast<double>(2 * ((n - 50) / 5));
      CHECK_THAT(x[0], WithinAbs((image / 255.0 - 0.5) / 0.25, 1e-12));
      CHECK_THAT(x[1], WithinAbs(((image + 1.0) / 255.0 - 0.5) / 0.25, 1e-12));
    }
  }
}

TEST_CASE("image task: mirrored pixels follow on as many pins, with the other sign", "[task]") {
  const Folder folder;
  write_set(folder, "train", 10), write_set(folder, "t10k", 6);
  CHECK_THROWS_WITH(ImageTask(image_design(folder, "", ", mirrored: true")),
                    Contains("4 input") || Contains("8 pixels per image and their mirror images"));
  const Design design = parse_design(
      "c.yaml", image_design(folder, ", replicas: 2", ", scaling: standard, mean: 0.5, deviation: 0.25").text,
      {{}, {{"arrays.image.size", "8"}, {"task.mirrored", "true"}}, LEADLAG_TECHNOLOGY_DIR});
  ImageTask task(design);
  const std::size_t lanes = 16;
  std::vector<double> x(8 * lanes, 77.0), target(3 * lanes);
  std::size_t nonzero = 0;
  for (std::int64_t n = 0; n < task.cycles(); ++n) {
    task.drive(n, x, target);
    for (std::size_t i = 0; i < 4; ++i) {
      for (std::size_t b = 0; b < 2; ++b) {
        REQUIRE(x[(4 + i) * lanes + b] == -x[i * lanes + b]);
        nonzero += x[i * lanes + b] != 0.0 ? 1U : 0U;
      }
    }
  }
  CHECK(nonzero > 100);
}

TEST_CASE("image task: counts what the readout decides", "[task]") {
  const Folder folder;
  write_set(folder, "train", 10), write_set(folder, "t10k", 6);
  const Design design = image_design(folder);
  ImageTask task(design);
  std::vector<double> x(4), target(3);
  for (std::int64_t n = 0; n < task.cycles(); ++n) {
    task.drive(n, x, target);
    // Class 0 always wins: right for images 0, 3 of the six test images.
    const std::vector<double> sum{1.0, 0.5, 0.25};
    task.observe(n, sum, sum);
  }
  REQUIRE(task.results().test_accuracy.has_value());
  CHECK_THAT(*task.results().test_accuracy, WithinAbs(2.0 / 6.0, 1e-12));
  CHECK(task.results().test_samples == 6);
  CHECK(task.results().train_samples == 20);
  REQUIRE_FALSE(task.results().curve.empty());
  CHECK(task.results().curve.back().sample == 20);
}

TEST_CASE("image task: data that do not fit the chip are named", "[task]") {
  const Folder folder;
  write_set(folder, "train", 10);
  write(folder.file("t10k-images-idx3-ubyte"), idx_bytes({1, 2, 2}, "abcd"));
  write(folder.file("t10k-labels-idx1-ubyte"), idx_bytes({2}, "ab"));
  CHECK_THROWS_WITH(ImageTask(image_design(folder)), Contains("1 images but 2 labels"));
  write(folder.file("t10k-labels-idx1-ubyte"), idx_bytes({1}, "a"));
  CHECK_NOTHROW(ImageTask(image_design(folder)));
  std::string labels(10, '\0');
  labels[4] = '\x07';
  fs::remove(folder.file("train-labels-idx1-ubyte.gz"));
  write(folder.file("train-labels-idx1-ubyte"), idx_bytes({10}, labels));
  CHECK_THROWS_WITH(ImageTask(image_design(folder)), Contains("8 classes, the chip has 3"));
}

namespace {

/// A chip that only has a host port: two weights and a time constant, constant gradients.
struct HostOnlyChip final : DieModule {
  std::vector<std::vector<double>> values{{1.0, -2.0}, {0.5}};
  std::vector<std::vector<double>> gradients{{0.25, -0.5}, {-4.0}};
  int takes = 0;

  HostOnlyChip() : DieModule("host_only") { groups_ = {{"w", 2, true}, {"n.tau_m", 1, true}}; }
  void read(std::size_t g, std::span<double> out) const override {
    std::copy(values[g].begin(), values[g].end(), out.begin());
  }
  void write(std::size_t g, std::span<const double> in) override { values[g].assign(in.begin(), in.end()); }
  void take(std::size_t g, std::span<double> out) override {
    ++takes;
    std::copy(gradients[g].begin(), gradients[g].end(), out.begin());
  }
  double probe(bool, std::size_t, const std::string&, std::size_t) const override { return 0.0; }
};

Design host_design(Optimiser optimiser, double rate) {
  Design design;
  design.learning.params.update = UpdateBy::host;
  design.learning.params.optimiser = optimiser;
  design.learning.params.rate = rate;
  design.learning.every = 2;
  design.learning.every_unit = EveryUnit::tick;
  design.learning.tau_m_low = 0.1_us;
  design.chip.time_scale = 1_us;
  return design;
}

}  // namespace

TEST_CASE("host optimiser: sgd steps by the mean of what was accumulated, tau_m keeps its bound", "[host]") {
  HostOnlyChip chip;
  const Design design = host_design(Optimiser::sgd, 0.2);
  HostOptimiser host(chip, design);
  host.after_edge(true, false, 0.2);
  CHECK(chip.takes == 0);
  host.after_edge(false, false, 0.2);  // plasticity was off: not counted
  CHECK(chip.takes == 0);
  host.after_edge(true, false, 0.1);
  CHECK(chip.takes == 2);
  CHECK_THAT(chip.values[0][0], WithinAbs(1.0 + 0.2 * 0.5 * 0.25 / 2, 1e-15));
  CHECK_THAT(chip.values[0][1], WithinAbs(-2.0 - 0.2 * 0.5 * 0.5 / 2, 1e-15));
  CHECK_THAT(chip.values[1][0], WithinAbs(0.5 - 0.2 * 0.5 * 4.0 / 2, 1e-15));
  for (int k = 0; k < 10; ++k) host.after_edge(true, false, 0.2);
  CHECK(chip.values[1][0] == 0.1);
}

TEST_CASE("host optimiser: momentum gathers a geometric series", "[host]") {
  HostOnlyChip chip;
  const Design design = host_design(Optimiser::momentum, 0.1);  // momentum 0.9 by default
  HostOptimiser host(chip, design);
  for (int k = 0; k < 6; ++k) host.after_edge(true, false, 0.1);
  const double g = 0.125;  // three steps move by g, 1.9 g and 2.71 g
  CHECK_THAT(chip.values[0][0], WithinAbs(1.0 + 0.1 * g * (1.0 + 1.9 + 2.71), 1e-14));
}

TEST_CASE("host optimiser: adam's first steps are of size rate whatever the gradient", "[host]") {
  HostOnlyChip chip;
  const Design design = host_design(Optimiser::adam, 1e-3);
  HostOptimiser host(chip, design);
  for (int k = 0; k < 4; ++k) host.after_edge(true, false, 1e-3);
  // With a constant gradient both bias-corrected moments are exact: each step is rate g / (|g| + 1e-8).
  CHECK_THAT(chip.values[0][0], WithinAbs(1.0 + 2e-3, 2e-3 * 1e-7));
  CHECK_THAT(chip.values[0][1], WithinAbs(-2.0 - 2e-3, 2e-3 * 1e-7));
}

TEST_CASE("supply meter: static current, event charge, peak, and what comes after the last edge",
          "[supply]") {
  Activity activity;
  SupplyMeter::Load load{&activity, 2_nA, {}};
  load.charge[static_cast<std::size_t>(Event::hold_sample)] = {1e-15};
  SupplyMeter meter("meter", {load, {nullptr, 1_nA, {}}}, 1_us);
  sc_core::sc_signal<bool> clk{"clk"};
  meter.clk_i(clk);
  sc_core::sc_start(sc_core::SC_ZERO_TIME);
  for (int n = 0; n < 4; ++n) {
    clk.write(true);
    sc_core::sc_start(500, sc_core::SC_NS);
    if (n == 2) activity[Event::hold_sample] += 7;
    clk.write(false);
    sc_core::sc_start(500, sc_core::SC_NS);
  }
  CHECK_THAT(meter.charge().si, WithinRel(4 * 3e-15 + 7e-15, 1e-12));
  CHECK_THAT(meter.peak().si, WithinRel(3e-9 + 7e-9, 1e-12));
  activity[Event::hold_sample] += 2;
  CHECK_THAT(meter.charge().si, WithinRel(4 * 3e-15 + 9e-15, 1e-12));
}

TEST_CASE("teacher: LagNet's settles to its static gain", "[task]") {
  // tanh(tanh(...)) at rest under a constant input x: r = W3 tanh(W2 tanh(W1 x)).
  const Time unit = 1_us;
  Teacher teacher({{{-0.5, 1.0}, {unit, unit}, {unit, 0.1 * unit}, Activation::tanh},
                   {{0.5, 0.0, 0.0, 1.0}, {unit, unit}, {unit, 0.1 * unit}, Activation::tanh},
                   {{0.5, 1.0}, {unit}, {unit}, Activation::linear}},
                  0.05 * unit, Input::held);
  const double x = 0.7;
  for (int n = 0; n < 2000; ++n) teacher.step({&x, 1});
  const double expected = 0.5 * std::tanh(0.5 * std::tanh(-0.5 * x)) + std::tanh(std::tanh(x));
  REQUIRE(teacher.output().size() == 1);
  CHECK_THAT(teacher.output()[0], WithinAbs(expected, 1e-12));
}
