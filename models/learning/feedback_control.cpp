// SPDX-License-Identifier: Apache-2.0
#include "learning/feedback_control.hpp"

#include <algorithm>
#include <cmath>

#include "units/random.hpp"

namespace leadlag {
namespace {

using Matrix = std::vector<double>;  // row-major

/// Q of every array, neurons x outputs: how its rates reach the output through the weights at the start,
/// slopes left out. Empty for arrays of input drivers.
std::vector<Matrix> transposed_products(const ForwardChip& chip, const std::vector<Matrix>& weights) {
  const std::size_t outputs = chip.arrays[chip.output].size;
  std::vector<Matrix> q(chip.arrays.size());
  auto order = chip.layers();
  std::reverse(order.begin(), order.end());
  for (const std::size_t a : order) {
    const std::size_t size = chip.arrays[a].size;
    if (chip.arrays[a].is_input()) continue;
    q[a].assign(size * outputs, 0.0);
    for (std::size_t i = 0; a == chip.output && i < size; ++i) q[a][i * outputs + i] = 1.0;
    for (std::size_t k = 0; k < chip.crossbars.size(); ++k) {
      if (chip.crossbars[k].from != a) continue;
      const Matrix& above = q[chip.crossbars[k].to];
      for (std::size_t j = 0; j < chip.arrays[chip.crossbars[k].to].size; ++j) {
        for (std::size_t i = 0; i < size; ++i) {
          for (std::size_t n = 0; n < outputs; ++n)
            q[a][i * outputs + n] += weights[k][j * size + i] * above[j * outputs + n];
        }
      }
    }
  }
  return q;
}

Matrix feedback_weights(const ForwardChip& chip, const FeedbackControlParams& p, std::size_t array,
                        const std::vector<Matrix>& weights) {
  const std::size_t size = chip.arrays[array].size, outputs = chip.arrays[chip.output].size;
  Matrix q(size * outputs, 0.0);
  if (p.feedback == FeedbackWeights::transpose || array == chip.output) {
    q = transposed_products(chip, weights)[array];
  } else {
    const Draws draws(chip.seed, chip.arrays[array].name, "feedback weights");
    const double deviation = std::sqrt(2.0 / static_cast<double>(size + outputs));
    for (std::size_t k = 0; k < q.size(); ++k) q[k] = deviation * draws.normal(k);
  }
  for (double& w : q) w *= p.feedback_scale;
  return q;
}

/// Line numbers; none where the system has no use for it.
struct Lines {
  std::size_t init, run, nudge, learn, write;
  std::size_t sample = Circuit::none, compare = Circuit::none;
  std::size_t noise = Circuit::none, learn_feedback = Circuit::none, write_feedback = Circuit::none;
};

class Drawing {
 public:
  Drawing(const ForwardChip& chip, const FeedbackControlParams& p, const ControlAim& aim)
      : chip_(chip), p_(p), aim_(aim), c_(chip.begin(pads_, target_)), depth_(chip.depths()) {}

  Circuit draw() {
    lines_.init = c_.add_line("init"), lines_.run = c_.add_line("run"), lines_.nudge = c_.add_line("nudge");
    lines_.learn = c_.add_line("learn"), lines_.write = c_.add_line("write");
    if (holds()) lines_.sample = c_.add_line("sample");
    if (learns_feedback()) {
      lines_.noise = c_.add_line("noise");
      lines_.learn_feedback = c_.add_line("learn_feedback");
      lines_.write_feedback = c_.add_line("write_feedback");
    }
    draw_neurons();
    draw_controller();
    draw_feedback();
    for (std::size_t k = 0; k < chip_.crossbars.size(); ++k) {
      const auto& w = chip_.crossbars[k];
      c_.read(k, rate_[w.from], {neuron_[w.to], CompartmentNeuron::basal});
      c_.products.push_back({k, {neuron_[w.to], CompartmentNeuron::delta}, rate_[w.from], 1.0, lines_.learn});
      c_.crossbars[k].write_line = lines_.write;
    }
    c_.output = rate_[chip_.output];
    write_table();
    return std::move(c_);
  }

 private:
  bool sleeps() const { return p_.sleep > 0 && !aim_.single_phase; }
  bool learns_feedback() const { return sleeps() || aim_.single_phase; }
  bool holds() const { return !aim_.label || sleeps(); }
  const ForwardChip::Array& output() const { return chip_.arrays[chip_.output]; }

