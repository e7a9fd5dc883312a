// SPDX-License-Identifier: Apache-2.0
// Dies with mismatch of their own, as transistor decks in ngspice and in the simulator at circuit fidelity:
// which share of them learns.
#include <sys/wait.h>

#include <boost/math/distributions/binomial.hpp>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <thread>

#include "app/characterize_command.hpp"
#include "app/child_process.hpp"
#include "app/commands.hpp"
#include "app/output_folder.hpp"
#include "app/progress.hpp"
#include "app/testbench.hpp"
#include "design/diagnostic.hpp"
#include "report/table.hpp"
#include "spice/deck_text.hpp"
#include "spice/ngspice.hpp"
#include "spice/spice_jobs.hpp"
#include "units/text.hpp"

namespace leadlag {
namespace {

constexpr double window = 0.1;  ///< share of the run at whose beginning and end the error is taken
constexpr double confidence = 0.95;

/// The same deck, which prints the output error's mean and RMS in both windows instead of writing waveforms.
std::string judged(const Design& design, const Deck& deck) {
  std::string save, print;
  const double end = deck.duration.si;
  for (std::size_t i = 0; i < design.outputs(); ++i) {
    const std::string error = node_name(design.arrays[design.learning.output].name, i, "eps");
    save += ".save v(" + error + ")\n";
    for (const auto& [name, from, to] :
         {std::tuple{"first", 0.0, window * end}, {"last", (1.0 - window) * end, end}}) {
      const std::string range =
          " v(" + error + ") from=" + spice_number(from) + " to=" + spice_number(to) + "\n";
      print += "meas tran m AVG" + range + "meas tran s RMS" + range + "echo RESULT " + name + " $&m $&s\n";
    }
  }
  for (const DeckNode& node : deck.nodes) {
    if (node.signal == "weight")
      print += "meas tran w FIND v(" + node.node + ") at=" + spice_number(end) + "\necho RESULT weight $&w\n";
  }
  std::string text = deck.text;
  const std::string write = "set filetype=binary\nwrite deck.raw\n";
  text.replace(text.find(write), write.size(), print);
  return text.insert(text.find(".save"), save);
}

/// Of all outputs: what varies, without constant offsets, which no bias weight removes.
double moving(const SpiceRows& rows, const std::string& name, std::size_t outputs) {
  const auto found = rows.find(name);
  if (found == rows.end() || found->second.size() != outputs) throw SpiceError("ngspice printed no error");
  double squares = 0.0;
  for (const auto& row : found->second) squares += row.at(1) * row.at(1) - row.at(0) * row.at(0);
  if (!std::isfinite(squares)) throw SpiceError("ngspice printed an error that is not a number");
  return std::sqrt(std::max(0.0, squares / static_cast<double>(outputs)));
}

/// Other settings for a die that ngspice gives up on with those of framed_deck: at an edge of a source the
/// currents of a saturated stage need more iterations than a step is given, or coarser bounds.
std::vector<std::string> with_other_settings(const std::string& deck) {
  std::vector<std::string> decks;
  for (const char* settings : {".options abstol=1e-15 itl4=500\n",
                               ".options abstol=1e-15 itl4=500 reltol=1e-3 vntol=1e-7 chgtol=1e-17\n"}) {
    std::string text = deck;
    decks.push_back(text.insert(text.find("* ---- analysis"), settings));
  }
  return decks;
}

/// RMS of the output error without its mean, of one unit, in the first and the last tenth of a run.
struct DieErrors {
  double first = 0.0, last = 0.0;
  std::string weights;
  double mean = 0.0;  ///< largest |mean| of an output's error in the last tenth
  /// An output that stands at an end of its curve has no error that moves, and has learnt nothing.
  bool learns() const { return last < 0.5 * first && mean < 0.5; }
};

std::string weight_text(double weight) { return format_quantity(weight, {}, 3); }

DieErrors errors_of(const SpiceRows& rows, const Design& design) {
  const double scale = design.full_scale.voltage.si * design.blocks.target_unit.beta;
  DieErrors e{moving(rows, "first", design.outputs()) / scale,
              moving(rows, "last", design.outputs()) / scale,
              {},
              0.0};
  for (const auto& row : rows.at("last")) e.mean = std::max(e.mean, std::abs(row.at(0)) / scale);
  if (const auto found = rows.find("weight"); found != rows.end()) {
    for (const auto& row : found->second)
      e.weights += (e.weights.empty() ? "" : " ") + weight_text(row.at(0));
  }
  return e;
}

/// The simulator's model of the same mismatch: those of the drawn blocks that have one at circuit fidelity,
/// with what fabrication draws and nothing else.
Design mismatched(const Design& design, const DeckMismatch& mismatch) {
  Design d = design;
  d.chip.fidelity = Fidelity::ideal, d.fidelities.clear();
  for (const std::string_view stem :
       {ProspectiveNeuron::stem, ErrorUnit::stem, PlasticityCell::stem, Synapse::stem}) {
    if (mismatch.covers(stem)) d.fidelities[std::string(stem)] = Fidelity::circuit;
  }
  d.physics.on.fill(false);
  for (const Effect e : {Effect::mismatch, Effect::offset, Effect::plasticity})
    d.physics.on[static_cast<std::size_t>(e)] = true;
  d.physics.params.die = static_cast<std::int64_t>(mismatch.seed);
  return d;
}

DieErrors simulated(const Design& design, const Deck& deck, const Stimulus& stimulus) {
  const Die die = fabricate(design);
  Rig rig(design, die);
  const auto nodes = record_chip(rig, deck, stimulus);
  const std::size_t cycles = stimulus.cycles(), out = design.learning.output,
                    part = std::max<std::size_t>(
                        1, static_cast<std::size_t>(window * static_cast<double>(cycles)));
  double mean = 0.0;
  const auto rms_between = [&](std::size_t from, std::size_t to) {
    double squares = 0.0;
    for (std::size_t k = 0; k < nodes.size(); ++k) {
      const DeckNode& node = deck.nodes[k];
      if (node.crossbar || node.index != out || node.signal != "rate") continue;
      double sum = 0.0, square = 0.0;
      for (std::size_t n = from; n < to; ++n) {
        const double e = stimulus.target_on[n] * (stimulus.target[n][node.element] - nodes[k][n]);
        sum += e, square += e * e;
      }
      const auto count = static_cast<double>(to - from);
      if (to == cycles) mean = std::max(mean, std::abs(sum / count));
      squares += square / count - sum / count * sum / count;
    }
    return squares < 0.0 ? 0.0 : std::sqrt(squares / static_cast<double>(design.outputs()));
  };
  DieErrors e{rms_between(0, part), rms_between(cycles - part, cycles), {}, 0.0};
  e.mean = mean;
  for (std::size_t k = 0; k < nodes.size(); ++k) {
    if (deck.nodes[k].signal == "weight")
      e.weights += (e.weights.empty() ? "" : " ") + weight_text(nodes[k].back());
  }
  return e;
}

/// A process for each die: SystemC elaborates once.
DieErrors in_a_process(const Design& design, const Deck& deck, const Stimulus& stimulus,
                       const std::string& file) {
  const pid_t child = start_child(design.chip.name, [&] {
    const DieErrors e = simulated(design, deck, stimulus);
    std::ofstream(file) << shortest(e.first) << " " << shortest(e.last) << " " << shortest(e.mean) << " "
                        << e.weights << "\n";
  });
  int status = 0;
  while (waitpid(child, &status, 0) < 0) throw_if_interrupted();
  std::ifstream in(file);
  DieErrors e;
  if (!(in >> e.first >> e.last >> e.mean))
    throw std::runtime_error(design.chip.name + ": a die was not simulated");
  std::getline(in >> std::ws, e.weights);
  std::filesystem::remove(file);
  return e;
}

/// Dies of one model, and how they are counted.
class Verdicts {
 public:
  Verdicts(std::string model, Table& table) : model_(std::move(model)), table_(table) {}
  void add(const std::string& die, const DieErrors& e) {
    table_.row({model_, die, format_quantity(e.first, {}, 3), format_quantity(e.last, {}, 3),
                format_quantity(e.mean, {}, 3), e.learns() ? "yes" : "no", e.weights});
    ++judged_, learned_ += e.learns() ? 1 : 0;
  }
  void none(const std::string& die) { table_.row({model_, die, "", "", "", "no verdict", ""}), ++silent_; }
  std::string text() const {
    std::string line = model_ + ": " + std::to_string(learned_) + " of " + std::to_string(judged_) +
                       " dies learn (error without its mean falls to less than half, mean below 0.5)";
    if (judged_ > 0) {
      using Binomial = boost::math::binomial_distribution<double>;
      const double n = judged_, k = learned_, tail = 0.5 * (1.0 - confidence);
      line += ": " + percent(k / n) + ", 95 % interval " +
              percent(Binomial::find_lower_bound_on_p(n, k, tail)) + " to " +
              percent(Binomial::find_upper_bound_on_p(n, k, tail)) + " (Clopper and Pearson)";
    }
    if (silent_ > 0) line += "; no verdict on " + std::to_string(silent_) + ", on which ngspice gave up";
    return line + "\n";
  }
  bool silent() const { return judged_ == 0; }

