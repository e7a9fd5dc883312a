// SPDX-License-Identifier: Apache-2.0
#include "leadlag/chip.hpp"

#include <omp.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

#include "design/die.hpp"
#include "design/reader.hpp"
#include "design/trace_path.hpp"
#include "elaborate/elaborate.hpp"
#include "instruments/bench.hpp"
#include "instruments/host_optimiser.hpp"
#include "instruments/island_loops.hpp"
#include "instruments/supply_meter.hpp"
#include "leadlag/pin_check.hpp"
#include "measure/findings.hpp"
#include "measure/measurements.hpp"

namespace leadlag {
namespace {

/// A part on a testbench is one die: lanes of a bus and pins of a row are then the same thing.
Design read_part(const std::string& blueprint, const Chip::Options& options) {
  Design design = read_design(blueprint, {options.presets, options.settings, options.technology_folder});
  if (design.chip.replicas == 1) return design;
  const auto stated = design.positions.find("chip.replicas");
  throw DesignError(design.file,
                    {{"illegal-combination", stated == design.positions.end() ? Position{} : stated->second,
                      "a testbench plugs in one die, not " + std::to_string(design.chip.replicas) +
                          " replicas: set chip.replicas to 1, here or in the chip's options"}});
}

Design prepared(const std::string& blueprint, const Chip::Options& options) {
  if (options.threads < 1) throw std::invalid_argument("Chip::Options::threads must be 1 or more");
  omp_set_num_threads(options.threads);
  return read_part(blueprint, options);
}

}  // namespace

/// What is inside the package.
struct Chip::Package {
  Package(const std::string& blueprint, const Options& options)
      : design(prepared(blueprint, options)),
        die(fabricate(design)),
        module(elaborate(design, die)),
        x("x", design.inputs(), 1),
        target("target", design.outputs(), 1),
        value("value", design.outputs(), 1),
        sum("sum", design.outputs(), 1),
        host(*module, design),
        supply("supply", supply_loads(design, die, *module), design.chip.period()),
        period(kernel_period(design)) {}

  std::size_t group(const std::string& parameter) const {
    std::vector<std::string> names;
    for (std::size_t g = 0; g < module->groups().size(); ++g) {
      if (module->groups()[g].name == parameter) return g;
      names.push_back(module->groups()[g].name);
    }
    const std::string near = did_you_mean(parameter, names);
    std::string all;
    for (const std::string& name : names) all += (all.empty() ? "" : ", ") + name;
    throw std::invalid_argument("no parameter is called '" + parameter + "'" +
                                (near.empty() ? "; there are " + all : "; did you mean '" + near + "'?"));
  }
  /// Of a time constant, in model time units: what the optimiser keeps to, and what Euler can bear. A tick of
  /// exactly tau may differ from it by rounding.
  double lowest(const std::string& parameter) const {
    for (std::size_t a = 0; a < design.arrays.size(); ++a) {
      const bool tau_m = parameter == design.arrays[a].name + ".tau_m";
      if (!tau_m && parameter != design.arrays[a].name + ".tau_r") continue;
      const Time bearable = design.input(a) == Input::euler ? design.tick(a) * (1.0 - 1e-12) : Time{};
      const Time low = (tau_m ? design.learning.tau_m_low : design.learning.tau_r_low).value_or(bearable);
      return std::max(low / design.chip.time_scale, std::numeric_limits<double>::min());
    }
    return -std::numeric_limits<double>::infinity();
  }
  Observations seen(const std::string& diverged) const {
    Observations o;
    o.cycles = cycles, o.replay_cycles = busy_cycles;
    o.learning_steps = learning_cycles, o.host_steps = host.steps();
    o.diverged = diverged;
    for (const auto& [key, activity] : module->activities()) o.activities[key] = *activity;
    o.supply_charge = supply.charge(), o.peak_current = supply.peak();
    return o;
  }