  void draw_neurons() {
    neuron_.assign(chip_.arrays.size(), Circuit::none);
    for (std::size_t a = 0; a < chip_.arrays.size(); ++a) {
      const ForwardChip::Array& array = chip_.arrays[a];
      rate_.push_back({pads_[a], 0});
      if (array.is_input()) continue;
      neuron_[a] = c_.add<CompartmentNeuron>(
          array.name, for_neurons(array, chip_.cells.compartment_neuron, [&](auto& n, const auto& neuron) {
            n.tau = neuron.tau, n.activation = neuron.activation, n.tau_apical = p_.tau_apical;
          }));
      c_.control(lines_.init, {neuron_[a], CompartmentNeuron::init});
      rate_[a] = {neuron_[a], CompartmentNeuron::rate};
      c_.probes[{array.name, "rate"}] = rate_[a];
      c_.probes[{array.name, "soma"}] = {neuron_[a], CompartmentNeuron::soma};
      c_.probes[{array.name, "basal"}] = {neuron_[a], CompartmentNeuron::basal_v};
      c_.probes[{array.name, "apical"}] = {neuron_[a], CompartmentNeuron::apical_v};
      c_.probes[{array.name, "delta"}] = {neuron_[a], CompartmentNeuron::delta};
      if (!learns_feedback()) continue;
      NoiseSource::Params noise = chip_.cells.noise_source;
      noise.sigma = p_.sigma, noise.tau = p_.tau_noise;
      const std::size_t source = c_.add<NoiseSource>(array.name + ".noise", {array.size, noise});
      c_.control(lines_.noise, {source, NoiseSource::on});
      c_.link({source, NoiseSource::noise}, {neuron_[a], CompartmentNeuron::noise});
    }
  }

  std::size_t draw_hold() {
    const std::size_t hold =
        c_.add<SampleHold>(output().name + ".hold", {output().size, chip_.cells.sample_hold});
    c_.link(rate_[chip_.output], {hold, SampleHold::signal});
    c_.control(lines_.sample, {hold, SampleHold::sample});
    return hold;
  }

  void draw_controller() {
    PiController::Params pi = chip_.cells.pi_controller;
    pi.tau_u = p_.tau_u, pi.alpha = p_.alpha, pi.k_p = p_.k_p;
    pi.alpha_sleep = p_.alpha_sleep, pi.k_p_sleep = p_.k_p_sleep;
    controller_ = c_.add<PiController>(output().name + ".controller", {output().size, pi});
    c_.control(lines_.run, {controller_, PiController::run});
    const std::size_t unit = c_.add_kind(output().name + ".target",
                                         std::make_shared<TargetUnitCells>(chip_.target_unit, output().size));
    c_.control(lines_.nudge, {unit, TargetUnitCells::nudge});
    c_.link({unit, TargetUnitCells::epsilon}, {controller_, PiController::error});
    if (aim_.label) {
      LabelDriver::Params levels = chip_.cells.label_driver;
      levels.low = aim_.low, levels.high = aim_.high;
      const std::size_t label = c_.add<LabelDriver>(output().name + ".label", {output().size, levels});
      c_.link({target_, 0}, {label, LabelDriver::label});
      c_.link({label, LabelDriver::level}, {unit, TargetUnitCells::target});
      c_.link(rate_[chip_.output], {unit, TargetUnitCells::rate});
      if (sleeps()) compare_with_free_output();
    } else {
      const std::size_t hold = draw_hold();
      c_.link({target_, 0}, {unit, TargetUnitCells::target});
      c_.link({hold, SampleHold::held}, {unit, TargetUnitCells::rate});
      c_.link({hold, SampleHold::held}, {controller_, PiController::reference});
      c_.link(rate_[chip_.output], {controller_, PiController::output});
    }
    c_.probes[{output().name, "error"}] = {controller_, PiController::seen};
    c_.probes[{output().name, "control"}] = {controller_, PiController::control};
  }

  /// With the label as target, the sleep phase needs a comparison of its own.
  void compare_with_free_output() {
    const std::size_t hold = draw_hold();
    TargetUnit::Params difference = chip_.target_unit;
    difference.loss = Loss::mse;
    const std::size_t unit =
        c_.add_kind(output().name + ".drift", std::make_shared<TargetUnitCells>(difference, output().size));
    lines_.compare = c_.add_line("compare");
    c_.control(lines_.compare, {unit, TargetUnitCells::nudge});
    c_.link(rate_[chip_.output], {unit, TargetUnitCells::rate});
    c_.link({hold, SampleHold::held}, {unit, TargetUnitCells::target});
    c_.link({unit, TargetUnitCells::epsilon}, {controller_, PiController::reference});
  }