 private:
  std::string model_;
  Table& table_;
  int judged_ = 0, learned_ = 0, silent_ = 0;
};

}  // namespace

int mismatch_draws(const TestbenchCommand& command, const TestbenchOptions& options) {
  const Design design = design_for_spice(read_design(command.blueprint, command.read));
  if (design.learning.params.system == System::none || design.learning.params.update != UpdateBy::die)
    throw UsageError("--mismatch-draws asks whether a chip learns, but this one has no update: die");
  const Die die = as_drawn(design);  // transistors have the mismatch
  const Stimulus stimulus = task_stimulus(design, options.spice.cycles);
  std::vector<SpiceJob> jobs;
  std::vector<Design> dies;
  Deck deck;
  std::vector<std::string> files;
  for (int k = 0; k < *options.spice.draws; ++k) {
    DeckOptions o{.level = options.spice.level,
                  .models = options.spice.models,
                  .step = options.spice.step,
                  .mismatch = options.spice.mismatch};
    o.mismatch->seed += static_cast<std::uint64_t>(k);
    deck = make_deck(design, die, stimulus, o);
    files = deck.files;
    const std::string text = judged(design, deck);
    jobs.push_back({std::to_string(o.mismatch->seed), text, with_other_settings(text)});
    dies.push_back(mismatched(design, *o.mismatch));
  }
  const OutputFolder out(command.out, "draws.csv");
  Progress progress(!command.quiet);
  catch_interruption();
  SpiceJobOptions how;
  for (const std::string& file : files) how.files.push_back(spice_folder() + "/" + file);
  how.models = options.spice.models, how.cache = cache_folder("");
  how.at_once = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  how.waiting = throw_if_interrupted;
  how.progress = [&](std::size_t done, std::size_t all) {
    progress.show("ngspice", static_cast<std::int64_t>(done), static_cast<std::int64_t>(all), "dies");
  };
  std::vector<std::string> gave_up;
  how.failed = [&](const SpiceJob&, const std::string& why) { gave_up.push_back("seed " + why); };
  const std::map<std::string, SpiceRows> rows = run_jobs(jobs, how);
  Table table(
      {"model", "die", "error at first", "error at last", "mean at last", "learns", "weights at last"});
  Verdicts transistors("ngspice", table), model("simulator", table);
  for (const SpiceJob& job : jobs) {
    if (const auto found = rows.find(job.name); found != rows.end())
      transistors.add(job.name, errors_of(found->second, design));
    else
      transistors.none(job.name);
  }
  for (std::size_t k = 0; k < dies.size(); ++k) {
    progress.show("simulator", static_cast<std::int64_t>(k), static_cast<std::int64_t>(dies.size()), "dies");
    model.add(jobs[k].name, in_a_process(dies[k], deck, stimulus, out.path("die.txt")));
  }
  progress.finish();
  std::string csv;
  for (const auto& row : table.rows()) csv += csv_line(row);
  out.write("draws.csv", csv);
  out.publish();
  for (const std::string& why : gave_up) std::cerr << "leadlag: NO VERDICT: " << why << "\n";
  std::cout << table.text() << "\n"
            << transistors.text() << model.text() << command.out << "/draws.csv written\n";
  return transistors.silent() ? exit_violated : exit_met;
}

}  // namespace leadlag