  const Design design;
  const Die die;
  const std::unique_ptr<DieModule> module;
  LaneBus<double> x, target, value, sum;
  sc_core::sc_signal<bool> target_on{"target_on"}, learn{"learn"}, window{"window"};
  sc_core::sc_signal<double> eta{"eta"};
  HostOptimiser host;
  SupplyMeter supply;
  const sc_core::sc_time period;
  std::vector<std::shared_ptr<void>> ties;  ///< signals of pins that were left open
  bool running = false, risen = false;
  sc_core::sc_time last_rise;
  bool learned = false;                                ///< what the last edge saw
  bool seen_learning = false, learned_before = false;  ///< that the last edge of the task, and the one before
  double rate = 0.0;
  std::int64_t cycles = 0, busy_cycles = 0, learning_cycles = 0;
  bool busy = false, host_due = false;  ///< the last edge left the chip busy; the host has not looked yet
};

Chip::Chip(const sc_core::sc_module_name& name, const std::string& blueprint, const Options& options)
    : sc_module(name), package_(std::make_unique<Package>(blueprint, options)) {
  Package& p = *package_;
  x_i.init(p.design.inputs());
  target_i.init(p.design.outputs());
  value_o.init(p.design.outputs());
  sum_o.init(p.design.outputs());

  DieModule& die = *p.module;
  die.clk_i(clk_i), die.rst_ni(rst_ni), die.target_on_i(p.target_on), die.learn_i(p.learn);
  die.window_i(p.window), die.eta_i(p.eta);
  die.x_i(p.x), die.target_i(p.target), die.value_o(p.value), die.sum_o(p.sum);
  p.supply.clk_i(clk_i);

  SC_METHOD(take_x);
  for (auto& pin : x_i) sensitive << pin;
  SC_METHOD(take_target);
  for (auto& pin : target_i) sensitive << pin;
  SC_METHOD(take_controls);
  sensitive << target_on_i << learn_i << window_i << eta_i;
  SC_METHOD(show_value);
  sensitive << p.value.changed();
  SC_METHOD(show_sum);
  sensitive << p.sum.changed();
  SC_METHOD(on_rise);
  sensitive << clk_i.pos();
  dont_initialize();
  SC_METHOD(on_fall);
  sensitive << clk_i.neg();
  dont_initialize();
}

Chip::~Chip() = default;

// ---------------------------------------------------------------------------------------------- wiring
void Chip::before_end_of_elaboration() {
  Package& p = *package_;
  PinCheck check;
  if (clk_i.bind_count() == 0) {
    check.add(std::string(clk_i.name()) + " is not bound: make a clock, leadlag::Clock clk{\"clk\", " +
              basename() + "}, and bind it, " + basename() + ".clk_i(clk)");
  }
  std::size_t pin = 0;
  for (const ArrayDesign& array : p.design.arrays) {
    for (std::size_t i = 0; array.is_input() && i < array.size; ++i, ++pin) {
      if (x_i[pin].bind_count() > 0) continue;
      check.add(std::string(x_i[pin].name()) + " is not bound: it drives " + array.name + "[" +
                std::to_string(i) + "]; bind a signal, " + basename() + ".x_i[" + std::to_string(pin) +
                "](signal)");
    }
  }
  const auto bound =
      std::count_if(target_i.begin(), target_i.end(), [](auto& t) { return t.bind_count() > 0; });
  for (std::size_t k = 0; bound > 0 && k < target_i.size(); ++k) {
    if (target_i[k].bind_count() > 0) continue;
    check.add(std::string(target_i[k].name()) + " is not bound, but other pins of target_i are: bind all " +
              std::to_string(target_i.size()) + " of them, or none");
  }
  for (sc_core::sc_port_base* scalar : std::initializer_list<sc_core::sc_port_base*>{
           &clk_i, &rst_ni, &target_on_i, &learn_i, &window_i, &eta_i}) {
    check.inspect(*scalar);
  }
  for (auto* row : {&x_i, &target_i}) {
    for (auto& each : *row) check.inspect(each);
  }
  for (auto* row : {&value_o, &sum_o}) {
    for (auto& each : *row) check.inspect(each);
  }
  check.throw_if_any();

  const auto tie = [&]<class T>(auto& open, T level) {
    if (open.bind_count() > 0) return;
    auto signal =
        std::make_shared<sc_core::sc_signal<T>>((std::string(open.basename()) + "_open").c_str(), level);
    open.bind(*signal);
    p.ties.push_back(std::move(signal));
  };
  tie(rst_ni, true), tie(target_on_i, bound > 0), tie(learn_i, false), tie(window_i, true);
  tie(eta_i, p.design.learning.params.rate);
  for (auto& each : target_i) tie(each, 0.0);
  for (auto& each : value_o) tie(each, 0.0);
  for (auto& each : sum_o) tie(each, 0.0);
}

void Chip::end_of_elaboration() { package_->running = true; }

// ---------------------------------------------------------------------------------------------- pads
namespace {

void take(const Pins<sc_core::sc_in<double>>& pins, LaneBus<double>& bus) {
  for (std::size_t k = 0; k < pins.size(); ++k) bus.next()[k] = pins[k].read();
  bus.commit();
}

void show(const LaneBus<double>& bus, Pins<sc_core::sc_out<double>>& pins) {
  for (std::size_t k = 0; k < pins.size(); ++k) pins[k].write(bus.read()[k]);
}

}  // namespace

void Chip::take_x() { take(x_i, package_->x); }
void Chip::take_target() { take(target_i, package_->target); }
// Through the pads like the buses, so that a source on the rising edge moves all pins for the same next edge.
void Chip::take_controls() {
  Package& p = *package_;
  p.target_on.write(target_on_i.read()), p.learn.write(learn_i.read());
  p.window.write(window_i.read()), p.eta.write(eta_i.read());
}
void Chip::show_value() { show(package_->value, value_o); }
void Chip::show_sum() { show(package_->sum, sum_o); }

void Chip::on_rise() {
  Package& p = *package_;
  const sc_core::sc_time now = sc_core::sc_time_stamp(), since = now - p.last_rise;
  const sc_core::sc_time slack(2, sc_core::SC_PS);
  if (p.risen && (since + slack < p.period || since > p.period + slack)) {
    SC_REPORT_ERROR("leadlag/clock", (std::string(clk_i.name()) + " rises after " + since.to_string() +
                                      ", but the blueprint's clock has a period of " + p.period.to_string() +
                                      ": make it a leadlag::Clock, or change chip.clock")
                                         .c_str());
  }
  p.risen = true, p.last_rise = now;
  p.learned = p.learn.read(), p.rate = p.eta.read();
}

void Chip::on_fall() {
  Package& p = *package_;
  ++p.cycles;
  // As on the bench of `leadlag run`: what a busy chip's edges see is nobody's, and the host waits.
  if (p.busy) {
    ++p.busy_cycles;
  } else {
    p.host_due = true, p.seen_learning = p.learned;
  }
  p.busy = p.module->replaying();
  if (p.busy || !p.host_due) return;
  p.host_due = false;
  p.host.after_edge(p.seen_learning, p.learned_before && !p.seen_learning, p.rate);
  p.learned_before = p.seen_learning;
  p.learning_cycles += p.seen_learning;
  p.busy = p.module->replaying();  // for the weights that the host has just sent
}

// ---------------------------------------------------------------------------------------------- probes
sc_core::sc_time Chip::clock_period() const { return package_->period; }
Time Chip::period() const { return package_->design.chip.period(); }
Voltage Chip::full_scale() const { return package_->design.full_scale.voltage; }
std::int64_t Chip::cycles() const { return package_->cycles; }
bool Chip::busy() const { return package_->module->replaying(); }

double Chip::probe(const std::string& path) const {
  const std::string what = std::string(name()) + ": cannot probe '" + path + "': ";
  if (!package_->running) throw std::logic_error(what + "nothing has a value before the first sc_start");
  try {
    const ResolvedTrace found = resolve_trace(package_->design, path, 1);
    const Trace& t = found.trace;
    if (found.count == 1) return package_->module->probe(t.crossbar, t.index, t.signal, t.elements[0]);
    throw std::invalid_argument("it names " + std::to_string(found.count) + " signals; name one, such as " +
                                t.array + (t.crossbar ? "[0,0]." : "[0].") + t.signal);
  } catch (const std::invalid_argument& e) {
    throw std::invalid_argument(what + e.what());
  }
}

std::vector<std::string> Chip::parameters() const {
  std::vector<std::string> names;
  for (const DieModule::Group& g : package_->module->groups()) names.push_back(g.name);
  return names;
}

std::vector<double> Chip::read(const std::string& parameter) const {
  try {
    const std::size_t g = package_->group(parameter);
    std::vector<double> values(package_->module->groups()[g].size);
    package_->module->read(g, values);
    return values;
  } catch (const std::invalid_argument& e) {
    throw std::invalid_argument(std::string(name()) + ": " + e.what());
  }
}

void Chip::write(const std::string& parameter, std::span<const double> values) {
  Package& p = *package_;
  const auto refuse = [&](const std::string& why) {
    throw std::invalid_argument(std::string(name()) + ": cannot write '" + parameter + "': " + why);
  };
  if (p.running && clk_i.read()) {
    throw std::logic_error(
        std::string(name()) + ": cannot write '" + parameter +
        "' while clk_i is high: a host acts on the falling edge, or between two sc_starts");
  }
  std::size_t g = 0;
  try {
    g = p.group(parameter);
  } catch (const std::invalid_argument& e) {
    refuse(e.what());
  }
  if (const std::size_t size = p.module->groups()[g].size; values.size() != size) {
    refuse("it has " + std::to_string(size) + " values, not " + std::to_string(values.size()));
  }
  const double low = p.lowest(parameter);
  for (std::size_t k = 0; k < values.size(); ++k) {
    if (std::isfinite(values[k]) && values[k] >= low) continue;
    refuse("value " + std::to_string(k) + " is " + std::to_string(values[k]) +
           (std::isfinite(low) ? "; legal: at least " + std::to_string(low) : "; legal: finite numbers"));
  }
  p.module->write(g, values);
  p.host.reload(g);
}

// ---------------------------------------------------------------------------------------------- measuring
std::map<std::string, double> Chip::measurements() const {
  return measure(package_->design, package_->die, package_->seen({})).values;
}

EnergyLedger Chip::energy() const {
  Measurements m = measure(package_->design, package_->die, package_->seen({}));
  EnergyLedger ledger{
      .static_energy = {}, .dynamic_energy = {}, .supply = m.supply, .rows = std::move(m.energy)};
  for (const EnergyRow& row : ledger.rows) {
    ledger.static_energy += row.static_energy;
    ledger.dynamic_energy += row.dynamic_energy;
  }
  return ledger;
}

std::vector<Finding> Chip::findings() const {
  const Package& p = *package_;
  // The kernel stops in the edge at which a block's state left the finite numbers: the clock stays high.
  const bool diverged =
      p.running && clk_i.read() && sc_core::sc_report_handler::get_count("leadlag/non-finite") > 0;
  Observations seen = p.seen(diverged ? name() : "");
  seen.islands = island_loops(*p.module);
  const Measurements m = measure(p.design, p.die, seen);
  std::vector<Finding> findings = judge_limits(p.design, m), rules = check_rules(p.design, m);
  rules.push_back(check_finite(p.design, seen));
  for (Finding& f : check_loops(p.design, seen)) rules.push_back(std::move(f));
  findings.insert(findings.end(), rules.begin(), rules.end());
  return findings;
}

}  // namespace leadlag
