// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "benches/ac_bench.hpp"
#include "benches/gradient_bench.hpp"
#include "benches/mismatch_bench.hpp"
#include "benches/noise_bench.hpp"
#include "benches/retention_bench.hpp"
#include "benches/row_bench.hpp"
#include "benches/spice_bench.hpp"
#include "benches/transient_bench.hpp"
#include "design/reader.hpp"

namespace leadlag {

/// An option of `leadlag testbench`: which measurements take it, what it is, in one row for --help, for the
/// check of the command line and for docs/testbench_commands.md.
struct BenchOption {
  std::string_view name, value, kinds, meaning;
};
inline constexpr std::array bench_options{
    BenchOption{"of", "BLOCK", "step ac chirp settle linearity noise mismatch",
                "a block alone: hidden[3] or hidden[3].error; settle, linearity, noise, mismatch: also a "
                "whole array, hidden "
                "(default: the output array)"},
    BenchOption{"from", "PIN", "step ac chirp",
                "begin of a path: line[0] or target[0] (default: the first input)"},
    BenchOption{"to", "SIGNAL", "step ac chirp",
                "end of a path: output[0].rate or hidden[2].error (default: the first output)"},
    BenchOption{"amplitude", "X", "step ac chirp settle linearity",
                "of the stimulus, model units (default: ac 1e-4; step, chirp, settle 0.1; linearity 0.5)"},
    BenchOption{"offset", "X", "step ac chirp",
                "operating point of the driven pin (default: 0; 0.5 for a relu neuron alone)"},
    BenchOption{
        "tolerance", "X", "step ac chirp spice linearity noise retention",
        "allowed difference from the reference, relative (default: derived; spice: 0.005 of one unit; "
        "linearity, retention: 1e-9; noise: 0.05)"},
    BenchOption{"min", "FREQUENCY", "ac chirp", "lowest frequency, e.g. \"100 Hz\" (default: derived)"},
    BenchOption{"max", "FREQUENCY", "ac chirp", "highest frequency (default: derived)"},
    BenchOption{"points", "N", "ac linearity",
                "ac: frequencies, geometric (default: 25); linearity: levels, 32 to 1024 (default: 64); "
                "characterize: biases "
                "(default: 6)"},
    BenchOption{"duration", "TIME", "step chirp retention",
                "of the record (default: derived; retention: 200000 clock periods)"},
    BenchOption{"settle-to", "X", "step",
                "settled when within this share of the step (default: 2^-settle_bits)"},
    BenchOption{"sweep", "WHAT", "chirp gradient",
                "chirp: exponential (default) or linear; gradient: PATH=VALUE,VALUE,... of the blueprint"},
    BenchOption{"cycles", "N", "gradient spice noise", "length of the run (default: derived; spice: 2000)"},
    BenchOption{"dies", "N", "mismatch", "how many are fabricated, 5 to 100000 (default: 200)"},
    BenchOption{"start", "N", "gradient", "cycle at which plasticity begins (default: derived)"},
    BenchOption{"min-cosine", "X", "gradient", "required cosine with the exact gradient (default: above 0)"},
    BenchOption{"level", "LEVEL", "spice", "of the deck: behavioural (default) or transistor"},
    BenchOption{"models", "FILE", "spice",
                "with models nch and pch, for --level transistor and characterize (default: card018.lib)"},
    BenchOption{"mismatch", "SEED", "spice",
                "draw the threshold of every transistor, A_VT / sqrt(W L); --level transistor"},
    BenchOption{"mismatch-only", "BLOCKS", "spice",
                "of these blocks: prospective_neuron,error_unit,activation,synapse,plasticity_cell"},
    BenchOption{"mismatch-except", "BLOCKS", "spice", "of all blocks but these"},
    BenchOption{"mismatch-draws", "N", "spice",
                "N dies with seeds from --mismatch on: the share whose error falls to less than half"},
    BenchOption{"step", "TIME", "spice",
                "longest step of ngspice (default: a hundredth of the fastest time constant)"}};

enum class BenchKind { step, ac, chirp, gradient, spice, settle, linearity, noise, retention, mismatch };
template <>
struct Names<BenchKind> {
  static constexpr std::array<std::string_view, 10> value{
      "step", "ac", "chirp", "gradient", "spice", "settle", "linearity", "noise", "retention", "mismatch"};
};

struct TestbenchCommand {
  std::string kind, blueprint, out;
  std::map<std::string, std::string> options;  ///< as written, by the names of bench_options
  ReadOptions read;
  bool quiet = false;
};

/// `--sweep learning.ep.beta=0.01,0.1,1` of the gradient bench.
struct GradientSweep {
  std::string path;
  std::vector<std::string> values;
};

/// Of the deck, and how near the chip has to be to it.
struct SpiceOptions {
  SpiceLevel level = SpiceLevel::behavioural;
  std::string models;
  std::optional<Time> step;
  std::optional<std::int64_t> cycles;
  std::optional<double> tolerance;
  std::optional<DeckMismatch> mismatch;
  std::optional<int> draws;
};

/// The command line with every text read.
struct TestbenchOptions {
  BenchKind kind = BenchKind::ac;
  Endpoints ends;
  std::optional<double> offset;
  AcOptions ac;
  StepOptions step;
  ChirpOptions chirp;
  GradientOptions gradient;
  SpiceOptions spice;
  RowSettleOptions settle;
  LinearityOptions linearity;
  NoiseOptions noise;
  RetentionOptions retention;
  MismatchOptions mismatch;
  std::optional<double> min_cosine;
  std::optional<GradientSweep> sweep;
};
/// Throws UsageError for a kind that is none, DesignError with every option that is wrong.
TestbenchOptions read_testbench_options(const TestbenchCommand& command);

/// Writes the deck of `leadlag testbench spice` and nothing else; takes its options.
int export_command(const TestbenchCommand& command);
/// Writes a digital chip as a tile of rtl_ref, with vectors of a run and a testbench; takes --cycles.
int export_verilog_command(const TestbenchCommand& command);
/// Runs the chip's deck in ngspice and compares.
int spice_testbench(const TestbenchCommand& command, const TestbenchOptions& options);
/// Many dies with mismatch of their own, as decks: which share of them learns.
int mismatch_draws(const TestbenchCommand& command, const TestbenchOptions& options);
/// settle and linearity, noise, mismatch and retention: what takes blocks out of the chip and measures them
/// side by side.
int row_testbench(const TestbenchCommand& command, const TestbenchOptions& options);
int testbench_command(const TestbenchCommand& command);
/// The gradient bench at each value of options.sweep.
int gradient_sweep(const TestbenchCommand& command, const TestbenchOptions& options);

}  // namespace leadlag