  void draw_feedback() {
    Circuit::Signal seen{controller_, PiController::control};
    if (aim_.single_phase) {
      HighPass::Params filter = chip_.cells.high_pass;
      filter.tau = aim_.tau_high_pass;
      const std::size_t column = c_.add<HighPass>(output().name + ".high_pass", {output().size, filter});
      c_.link(seen, {column, HighPass::signal});
      c_.control(lines_.init, {column, HighPass::track});
      seen = {column, HighPass::high};
    }
    for (std::size_t a = 0; a < chip_.arrays.size(); ++a) {
      const ForwardChip::Array& array = chip_.arrays[a];
      if (array.is_input()) continue;
      const std::size_t k = c_.crossbars.size();
      Circuit::Crossbar q;
      q.name = array.name + ".feedback", q.rows = array.size, q.columns = output().size;
      q.plastic = q.on_die = learns_feedback();
      q.initial = [chip = chip_, p = p_, a](const auto& drawn) {
        return feedback_weights(chip, p, a, drawn);
      };
      q.write_line = lines_.write_feedback;
      q.rate = p_.feedback_rate, q.decay = p_.feedback_decay;
      c_.crossbars.push_back(std::move(q));
      c_.read(k, {controller_, PiController::control}, {neuron_[a], CompartmentNeuron::apical});
      if (!learns_feedback()) continue;
      c_.products.push_back(
          {k, {neuron_[a], CompartmentNeuron::apical_v}, seen, -undo_soma(a), lines_.learn_feedback});
    }
  }

  /// Somata on the way to the output weaken noise of correlation time tau_noise by 1 + tau / tau_noise each.
  double undo_soma(std::size_t a) const {
    if (!aim_.single_phase || p_.tau_noise <= Time{}) return 1.0;
    return std::pow(1.0 + chip_.arrays[a].neurons[0].tau / p_.tau_noise,
                    static_cast<double>(depth_[chip_.output]) - static_cast<double>(depth_[a]));
  }

  using Values = std::vector<std::pair<std::size_t, double>>;
  static Values with(Values a, const Values& b) {
    a.insert(a.end(), b.begin(), b.end());
    return a;
  }

  void write_table() {
    const auto layers = static_cast<std::int64_t>(*std::max_element(depth_.begin(), depth_.end()));
    // What stood in apical nodes when a phase ended is gone one cycle later.
    const std::int64_t settle = layers + (learns_feedback() || p_.tau_apical > Time{} ? 1 : 0);
    c_.add_phase("forward", settle, true, {{lines_.init, 1.0}});
    Values hold{{lines_.init, 1.0}};
    if (holds()) hold.emplace_back(lines_.sample, 1.0);
    c_.add_phase("hold", 1, true, hold);  // the free output: what the readout converts

    const auto correlation = [this](std::int64_t cycles) {
      return 1.0 / (static_cast<double>(cycles) * p_.sigma * p_.sigma);
    };
    if (sleeps()) {
      Values values{{lines_.run, PiController::sleep},
                    {lines_.noise, 1.0},
                    {lines_.learn_feedback, correlation(p_.sleep)}};
      if (aim_.label) values.emplace_back(lines_.compare, 1.0);
      c_.add_phase("sleep", p_.sleep - 1, false, values);
      c_.add_phase("write feedback", 1, false, with(values, {{lines_.write_feedback, 1.0}}));
      c_.add_phase("rest", settle, false, {{lines_.init, 1.0}});
    }
    Values control{{lines_.run, PiController::on}, {lines_.nudge, aim_.label ? 1.0 : aim_.step}};
    const double gain = aim_.label ? 1.0 : 1.0 / aim_.step;
    Values last{{lines_.write, 1.0}};
    if (aim_.single_phase) {
      control.emplace_back(lines_.noise, 1.0);
      control.emplace_back(lines_.learn_feedback, correlation(p_.control));
      last.emplace_back(lines_.write_feedback, 1.0);
    }
    const bool averaged = p_.update == ControlUpdate::time_averaged;
    (averaged ? control : last)
        .emplace_back(lines_.learn, averaged ? gain / static_cast<double>(p_.control) : gain);
    c_.add_phase("control", p_.control - 1, false, control);
    c_.add_phase("write", 1, false, with(control, last));
  }

  const ForwardChip& chip_;
  const FeedbackControlParams& p_;
  const ControlAim& aim_;
  std::vector<std::size_t> pads_;
  std::size_t target_ = 0;
  Circuit c_;
  std::vector<std::size_t> depth_, neuron_;
  std::vector<Circuit::Signal> rate_;
  std::size_t controller_ = 0;
  Lines lines_{};
};

}  // namespace

std::vector<std::string> feedback_control_objections(const ForwardChip& chip, const std::string& system) {
  if (chip.depths().empty()) return {system + " needs layers without loops"};
  return {};
}

Circuit draw_feedback_control(const ForwardChip& chip, const FeedbackControlParams& p,
                              const ControlAim& aim) {
  return Drawing(chip, p, aim).draw();
}

}  // namespace leadlag
