// SPDX-License-Identifier: Apache-2.0
#include "synth/modules.hpp"

#include <algorithm>
#include <stdexcept>

#include "fixed/format.hpp"

namespace leadlag {
namespace {

constexpr double take = 0.095, rho = 1.37, nudge = 0.11, lost = 0.031;
constexpr int curve_tanh = 2, curve_hard_sigmoid = 3;
constexpr int tanh_needs = 6;  // fraction bits
constexpr int store_growth = 8;

struct Builder {
  DigitalModule m;
  const FixedWords& w;

  Builder(const std::string& name, std::vector<std::string> files, const FixedWords& words) : w(words) {
    m.name = name;
    m.files = {"leadlag_pkg"};
    m.files.insert(m.files.end(), files.begin(), files.end());
    m.files.push_back(name);
    for (std::string& file : m.files) file += ".sv";
  }
  Builder& set(const char* parameter, int value) {
    return m.parameters.emplace_back(parameter, value), *this;
  }
  Builder& signals() { return set("SignalW", w.signal_bits); }
  Builder& filter() {
    return set("GuardW", w.guard_bits)
        .set("DecayW", w.decay_bits)
        .set("GainW", w.gain_bits)
        .set("GainFrac", w.gain_fraction);
  }
  Builder& weights() { return set("WeightW", w.weight_bits).set("WeightFrac", w.weight_fraction); }
  Builder& enable(const char* port) { return m.enable = port, *this; }
  Builder& signal(const char* port) {
    return m.random.push_back({port, std::min(w.signal_bits, w.signal_fraction + 2), true}), *this;
  }
  Builder& weight(const char* port) {
    return m.random.push_back({port, std::min(w.weight_bits, w.weight_fraction + 1), true}), *this;
  }
  Builder& plain(const char* port, int bits) { return m.random.push_back({port, bits, false}), *this; }
  Builder& hold(const char* port, std::int64_t value) { return m.held.emplace_back(port, value), *this; }
  Builder& decay(const char* port, double share) {
    return hold(port, fixed::quantise_unsigned(share, {w.decay_bits, w.decay_bits}));
  }
  Builder& gain(const char* port, double value) {
    return hold(port, fixed::quantise_unsigned(value, {w.gain_bits, w.gain_fraction}));
  }
  Builder& run(int cycles) { return m.run = cycles, *this; }
  Builder& shorter(int times) { return m.shorter = times, *this; }
  Builder& start(const char* port, int every) { return m.start = port, m.start_every = every, *this; }
  Builder& remark(const std::string& text) { return m.remark = text, *this; }
};

}  // namespace

DigitalModule digital_module(const std::string& name, const FixedWords& w) {
  const auto build = [&](std::vector<std::string> files) { return Builder(name, std::move(files), w); };
  const int store = 2 * w.signal_bits + store_growth;
  const std::string store_text = "a store of " + std::to_string(store) + " bits";
  if (name == "prospective_neuron") {
    const bool tanh = w.signal_fraction >= tanh_needs;
    return build({"leadlag_round_sat", "lead_lag", "leadlag_tanh_rom", "leadlag_softplus_rom", "activation"})
        .signals()
        .set("SignalFrac", w.signal_fraction)
        .filter()
        .set("SlopeW", w.slope_bits)
        .set("Curve", tanh ? curve_tanh : curve_hard_sigmoid)
        .enable("en_i")
        .decay("take_i", take)
        .gain("rho_i", rho)
        .gain("nudge_i", nudge)
        .shorter(4)
        .signal("drive_i")
        .signal("error_i")
        .remark(tanh ? "curve tanh" : "curve hard_sigmoid")
        .m;
  }
  if (name == "error_unit")
    return build({"leadlag_round_sat", "lead_lag", "error_gate"})
        .signals()
        .filter()
        .set("SlopeW", w.slope_bits)
        .enable("en_i")
        .decay("take_i", take)
        .gain("rho_i", rho)
        .plain("slope_i", w.slope_bits - 1)
        .signal("back_i")
        .signal("epsilon_i")
        .shorter(4)
        .m;
  if (name == "mac_column_serial")
    return build({"leadlag_round_sat"})
        .signals()
        .set("SignalFrac", w.signal_fraction)
        .weights()
        .set("N", characterized_column)
        .enable("en_i")
        .weight("bias_i")
        .weight("weight_i")
        .signal("x_i")
        .start("start_i", characterized_column + 1)
        .run(characterized_column + 1)
        .remark(std::to_string(characterized_column) + " inputs, a product a cycle")
        .m;
  if (name == "plasticity_cell")
    return build({"leadlag_round_sat", "leadlag_lfsr"})
        .signals()
        .set("SignalFrac", w.signal_fraction)
        .weights()
        .enable("en_i")
        .hold("learn_i", 1)
        .signal("error_i")
        .signal("rate_i")
        .remark("rate 2^-6")
        .m;
  if (name == "product_store")
    return build({"leadlag_round_sat"})
        .signals()
        .set("StoreW", store)
        .enable("en_i")
        .hold("learn_i", 1)
        .signal("error_i")
        .signal("rate_i")
        .remark(store_text)
        .m;
  if (name == "sample_hold") return build({}).signals().enable("sample_i").signal("signal_i").m;
  if (name == "lane_link")
    return build({})
        .set("Width", w.signal_bits)
        .enable("in_valid_i")
        .hold("out_ready_i", 1)
        .signal("in_data_i")
        .remark("a lane of one signal")
        .m;
  if (name == "pi_controller")
    return build({"leadlag_round_sat"})
        .signals()
        .filter()
        .enable("en_i")
        .hold("run_i", 1)
        .decay("lost_i", lost)
        .decay("take_i", take)
        .gain("k_p_i", rho)
        .shorter(4)
        .signal("reference_i")
        .signal("output_i")
        .signal("error_i")
        .m;
  if (name == "contrast_cell")
    return build({"leadlag_round_sat"})
        .signals()
        .set("StoreW", store)
        .enable("en_i")
        .hold("add_i", 1)
        .signal("post_i")
        .signal("pre_i")
        .remark(store_text)
        .m;
  if (name == "phase_sequencer")
    return build({})
        .enable("en_i")
        .run(35)
        .hold("lengths_i", 0x01012001)
        .plain("learn_i", 1)
        .remark("phases of 1, 32, 1 and 1 cycles")
        .m;
  if (name == "sar_controller")
    return build({}).enable("en_i").run(9).hold("start_i", 1).plain("comparator_i", 1).remark("8 bits").m;
  throw std::logic_error("no digital module " + name);
}

}  // namespace leadlag
